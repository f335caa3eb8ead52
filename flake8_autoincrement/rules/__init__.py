"""The checks: a folder for each code, in it a module and a page for each check."""
