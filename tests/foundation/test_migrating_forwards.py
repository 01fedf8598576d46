"""Forwards an index or a constraint is written into the class that is there; it says what a class made anew says, and so does the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import AddConstraint, AddIndex, RemoveConstraint, RemoveIndex
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.signals import pre_migrate

from zhicheng.foundation.management.commands import migrate
from zhicheng.foundation.migrating_forwards import classes_kept

DJANGOS = ProjectState._append_option, ProjectState._remove_option  # type: ignore[attr-defined]
AMOUNT = models.Q(amount__gte=0)
OPERATIONS = [
    AddIndex("thing", models.Index(fields=["amount"], name="by_amount")),
    AddConstraint("thing", models.CheckConstraint(condition=AMOUNT, name="%(class)s_not_negative")),
    AddConstraint("thing", models.UniqueConstraint(fields=["amount"], name="one_amount")),
    RemoveIndex("thing", "by_name"),
    RemoveConstraint("thing", "one_name"),
]


def state_of_a_thing() -> ProjectState:
    """A model with an index and a constraint, and one that points to it."""
    state = ProjectState()
    name = models.CharField(max_length=9)
    options = {
        "indexes": [models.Index(fields=["name"], name="by_name")],
        "constraints": [models.UniqueConstraint(fields=["name"], name="one_name")],
    }
    fields = [("id", models.AutoField(primary_key=True)), ("name", name), ("amount", models.IntegerField())]
    state.add_model(ModelState("foundation", "Thing", fields, options))
    points = models.ForeignKey("foundation.Thing", models.CASCADE)
    state.add_model(ModelState("foundation", "Pointing", [("id", models.AutoField(primary_key=True)), ("thing", points)]))
    return state


def said(state: ProjectState) -> Any:
    """What the class of the thing says of itself, and whom the other points to."""
    thing, pointing = (state.apps.get_model("foundation", name) for name in ("thing", "pointing"))
    meta = thing._meta
    about = [one.deconstruct() for one in (*meta.indexes, *meta.constraints, *meta.total_unique_constraints)]
    return about, pointing._meta.get_field("thing").related_model is thing, state.is_delayed


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.describe())
def test_class_that_is_kept_says_what_one_made_anew_says(operation: Operation) -> None:
    anew, kept = state_of_a_thing(), state_of_a_thing()
    for state in (anew, kept):
        said(state)  # the classes are there, and what they work out has been worked out
    before = kept.apps.get_model("foundation", "thing")
    operation.state_forwards("foundation", anew)
    with classes_kept():
        operation.state_forwards("foundation", kept)
    assert said(kept) == said(anew)
    assert kept.apps.get_model("foundation", "thing") is before
    assert anew.apps.get_model("foundation", "thing") is not before
    kept.clear_delayed_apps_cache()
    assert said(kept)[:2] == said(anew)[:2]


def test_state_without_classes_is_described_alone() -> None:
    state = state_of_a_thing()
    with classes_kept():
        OPERATIONS[0].state_forwards("foundation", state)
    assert "apps" not in state.__dict__
    assert [index.name for index in state.apps.get_model("foundation", "thing")._meta.indexes] == ["by_name", "by_amount"]


@pytest.mark.django_db
@pytest.mark.parametrize("backwards", [False, True])
def test_classes_are_kept_on_the_way_forwards_alone(monkeypatch: pytest.MonkeyPatch, backwards: bool) -> None:
    """What Django does when the plan is made: it tells the rooms, and goes on."""
    loader, met = MigrationLoader(connection), []
    (leaf,) = loader.graph.leaf_nodes("foundation")
    last = loader.get_migration(*leaf)

    def go_on(command: Any, *args: Any, **options: Any) -> None:
        room = apps.get_app_config("foundation")
        plan = [(last, backwards)]
        pre_migrate.send(
            sender=room, app_config=room, verbosity=0, interactive=False, using=connection.alias, plan=plan, apps=apps
        )
        met.append(ProjectState._append_option is DJANGOS[0])  # type: ignore[attr-defined]

    monkeypatch.setattr(migrate.Command, "_migrate", go_on)
    call_command("migrate", "foundation", verbosity=0, skip_checks=True)
    assert met == [backwards]
    assert (ProjectState._append_option, ProjectState._remove_option) == DJANGOS  # type: ignore[attr-defined]
