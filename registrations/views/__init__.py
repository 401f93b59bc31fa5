"""Pages of Register and Overview."""
