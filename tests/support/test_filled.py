"""A form that is filled in from memory is what the actions leave, row for row."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.forms.models import model_to_dict

from tests.support import filled
from tests.support import world as w
from zhicheng.applications.models import Application
from zhicheng.rehearsal import acts

pytestmark = pytest.mark.django_db
OWN = {
    "id",
    "application",
    "applicant",
    "applicant_name",
    "person",
    "person_index",
    "number",
    "file",
    "added_by",
    "uploaded_by",
    "sha256",
    "name",
    "row",
}


def by_actions(world: w.World, contents: dict[str, Any]) -> Application:
    who = world.new_applicant()
    application = w.start(world, who)
    acts.fill(who, application, contents)
    acts.bring_papers(who, application, lambda box, paper: w.evidence(who.account_id, f"{application.pk}-{box.key}-{paper}"))
    return Application.objects.get(pk=application.pk)


def by_memory(world: w.World, contents: dict[str, Any]) -> Application:
    who = world.new_applicant()
    application = w.start(world, who)
    w.fill(who, application, contents)
    return Application.objects.get(pk=application.pk)


def counts() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.db_table: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}


def added(tell: Callable[[], Application]) -> tuple[Application, dict[str, int]]:
    before = counts()
    application = tell()
    return application, {table: n - before[table] for table, n in counts().items() if n != before[table]}


def content(text: str) -> Any:
    told = json.loads(text)
    return [{k: v for k, v in row.items() if k != "id"} for row in told] if isinstance(told, list) else told


def look(application: Application) -> dict[str, Any]:
    """Everything that is written of a form, but for what names it or is its own."""
    kept = [(section.key, json.loads(section.content)) for section in application.sections.all()]
    rows = {row["id"]: key for key, told in kept if isinstance(told, list) for row in told}
    materials = application.materials.select_related("file").order_by("pk")
    return {
        "application": {k: v for k, v in model_to_dict(application).items() if k not in OWN},
        "sections": [(s.key, s.version, content(s.content), s.saved_at) for s in application.sections.order_by("pk")],
        "materials": [
            (
                {k: v for k, v in model_to_dict(m).items() if k not in OWN},
                rows.get(m.row, m.row),
                m.added_by_id == application.applicant_id,
                {k: v for k, v in model_to_dict(m.file).items() if k not in OWN},
                m.file.name.partition("-")[2].replace(m.row or "-", ""),
                m.file.name.partition("-")[0] == str(application.pk),
            )
            for m in materials
        ],
    }


@pytest.mark.parametrize("first_title", ["", "on"])
def test_form_filled_from_memory_is_what_the_actions_leave(world: w.World, first_title: str) -> None:
    contents = w.sections()
    contents["current_title"]["first_title"] = first_title
    by_memory(world, contents)  # by the actions, unless another test had the same
    assert json.dumps(contents, sort_keys=True) in filled._left
    acted, of_actions = added(lambda: by_actions(world, contents))
    remembered, of_memory = added(lambda: by_memory(world, contents))
    assert of_memory == of_actions
    assert look(remembered) == look(acted)
    assert remembered.materials.count() >= 10


def test_rows_of_two_forms_have_ids_of_their_own(world: w.World) -> None:
    told = [by_memory(world, w.sections()) for _twice in range(2)]
    ids = [{row["id"] for row in json.loads(one.sections.get(key="education").content)} for one in told]
    assert not ids[0] & ids[1]


def test_form_that_was_begun_goes_through_the_actions(world: w.World) -> None:
    who = world.applicant
    application = w.start(world, who)
    contents = w.sections()
    acts.save(who, application, "basic", contents["basic"] | {"mobile": "13900000000"})
    w.fill(who, application, contents)
    kept = application.sections.get(key="basic")
    assert (kept.version, json.loads(kept.content)["mobile"]) == (2, contents["basic"]["mobile"])
