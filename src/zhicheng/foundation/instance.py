"""What a database and the folder of files are: one instance's, of one mode. A mark says so, set at the first start.

``ZHICHENG_MODE`` is one word, and a wrong one must not open every account: a rehearsal lets anybody sign in as anybody. So every
process of another mode is turned away at the moment it opens the database (:func:`refuse_what_is_not_ours`): the web server, the
worker, every command, a shell. The keys tell as well: those of a rehearsal and of the tests begin with their mode's own word.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.db.backends.signals import connection_created
from django.utils.translation import gettext as _

from zhicheng.foundation.signing import read_key

# Every key a rehearsal or the tests make do with begins like this (settings.py), so that none is ever taken for a real one.
KEY_BEGINS = {"rehearsal": "rehearsal-only", "test": "test-only"}
FOLDER_MARK = "instance.json"  # in the folder of files
TABLE = "foundation_instancemark"


class UnsafeStart(ImproperlyConfigured):
    """This instance must not serve, or open this database, as it is configured. The message holds every reason."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What something belongs to: a mode, and the random id of one instance ("" where nobody has written one down yet)."""

    mode: str
    instance: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Why this process must not go on: a sentence, what to do, and the number of the check."""

    text: str
    hint: str
    number: str

    def __str__(self) -> str:
        return f"{self.text}\n\t{self.hint}"


def mark_of_database(connection: Any) -> Mark | None:
    """The mark of a database; where none was set, what its contents say beyond doubt; None for an empty one.

    A rehearsal has marked itself before anything else since the first version. So a database without either mark in which work
    was done is an office's own.
    """
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if TABLE in present:
            cursor.execute("SELECT mode, instance FROM foundation_instancemark")
            if row := cursor.fetchone():
                return Mark(*row)
        for mode, tables in (
            ("rehearsal", ("foundation_rehearsalmarker", "foundation_clocksetting")),
            ("production", ("accounts_user", "foundation_ledgerentry")),
        ):
            for table in present.intersection(tables):
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - one of the four names above
                if cursor.fetchone():
                    return Mark(mode, "")
    return None


def mark_of_files() -> Mark | None:
    """The mark in the folder of files; None where there is none. A mark that cannot be read belongs to nobody: mode ``?``."""
    storage = storages["default"]
    try:
        with storage.open(FOLDER_MARK, "rb") as file:
            told = json.loads(file.read())
            return Mark(str(told["mode"]), str(told["instance"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError):
        return Mark("?", "")


def files_are_there() -> bool:
    """Whether the folder holds files already."""
    try:
        folders, _files = storages["default"].listdir("sha256")
    except (FileNotFoundError, NotADirectoryError):
        return False
    return bool(folders)


def key_findings() -> Iterator[Finding]:
    """Each key that belongs to another mode. A missing one is found elsewhere (``foundation.checks``)."""
    wanted = KEY_BEGINS.get(settings.MODE)
    for variable, value, text in _keys():
        if wanted is None and text.startswith(tuple(KEY_BEGINS.values())):
            yield Finding(
                _("环境变量 %(variable)s 用的是演练或测试的密钥，不能用于正式运行。") % {"variable": variable},
                _("请换成只有本单位知道的随机密钥，生成的办法见 docs/operations.md。"),
                "E011",
            )
        elif wanted is not None and value and not text.startswith(wanted):
            yield Finding(
                _("环境变量 %(variable)s 用的不是%(mode)s的密钥，可能是正式运行的密钥，不能在这里使用。")
                % {"variable": variable, "mode": mode_words(settings.MODE)},
                _("请删除这个变量，系统会使用自带的密钥；自行设置的，要以 %(begins)s 开头。") % {"begins": wanted},
                "E013",
            )


def findings_in(connection: Any) -> Iterator[Finding]:
    """Why a process of this mode must not work with this database and this folder of files; nothing when it may."""
    mark, mode = mark_of_database(connection), settings.MODE
    if mark is not None and mark.mode != mode:
        yield Finding(
            _("这个数据库属于%(theirs)s，现在的运行方式是%(ours)s，不能使用它。")
            % {"theirs": mode_words(mark.mode), "ours": mode_words(mode)},
            _("请检查环境变量 ZHICHENG_MODE 和 ZHICHENG_DATABASE_URL。数据库属于哪一种，第一次启动时就定了，不能改变。"),
            "E020",
        )
    files = mark_of_files()
    if files is not None and files.mode != mode:
        yield Finding(
            _("这个文件目录属于%(theirs)s，现在的运行方式是%(ours)s，不能使用它。")
            % {"theirs": mode_words(files.mode), "ours": mode_words(mode)},
            _("请检查环境变量 ZHICHENG_MODE 和 ZHICHENG_FILES_DIR。"),
            "E022",
        )
    elif files is not None and (mark is None or (mark.instance and mark.instance != files.instance)):
        # An empty database beside a folder that belongs to another one is the usual slip after a move.
        yield Finding(
            _("这个文件目录属于另一个系统（%(theirs)s），与数据库（%(ours)s）不是同一套。")
            % {"theirs": files.instance[:8], "ours": mark.instance[:8] if mark else _("空")},
            _("请检查环境变量 ZHICHENG_FILES_DIR 和 ZHICHENG_DATABASE_URL；数据库和文件要一起恢复。"),
            "E023",
        )
    elif files is None and mark is not None and mark.instance and files_are_there():
        yield Finding(
            _("这个文件目录里已有文件，但没有标明属于哪一个系统。"),
            _("确认这些文件属于这个数据库之后，运行 zhicheng instance adopt-files。"),
            "E024",
        )


def mode_words(mode: str) -> str:
    """A mode in words."""
    words = {"production": _("正式运行"), "rehearsal": _("演练"), "test": _("自动测试")}
    return words.get(mode, _("不明的系统"))


overlooked: set[str] = set()  # numbers of findings: ``zhicheng instance`` is there to look at them and to mend one
_admitted: set[tuple[str, ...]] = set()


def refuse_what_is_not_ours(*, connection: Any, **kwargs: Any) -> None:
    """Runs when this process opens a database for the first time. Raises :class:`UnsafeStart`, the connection closed again."""
    told = connection.settings_dict
    place = (connection.alias, connection.vendor, *(str(told.get(part, "")) for part in ("NAME", "HOST", "PORT")))
    if place in _admitted:
        return
    try:
        found = [*key_findings(), *findings_in(connection)]
    except BaseException:
        connection.close()
        raise
    if found := [finding for finding in found if finding.number not in overlooked]:
        connection.close()
        raise UnsafeStart("\n" + "\n".join(map(str, found)))
    _admitted.add(place)


connection_created.connect(refuse_what_is_not_ours, dispatch_uid="zhicheng.foundation.instance")


def _keys() -> Iterator[tuple[str, str, str]]:
    """(variable, value, the text that tells its mode) of every key that is set."""
    with suppress(ImproperlyConfigured):  # Django's way of saying that it is empty
        secret = str(settings.SECRET_KEY)
        yield "ZHICHENG_SECRET_KEY", secret, secret
    for key in settings.SECRET_KEY_FALLBACKS:
        yield "ZHICHENG_SECRET_KEY_FALLBACKS", key, key
    yield "ZHICHENG_BLIND_INDEX_KEY", settings.BLIND_INDEX_KEY, settings.BLIND_INDEX_KEY
    for key in settings.FIELD_KEYS:
        try:
            text = base64.b64decode(key).decode("latin-1")
        except (binascii.Error, ValueError):
            text = ""
        yield "ZHICHENG_FIELD_KEYS", key, text
    if (says := _signing_key_says(settings.LEDGER_SIGNING_KEY)) is not None:
        yield "ZHICHENG_LEDGER_SIGNING_KEY", settings.LEDGER_SIGNING_KEY, says
    if (says := _signing_key_says(settings.PAPER_SIGNING_KEY)) is not None:
        yield "ZHICHENG_PAPER_SIGNING_KEY", settings.PAPER_SIGNING_KEY, says


def _signing_key_says(told: str) -> str | None:
    """The text that tells the mode of a key that signs heads or papers: its own bytes, or the word of the rehearsal it lies with. None where
    none is set, or this process cannot read it: only the worker need, and says so itself (``signing.signing_key``).
    """
    try:
        key = read_key(told) if told else None
    except (OSError, ValueError, TypeError):
        return None
    if key is None:
        return None
    if "-----BEGIN" not in told and (beside := _mode_beside(Path(told))) in KEY_BEGINS:
        return KEY_BEGINS[beside]
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return key.private_numbers().private_value.to_bytes(32, "big").decode("latin-1")
    return key.private_bytes_raw().decode("latin-1") if isinstance(key, Ed25519PrivateKey) else ""


def _mode_beside(path: Path) -> str:
    """The mode of the instance in whose data folder a key lies: rehearsals of before made keys that say nothing themselves."""
    try:
        return str(json.loads((path.resolve().parent / "files" / FOLDER_MARK).read_bytes())["mode"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
