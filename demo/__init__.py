"""The whole program on one machine, for trying it out: `./run demo`."""
