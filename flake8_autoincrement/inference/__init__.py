"""Python text to facts, by evaluation and without running it: the only room of astroid."""
