"""What a project's models declare as a whole."""
