"""What must be true before an instance starts. Every message says which variable to set.

``zhicheng check --database default`` runs all of it; ``refuse_unsafe_start`` is for processes that serve.
"""

from __future__ import annotations

import base64
import binascii
import filecmp
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.utils.translation import gettext as _

from zhicheng.foundation import instance, migration_state, outgoing
from zhicheng.foundation.instance import UnsafeStart

SHORTEST_KEY = 32
UNDELIVERED = {"dummy", "console", "locmem", "filebased"}


UNREACHABLE = "zhicheng.E021"


@register("zhicheng")
def check_configuration(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Keys that can be used in any mode; in production also everything a rehearsal may do without."""
    problems = [*_field_key_problems(), *map(_error, instance.key_findings())]
    if settings.MODE == "production":
        problems += [*_rehearsal_problems(), *_key_problems(), *_host_problems(), *_service_problems(), *_transport_problems()]
    return problems


@register(Tags.database)
def check_database(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The database and the files belong to this mode and to each other; in production nothing of a rehearsal is in them."""
    problems: list[CheckMessage] = []
    for alias in databases or ():
        try:
            with connections[alias].cursor():  # a process that has nothing to seek here is turned away at once
                pass
            problems += map(_error, instance.findings_in(connections[alias]))
            marks = _rehearsal_marks(alias) if settings.MODE == "production" and not problems else []
        except UnsafeStart as refused:
            problems.append(Error(str(refused).strip(), id="zhicheng.E020"))
            continue
        except DatabaseError as error:
            problems.append(
                Error(
                    _("数据库无法连接：%(error)s") % {"error": error},
                    hint=_("请检查环境变量 ZHICHENG_DATABASE_URL。"),
                    id=UNREACHABLE,
                )
            )
            continue
        if marks:
            problems.append(
                Error(
                    _("这个数据库属于演练（%(marks)s），不能用于正式运行。") % {"marks": ", ".join(marks)},
                    hint=_("请把 ZHICHENG_DATABASE_URL 设为正式运行的数据库；演练用的数据库不能转为正式使用。"),
                    id="zhicheng.E020",
                )
            )
    return problems


@register("zhicheng", deploy=True)
def check_pages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What pages refer to was collected, and of this version: without it every page is an error of ours, the one that says so as well.

    The unit of the web server asks before it starts; commands do not ask, of which some come before that (``migrate``) and some look at a restored
    instance that has no pages (``deploy/restore_drill.py``). A rehearsal collects them itself, at every start.
    """
    collected = getattr(staticfiles_storage, "hashed_files", None)
    if collected is None or settings.MODE != "production":
        return []
    patterns: list[str] = getattr(apps.get_app_config("staticfiles"), "ignore_patterns", [])
    files = {path: storage.path(path) for finder in get_finders() for path, storage in finder.list(patterns)}
    missing = sorted(path for path, here in files.items() if path not in collected or not _is_collected(path, here))
    if not missing:
        return []
    return [
        Error(
            _("网页用到的文件还差 %(n)d 个没有收集，如 %(name)s。") % {"n": len(missing), "name": missing[0]},
            hint=_("请先运行：%(command)s") % {"command": "zhicheng collectstatic --no-input"},
            id="zhicheng.E031",
        )
    ]


def _is_collected(path: str, here: str) -> bool:
    """Whether what was collected under ``path`` is the file that lies ``here``."""
    try:
        return filecmp.cmp(here, staticfiles_storage.path(path), shallow=False)
    except FileNotFoundError:
        return False


def refuse_unsafe_start(*, serving: bool = False) -> None:
    """Raise :class:`UnsafeStart` when one of this module's checks finds an error, the database included. Warnings pass.

    Whoever begins ``serving`` also needs a database with exactly this program's migrations. A process that is renewed in the middle does
    not, and comes up as well when the database cannot be reached just now (no connection left, a restart): its pages say so until it can,
    and every connection that comes to stand is looked at again (``foundation.instance``).
    """
    found = [*check_configuration(None), *check_database(None, databases=["default"])]
    if not serving:
        found = [problem for problem in found if problem.id != UNREACHABLE]
    if serving and not any(problem.is_serious() for problem in found):
        found += map(_error, migration_state.findings())
    if errors := [problem for problem in found if problem.is_serious()]:
        raise UnsafeStart("\n" + "\n".join(str(error) for error in errors))


def _field_key_problems() -> list[CheckMessage]:
    for key in settings.FIELD_KEYS:
        try:
            length = len(base64.b64decode(key, validate=True))
        except (binascii.Error, ValueError):
            length = 0
        if length != 32:
            return [
                Error(
                    _("环境变量 ZHICHENG_FIELD_KEYS 中有一个密钥不是 32 字节的 base64 文本。"),
                    hint=_("可以这样生成：%(command)s") % {"command": "openssl rand -base64 32"},
                    id="zhicheng.E005",
                )
            ]
    return []


def _rehearsal_problems() -> Iterable[CheckMessage]:
    if settings.CLOCK_CAN_MOVE:
        yield Error(
            _("正式运行的系统不能调整时间（CLOCK_CAN_MOVE 为真）。"),
            hint=_("这个值只由环境变量 ZHICHENG_MODE 决定，不要另行设置。"),
            id="zhicheng.E001",
        )
    if settings.REHEARSAL:
        yield Error(
            _("正式运行的系统不能打开演练页面（REHEARSAL 为真）。"),
            hint=_("这个值只由环境变量 ZHICHENG_MODE 决定，不要另行设置。"),
            id="zhicheng.E002",
        )


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:  # Django's way of saying that it is empty
        return ""


def _key_problems() -> Iterable[CheckMessage]:
    secret, blind = _secret_key(), settings.BLIND_INDEX_KEY
    for variable, value, number in (("ZHICHENG_SECRET_KEY", secret, "E003"), ("ZHICHENG_BLIND_INDEX_KEY", blind, "E006")):
        if not value:
            yield _missing(variable, number)
        elif len(value) < SHORTEST_KEY and not value.startswith(tuple(instance.KEY_BEGINS.values())):
            yield Error(
                _("环境变量 %(variable)s 太短，至少要 %(length)d 个字符。") % {"variable": variable, "length": SHORTEST_KEY},
                id="zhicheng.E009",
            )
    if not settings.FIELD_KEYS:
        yield _missing("ZHICHENG_FIELD_KEYS", "E004")
    if blind and blind in {secret, *settings.FIELD_KEYS}:
        yield Error(_("环境变量 ZHICHENG_BLIND_INDEX_KEY 必须与其他密钥不同。"), id="zhicheng.E010")


def _host_problems() -> Iterable[CheckMessage]:
    if not settings.ALLOWED_HOSTS:
        yield _missing("ZHICHENG_ALLOWED_HOSTS", "E007")
    for host in settings.ALLOWED_HOSTS:
        if host == "*" or host.startswith("."):
            yield Error(
                _("环境变量 ZHICHENG_ALLOWED_HOSTS 不能是 %(host)s：* 和以点开头的写法会接受别人的网站名。") % {"host": host},
                hint=_("请写出网站的域名，多个域名用逗号分开。"),
                id="zhicheng.E007",
            )
    if (settings.BASE_DIR / ".git").exists():
        yield Warning(
            _("程序文件夹 %(folder)s 里有版本库（.git）。") % {"folder": settings.BASE_DIR},
            hint=_("请按 docs/operations.md 从归档文件安装，服务器上不需要版本历史。"),
            id="zhicheng.W023",
        )
    if "//127.0.0.1" in settings.SITE_ADDRESS or "//localhost" in settings.SITE_ADDRESS:
        yield Warning(
            _("网站地址仍是本机地址 %(address)s，邮件里的链接将无法打开。") % {"address": settings.SITE_ADDRESS},
            hint=_("请设置环境变量 ZHICHENG_SITE_ADDRESS。"),
            id="zhicheng.W012",
        )


def _service_problems() -> Iterable[CheckMessage]:
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        yield Warning(
            _("正式运行建议使用 PostgreSQL，现在使用的是 SQLite。"),
            hint=_("请设置环境变量 ZHICHENG_DATABASE_URL。"),
            id="zhicheng.W011",
        )
    if settings.DELIVERY_BACKEND.split(".")[-2:-1] and settings.DELIVERY_BACKEND.split(".")[-2] in UNDELIVERED:
        yield Error(
            _("邮件不会真正发出（%(backend)s）。") % {"backend": settings.DELIVERY_BACKEND},
            hint=_("请把环境变量 ZHICHENG_MAIL_URL 设为邮件服务器的地址，如 smtp+tls://user:password@mail.example.cn:587。"),
            id="zhicheng.E008",
        )


def _transport_problems() -> Iterable[CheckMessage]:
    for one in outgoing.destinations():
        if not one.safe:
            yield Error(
                _("到 %(host)s 的连接没有加密，或者不检查对方的证书（%(variable)s）。")
                % {"host": one.host, "variable": one.variable},
                hint=_(
                    "不在本机的数据库请加 ?sslmode=verify-full&sslrootcert=证书文件，邮件用 smtp+tls:// 或 smtp+ssl://，"
                    "告警和时间戳用 https://，clamd 用本机的套接字。"
                ),
                id="zhicheng.E025",
            )


def _missing(variable: str, number: str) -> Error:
    return Error(
        _("没有设置环境变量 %(variable)s。") % {"variable": variable},
        hint=_("每个变量的含义见 .env.example。"),
        id=f"zhicheng.{number}",
    )


def _error(finding: instance.Finding) -> Error:
    return Error(finding.text, hint=finding.hint, id=f"zhicheng.{finding.number}")


def _rehearsal_marks(alias: str) -> list[str]:
    """The names of the models in this database that only a rehearsal fills."""
    from zhicheng.foundation.models import ClockSetting, RehearsalMarker

    tables = set(connections[alias].introspection.table_names())
    return [
        model.__name__
        for model in (RehearsalMarker, ClockSetting)
        if model._meta.db_table in tables and model.objects.using(alias).exists()
    ]
