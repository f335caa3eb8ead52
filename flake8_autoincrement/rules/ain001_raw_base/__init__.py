"""AIN001: models that do not descend from an auto-increment base."""
