"""What turns paths into diagnostics: files, projects, environments, checks and what silences them."""
