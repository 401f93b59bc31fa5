"""Whether the installation is well, and whether a backup could replace it."""
