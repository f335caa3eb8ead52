"""How diagnostics and tables are printed: one module a format."""
