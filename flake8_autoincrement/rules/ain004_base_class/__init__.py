"""AIN004: the bases themselves."""
