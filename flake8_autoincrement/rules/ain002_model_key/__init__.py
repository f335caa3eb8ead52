"""AIN002: keys that a model or a Core table declares itself."""
