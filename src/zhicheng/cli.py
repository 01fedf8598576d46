"""The command ``zhicheng``: every management command of the project, e.g. ``zhicheng ledger verify``."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command with the project's settings; exits with that command's status.

    What is no error of the program (the database belongs to another instance) is said without its traceback.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")
    from zhicheng.foundation.instance import UnsafeStart  # asks for the settings

    try:
        execute_from_command_line(["zhicheng", *sys.argv[1:]])
    except UnsafeStart as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
