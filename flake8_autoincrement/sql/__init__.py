"""SQL text read into operations, by the parser of PostgreSQL itself."""
