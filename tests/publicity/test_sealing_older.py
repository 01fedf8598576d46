"""The step that seals what objections of before say (``publicity.0004``), there and back."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.db import connection

from tests.support import world as w
from zhicheng.foundation import clock, triggers
from zhicheng.publicity import actions
from zhicheng.publicity.models import Objection

pytestmark = pytest.mark.django_db
step = importlib.import_module("zhicheng.publicity.migrations.0004_sealed_objections")
WORDS = "反映业绩成果为集体完成。"


def stored() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT from_name, from_contact, content FROM publicity_objection ORDER BY id")
        return [tuple(row) for row in cursor.fetchall()]


def test_objections_of_before_are_sealed_and_open_again_on_the_way_back(world) -> None:
    application = w.submitted(world)
    w.unit_pass(world, application)
    period = w.open_publicity(world, application)
    for name in ("马先生", ""):
        actions.register_objection(
            actor=world.unit_admin, period_id=period.pk, channel="phone", content=WORDS, received_at=clock.now(), from_name=name
        )
    editor = SimpleNamespace(connection=connection)
    with triggers.lifted(connection, "publicity_objection"):
        step.open_each(None, editor)
        assert stored() == [("马先生", "", WORDS), ("", "", WORDS)]
        step.seal_each(None, editor)
    assert all(content != WORDS and name != "马先生" for name, _contact, content in stored())
    assert [(one.from_name, one.content) for one in Objection.objects.order_by("id")] == [("马先生", WORDS), ("", WORDS)]
