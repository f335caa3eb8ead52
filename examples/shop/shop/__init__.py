"""The backend of a web shop."""
