"""The pages of Register and Overview."""
