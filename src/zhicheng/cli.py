"""The command ``zhicheng``: every management command of the project, e.g. ``zhicheng ledger verify``."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Run one management command with the project's settings; exits with that command's status.

    What is no error of the program (the database belongs to another instance, or does not answer) is said without its traceback.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")
    from zhicheng.foundation import logs
    from zhicheng.foundation.instance import UnsafeStart  # asks for the settings
    from zhicheng.foundation.unreachable import words_for

    logs.set_actor("system")  # what the ledger calls whoever types a command on the server
    try:
        execute_from_command_line(["zhicheng", *sys.argv[1:]])
    except UnsafeStart as refused:
        sys.exit(str(refused))
    except OperationalError as error:
        words = words_for(error)
        if words is None or "--traceback" in sys.argv:
            raise
        sys.exit(words)


if __name__ == "__main__":
    main()
