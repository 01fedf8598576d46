"""The command ``zhicheng``: every management command of the project, e.g. ``zhicheng ledger verify``."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command with the project's settings; exits with that command's status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")
    execute_from_command_line(["zhicheng", *sys.argv[1:]])


if __name__ == "__main__":
    main()
