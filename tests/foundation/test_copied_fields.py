"""A field that is copied while migrating is what Django's clone of it is."""

from __future__ import annotations

from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models import Field, ForeignObjectRel

from zhicheng.foundation.copied_fields import copy_of, fields_copied


def holds(field: Any) -> dict[str, Any]:
    """All there is to it, its relation opened; but when it was made. Its validators are worked out."""
    assert isinstance(field.validators, list)
    found = {name: value for name, value in vars(field).items() if name != "creation_counter"}
    relation = found.pop("remote_field", None)
    if relation is not None:
        assert isinstance(relation, ForeignObjectRel)
        assert relation.field is field, "its relation is its own"
        found |= {f"remote_field.{name}": value for name, value in vars(relation).items() if name != "field"}
        found["remote_field.model"] = found["remote_field.model"].lower()  # as states look it up
    return found


def state() -> ProjectState:
    """Of every model of the program; its fields have answered as those do that classes were made of."""
    found = MigrationLoader(None).project_state()
    for model in found.models.values():
        for field in model.fields.values():
            assert field.is_relation == bool(field.related_model)
            assert field.validators is field.validators and field.error_messages
    return found


def test_copy_holds_what_djangos_clone_holds() -> None:
    fields = [field for model in state().models.values() for field in model.fields.values()]
    assert len(fields) > 500 and any("related_model" in vars(field) for field in fields)
    for field in fields:
        copied = copy_of(field)
        assert holds(copied) == holds(field.clone()), field.deconstruct()
        assert copied.validators is not field.validators


def test_copies_stand_in_the_order_they_were_made_in() -> None:
    """It is that of the columns."""
    for model in state().models.values():
        fields = [field for field in model.fields.values() if not field.auto_created]
        for make in (Field.clone, copy_of):
            made = [make(field) for field in reversed(fields)]
            assert sorted(made) == made
    automatic = [copy_of(field) for model in state().models.values() for field in model.fields.values() if field.auto_created]
    assert sorted(automatic) == automatic[::-1] and all(field.creation_counter < 0 for field in automatic)


def test_field_of_a_model_is_cloned_as_django_does_it() -> None:
    (one, *_others) = state().apps.get_model("accounts", "User")._meta.local_fields
    with fields_copied():
        cloned = one.clone()
    assert not hasattr(cloned, "model") and cloned.deconstruct()[1:] == one.deconstruct()[1:]
    assert Field.clone is not copy_of
