"""Forwards, Django's ``migrate`` spends half of its time on indexes and constraints: for each that is added or removed it makes the model's class anew,
and those of all models that point to it or to one it points to, twenty at a time in a program where everything belongs to somebody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

_append, _remove = ProjectState._append_option, ProjectState._remove_option  # type: ignore[attr-defined]  # what its stubs leave out


@contextmanager
def classes_kept() -> Iterator[None]:
    """While steps are taken forwards, and only forwards: an index or a constraint is written into the class that is there.

    The state before the step has the same class. Of the four operations that is about, none asks the class before it for its indexes or constraints: one
    that is removed is looked up in the description, which stays apart. Taken back, steps are described all together before the first
    is carried out; there each needs a class of its own.
    """
    ProjectState._append_option, ProjectState._remove_option = _append_in_place, _remove_in_place  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ProjectState._append_option, ProjectState._remove_option = _append, _remove  # type: ignore[attr-defined]


def _append_in_place(state: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
    with _described_only(state) as apps:
        _append(state, app_label, model_name, option, added)
    _write(state, apps, (app_label, model_name), option)


def _remove_in_place(state: ProjectState, app_label: str, model_name: str, option: str, removed: str) -> None:
    with _described_only(state) as apps:
        _remove(state, app_label, model_name, option, removed)
    _write(state, apps, (app_label, model_name), option)


@contextmanager
def _described_only(state: ProjectState) -> Iterator[Any]:
    """The state's classes, while it has none, and nothing is made anew."""
    apps = state.__dict__.pop("apps", None)
    try:
        yield apps
    finally:
        if apps is not None:
            state.__dict__["apps"] = apps


def _write(state: ProjectState, apps: Any, model: tuple[str, str], option: str) -> None:
    if apps is None:
        return
    meta = apps.get_model(*model)._meta
    meta.__dict__.pop("total_unique_constraints", None)  # worked out from the former ones
    described = list(state.models[model].options[option])
    setattr(meta, option, meta._format_names(described) if option == "constraints" else described)
    state.is_delayed = True  # as Django has it: a step with functions of its own is given classes made anew
