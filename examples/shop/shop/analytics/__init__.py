"""What customers look at."""
