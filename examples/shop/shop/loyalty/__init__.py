"""Points for coming back; not in the shop yet."""
