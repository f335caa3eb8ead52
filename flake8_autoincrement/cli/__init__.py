"""The `ain` command."""
