"""Run the `ain` command as `python -m flake8_autoincrement`."""

import sys

from flake8_autoincrement.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
