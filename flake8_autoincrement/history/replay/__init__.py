"""What operations make of a schema: PostgreSQL's own behaviour, without one."""
