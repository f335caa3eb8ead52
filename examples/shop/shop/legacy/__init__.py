"""The shop before this one."""
