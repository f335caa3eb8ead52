"""The interpreter: runs module bodies, class bodies and functions without running them."""
