"""A query of a busy page, whose SQL is made once instead of at every request.

A third of a page's processor time went into making the same few statements out of the same few querysets again. The function that makes
the queryset stays the one place that says what is read; it is called once for each thread, and what it gave is asked again with other
values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.signals import post_init, pre_init

R = TypeVar("R")
P = ParamSpec("P")
_populators: Callable[..., list[Any]] = get_related_populators  # its stubs are of a later Django
_LARGEST = 2**63  # no column holds such a number
_FIRST_MARK = 30_011  # marks are numbers every integer column takes, and no limit, length or year of ours
_FIRST_MOMENT = datetime(1907, 3, 1, tzinfo=UTC)
_MARKS: dict[type, Callable[[int], Any]] = {
    int: lambda number: _FIRST_MARK + number,
    str: lambda number: f"mark {number}",
    datetime: lambda number: _FIRST_MOMENT + timedelta(days=number),
}


class NotPreparable(TypeError):
    """The query cannot be asked with other values than those it was made with: a mistake of the programmer."""


class _Maker:
    """Makes rows of a model into objects as ``Model.from_db`` does, without asking of each column whether it was read."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        own = model.__init__ is not Model.__init__ or model.from_db.__func__ is not Model.from_db.__func__  # type: ignore[attr-defined]
        self.is_plain = not (own or pre_init.has_listeners(model) or post_init.has_listeners(model))

    def from_db(self, alias: str, names: Sequence[str], values: Sequence[Any]) -> Model:
        """A new object with these columns; what was not read is deferred."""
        if not self.is_plain:
            return self.model.from_db(alias, names, values)
        found = self.model.__new__(self.model)
        state = ModelState()
        state.adding, state.db = False, alias
        found.__dict__.update(zip(names, values, strict=True), _state=state)
        return found


def _make_plainly(populators: Iterable[Any]) -> None:
    for populator in populators:
        populator.model_cls = _Maker(populator.model_cls)
        _make_plainly(populator.related_populators)


@dataclass(frozen=True, slots=True)
class _Ready:
    """The statement, where in its parameters which value goes, and how a row becomes an object; a tuple where there is no ``model``."""

    sql: str
    params: tuple[Any, ...] = ()
    places: tuple[tuple[int, int, str], ...] = ()
    converters: tuple[tuple[int, Any], ...] = ()
    model: _Maker | None = None
    begin: int = 0
    end: int = 0
    names: tuple[str, ...] = ()
    beside: tuple[Any, ...] = ()
    annotations: tuple[tuple[str, int], ...] = ()

    def rows(self, connection: Any, values: tuple[Any, ...]) -> list[Any]:
        """Ask it with these values."""
        if not self.sql:
            return []
        params = list(self.params)
        for position, number, ending in self.places:
            params[position] = f"{values[number]}{ending}" if ending else values[number]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, tuple(params))
            return [self._told(connection, list(row)) for row in cursor.fetchall()]

    def _told(self, connection: Any, row: list[Any]) -> Any:
        for position, (converts, expression) in self.converters:
            value = row[position]
            for convert in converts:
                value = convert(value, expression, connection)
            row[position] = value
        if self.model is None:
            return tuple(row)
        found = self.model.from_db(connection.alias, self.names, row[self.begin : self.end])
        for related in self.beside:
            related.populate(row, found)
        for name, position in self.annotations:
            setattr(found, name, row[position])
        return found


def prepared(make: Callable[P, QuerySet[Any, R]]) -> Callable[P, list[R]]:
    """Decorate a function that makes a queryset (of objects, or a ``values_list``): calling it gives the rows.

    Positional arguments are values that go into the statement: an ``int`` or a ``str`` that a column is to be equal to, a ``str`` of
    letters and digits it is to start with, or a moment a column of moments is compared with. Keyword arguments are the query's shape, hashable, and each shape is made once. The objects
    are new at every call. One query, none for a number that is too large for any column.

    :raises NotPreparable: a value is something else, or does not stand in the statement as it was given.
    """
    known: WeakKeyDictionary[Any, dict[Any, _Ready]] = WeakKeyDictionary()  # a connection belongs to one thread

    @wraps(make)
    def ask(*given: P.args, **shape: P.kwargs) -> list[R]:
        connection = connections[DEFAULT_DB_ALIAS]
        values: tuple[Any, ...] = given
        kinds = tuple(map(type, values))
        if any(kind is int and not -_LARGEST <= value < _LARGEST for kind, value in zip(kinds, values, strict=True)):
            return []
        if datetime in kinds:
            values = tuple(_as_stored(connection, value) for value in values)
        mine = known.setdefault(connection, {})
        key = (kinds, *shape.items())
        if key not in mine:
            mine[key] = _made_ready(make, kinds, shape)
        return mine[key].rows(connection, values)

    return ask


def _as_stored(connection: Any, value: Any) -> Any:
    """A moment as the database is given one; anything else as it is."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _made_ready(make: Callable[..., QuerySet[Any, Any]], kinds: tuple[type, ...], shape: dict[str, Any]) -> _Ready:
    if not all(kind in _MARKS for kind in kinds):
        raise NotPreparable(f"{make.__qualname__} was given {kinds}")
    marks = [_MARKS[kind](number) for number, kind in enumerate(kinds)]
    queryset = make(*marks, **shape)
    gives: Any = queryset._iterable_class
    if gives not in (ModelIterable, ValuesListIterable):
        raise NotPreparable(f"{make.__qualname__} gives neither objects nor tuples")
    compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return _Ready("")
    endings: dict[Any, tuple[int, str]] = {
        _as_stored(compiler.connection, mark): (number, "") for number, mark in enumerate(marks)
    }
    endings |= {f"{mark}%": (number, "%") for number, mark in enumerate(marks) if isinstance(mark, str)}
    places = tuple(
        (at, *endings[value]) for at, value in enumerate(params) if isinstance(value, tuple(_MARKS)) and value in endings
    )
    if {number for _at, number, _ending in places} != set(range(len(marks))):
        raise NotPreparable(f"{make.__qualname__}: a value does not stand in its statement: {sql}")
    select: Any = compiler.select
    converters = tuple(compiler.get_converters([column[0] for column in select[: compiler.col_count]]).items())
    ready = _Ready(sql, tuple(params), places, converters)
    if gives is ValuesListIterable:
        return ready
    info: Any = compiler.klass_info
    beside = _populators(info, select, DEFAULT_DB_ALIAS)
    _make_plainly(beside)
    begin, end = info["select_fields"][0], info["select_fields"][-1] + 1
    return replace(
        ready,
        model=_Maker(info["model"]),
        begin=begin,
        end=end,
        names=tuple(column[0].target.attname for column in select[begin:end]),
        beside=tuple(beside),
        annotations=tuple((compiler.annotation_col_map or {}).items()),
    )
