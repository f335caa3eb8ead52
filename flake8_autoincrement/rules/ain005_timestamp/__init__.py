"""AIN005: timestamps without a time zone."""
