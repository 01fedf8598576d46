"""``docs/security/classification.md`` gives every field of every table a class; a new one without fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from zhicheng.accounts.models import User
from zhicheng.foundation.algorithms import AlgorithmField
from zhicheng.foundation.fields import EncryptedTextField

PAGE = (Path(__file__).parent.parent / "docs" / "security" / "classification.md").read_text(encoding="utf-8")
COLUMNS = ("4", "3", "2", "1", "0")
ABOUT_PEOPLE = re.compile(
    r"(^|_)(name|email|mobile|phone|address|contact|number|index|birth|sex|ip|agent|content|opinion|note|statement|reason|reasons|"
    r"finding|password|actor|data|payload|key|token)($|_)"
)
# The words sound like it; they are of the instance.
TECHNICAL = {
    "foundation.LedgerEntry": {"number"},
    "foundation.InstanceMark": set(),
    "foundation.RegularRun": {"name"},
    "foundation.Probe": {"name"},
    "foundation.OriginalPlace": {"pulse_name"},
    "foundation.Incident": {"name"},
    "foundation.MailServer": {"name"},
    "auth.Permission": {"name"},
    "auth.Group": {"name"},
    "applications.DraftSection": {"key"},
    "applications.SectionVersion": {"key"},
    "applications.CommitteeArrival": {"number"},
}


def _table() -> dict[str, dict[str, set[str]]]:
    """Per model, the fields of each class."""
    found = {}
    for line in PAGE.splitlines():
        if match := re.match(r"\| `(\w+\.\w+)` \|(.*)\|$", line):
            cells = match[2].split("|")
            assert len(cells) == len(COLUMNS) + 1, line
            assert cells[-1].strip(), f"how long does {match[1]} stay?"
            found[match[1]] = {column: set(re.findall(r"`(\w+)`", cell)) for column, cell in zip(COLUMNS, cells, strict=False)}
    return found


def _class_of(model: type[models.Model], field: str) -> str:
    (found,) = [column for column, names in _table()[model._meta.label].items() if field in names]
    return found


def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return list(model._meta.concrete_fields)


def test_every_field_of_every_table_has_one_class() -> None:
    table = _table()
    assert set(table) == {model._meta.label for model in apps.get_models()}
    for model in apps.get_models():
        listed = sorted(name for names in table[model._meta.label].values() for name in names)
        assert listed == sorted(field.name for field in _fields(model)), model._meta.label


def test_what_is_sealed_is_of_a_class_that_asks_for_it() -> None:
    for model in apps.get_models():
        for field in _fields(model):
            if isinstance(field, EncryptedTextField):
                assert _class_of(model, field.name) in {"4", "3"}, field


def test_text_of_the_highest_class_is_nowhere_plain() -> None:
    """Sealed, or a hash (its algorithm beside it), or one of the few that are named here with why."""
    otherwise = {
        "accounts.User.password": "a slow hash",
        "documents.Paper.verification_code": "printed on the paper; opens a masked name",
        "sessions.Session.session_key": "a hash of the key in the cookie (accounts/session_keys.py)",
        "sessions.Session.session_data": "the library's; what is typed is sealed within",
        "usersessions.UserSession.session_key": "a hash of the key in the cookie (accounts/session_keys.py)",
        "account.EmailConfirmation.key": "never filled",
        "mfa.Authenticator.data": "sealed within (accounts/second_factor.py)",
    }
    plain = set()
    for model in apps.get_models():
        hashed = {name for field in _fields(model) if isinstance(field, AlgorithmField) for name in field.of}
        for name in _table()[model._meta.label]["4"] - hashed:
            if not isinstance(model._meta.get_field(name), EncryptedTextField):
                plain.add(f"{model._meta.label}.{name}")
    assert plain == set(otherwise)


def test_nothing_that_sounds_personal_is_called_of_the_instance() -> None:
    for model in apps.get_models():
        of_the_instance = _table()[model._meta.label]["1"]
        for field in _fields(model):
            if field.name in of_the_instance and not isinstance(field, AlgorithmField | models.AutoField):
                text = isinstance(field, models.CharField | models.TextField | models.JSONField)
                personal = (text and ABOUT_PEOPLE.search(field.name)) or field.related_model is User
                assert not personal or field.name in TECHNICAL.get(model._meta.label, set()), f"{model._meta.label}.{field.name}"
