"""AIN003: keys that fall behind what their base or the database had."""
