"""What the commands that take a file of ours share: reading it, and saying everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from zhicheng.campaigns.loading import BadNotice

Read = TypeVar("Read")


def read_or_say(command: BaseCommand, load: Callable[[Path], Read], path: Path) -> Read:
    """What ``load`` reads from ``path``; every error is written to the command's stderr with its line before it ends with status 1."""
    try:
        return load(path)
    except OSError as error:
        raise CommandError(_("无法读取文件 %(file)s：%(why)s") % {"file": path, "why": error.strerror}) from error
    except BadNotice as bad:
        for found in bad.errors:
            command.stderr.write(f"{path}:{found.line}: {found.path + '：' if found.path else ''}{found.text}")
        raise CommandError(_("%(file)s：共 %(n)d 处问题，没有载入。") % {"file": path, "n": len(bad.errors)}) from bad
