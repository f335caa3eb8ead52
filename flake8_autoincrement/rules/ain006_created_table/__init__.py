"""AIN006: tables that migrations create."""
