"""While migrating Django makes the classes of models anew thousands of times, and each of their fields by asking it for the arguments it was made
with: half the time that takes. A field that belongs to no model yet is copied instead, as Django does itself where a model inherits one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Field
from django.utils.functional import cached_property

VALIDATORS = "validators"  # a field that is made adds to those it has worked out
_clone = Field.clone


@contextmanager
def fields_copied() -> Iterator[None]:
    """In this block a field's ``clone`` is :func:`copy_of` it."""
    Field.clone = copy_of  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Field.clone = _clone  # type: ignore[method-assign]


def copy_of(field: Any) -> Any:
    """A field like this one, made just now, which belongs to no model; nothing is in it that the other has worked out meanwhile."""
    if hasattr(field, "model"):
        return _clone(field)
    copied = copy.deepcopy(field)  # that is shallow: its relation is copied, and nothing else
    for one in filter(None, (copied, copied.remote_field)):
        for name in [name for name in vars(one) if isinstance(getattr(type(one), name, None), cached_property)]:
            if name != VALIDATORS:
                del vars(one)[name]
    if VALIDATORS in vars(field):
        copied.validators = [*field.validators]
    if field.auto_created:
        copied.creation_counter = Field.auto_creation_counter
        Field.auto_creation_counter -= 1
    else:
        copied.creation_counter = Field.creation_counter
        Field.creation_counter += 1
    return copied
