"""Backups of the database and the files, in one file each, and their restoring."""
