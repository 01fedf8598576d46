"""The cache every process of an instance shares (``CACHES``): it lies in the database, as JSON.

Django's own database cache keeps Python pickles, which run code when they are read: who can write into the database could run
code in every process. Here a value is JSON and nothing else, and counting is one locked step, which theirs is not.

Two spaces, each with a bound of its own. What the instance itself has (accounts, their devices, everybody together) cannot be
multiplied by anybody. What a stranger names (a login name that is none, a mailbox, one more network) can, and its key begins with
``STRANGERS``: when that space is full, what was counted least goes first. Whoever wants to push out the count of a brake in force has
to try as often under each of a hundred thousand other names (``docs/security/sign-in.md``).
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Length

from zhicheng.foundation import clock, jobs
from zhicheng.foundation.models import CacheEntry

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
STRANGERS = "stranger:"  # how the key of something begins that a stranger named
BRAKED = ":braked"  # how the key of what is told of a brake ends
_AT_ONCE, _IN_ALL = 5_000, 300_000
_COUNT = f"""
    INSERT INTO {CacheEntry._meta.db_table} AS counted (cache_key, value, expires) VALUES (%s, %s, %s)
    ON CONFLICT (cache_key) DO UPDATE SET
        value = CASE WHEN counted.expires > %s THEN CAST(CAST(counted.value AS BIGINT) + %s AS TEXT) ELSE excluded.value END,
        expires = CASE WHEN counted.expires > %s THEN counted.expires ELSE excluded.expires END
    RETURNING value
"""  # noqa: S608 - the name of our own table


class JsonDatabaseCache(BaseCache):
    """Values are what JSON knows (a tuple comes back as a list); ``TypeError`` for anything else. Times are the machine's."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or ``default`` when there is none any more."""
        found = self._live(key, version).values_list("value", flat=True).first()
        return default if found is None else json.loads(found)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep ``value`` for ``timeout`` seconds (``None``: until it is removed)."""
        entry = self._entry(key, value, timeout, version)
        CacheEntry.objects.bulk_create(
            [entry], update_conflicts=True, unique_fields=["cache_key"], update_fields=["value", "expires"]
        )

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep ``value`` where nothing is kept; whether it was. Of several at once exactly one is told that it was."""
        entry = self._entry(key, value, timeout, version)
        try:
            with transaction.atomic():
                CacheEntry.objects.filter(cache_key=entry.cache_key, expires__lte=clock.machine_now()).delete()
                entry.save(force_insert=True)
        except IntegrityError:
            return False
        return True

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add ``delta`` to a number that is there and return the sum; none is lost between two who count. ``ValueError``: not there."""
        with transaction.atomic():
            entry = self._live(key, version).select_for_update(no_key=True).first()
            if entry is None:
                raise ValueError(f"Key '{key}' not found")
            total = int(json.loads(entry.value)) + delta
            entry.value = json.dumps(total)
            entry.save(update_fields=["value"])
        return total

    def count(self, key: Any, delta: int, timeout: float) -> int:
        """Add ``delta`` to the number that is there, or begin with it for ``timeout`` seconds; return the sum. One statement and one commit:
        what many do at once waits for nothing else, and none is lost.
        """
        fresh = self._entry(key, delta, timeout, None)
        now, expires = (connection.ops.adapt_datetimefield_value(at) for at in (clock.machine_now(), fresh.expires))
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [fresh.cache_key, fresh.value, expires, now, delta, now])
            return int(json.loads(cursor.fetchone()[0]))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let what is there live for ``timeout`` seconds from now; whether it was there."""
        return bool(self._live(key, version).update(expires=self._expires(timeout)))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Remove it; whether it was there."""
        return bool(CacheEntry.objects.filter(cache_key=self._key(key, version)).delete()[0])

    def clear(self) -> None:
        """Remove everything."""
        CacheEntry.objects.all().delete()

    def seconds_left(self, key: Any) -> int:
        """Until what is there runs out, rounded up; 0 when there is nothing."""
        expires = self._live(key, None).values_list("expires", flat=True).first()
        return 0 if expires is None else math.ceil((expires - clock.machine_now()).total_seconds())

    def _live(self, key: Any, version: int | None) -> Any:
        return CacheEntry.objects.filter(cache_key=self._key(key, version), expires__gt=clock.machine_now())

    def _key(self, key: Any, version: int | None) -> str:
        return str(self.make_and_validate_key(key, version=version))

    def _entry(self, key: Any, value: Any, timeout: Any, version: int | None) -> CacheEntry:
        text = json.dumps(value, ensure_ascii=False)
        return CacheEntry(cache_key=self._key(key, version), value=text, expires=self._expires(timeout))

    def _expires(self, timeout: Any) -> datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return _NEVER if seconds is None else clock.machine_now() + timedelta(seconds=seconds)


def count(key: str, *, seconds: int, by: int = 1) -> int:
    """Count one more (or ``by``, for bytes) under ``key`` and return how many there were, in every process, within the ``seconds`` since
    the first of them.
    """
    shared = caches["default"]
    if isinstance(shared, JsonDatabaseCache) and connection.features.can_return_columns_from_insert:  # SQLite can since 3.35
        return shared.count(key, by, seconds)
    cache.add(key, 0, timeout=seconds)
    try:
        return int(cache.incr(key, by))
    except ValueError:  # it ran out between the two lines
        cache.add(key, by, timeout=seconds)
        return by


def seconds_left(key: str, *, most: int) -> int:
    """Until what is kept under ``key`` runs out; ``most`` where the cache cannot tell."""
    shared = caches["default"]
    return shared.seconds_left(key) if isinstance(shared, JsonDatabaseCache) else most


@jobs.regular("cache.tidy", minutes=10)
def tidy() -> int:
    """Remove what has run out, for it holds addresses of visitors, and what is more than the instance keeps: of what strangers named
    the least counted first, of the rest the soonest to run out. Return how many entries."""
    removed = CacheEntry.objects.filter(expires__lte=clock.machine_now()).delete()[0]
    theirs = Q(cache_key__startswith=cache.make_key(STRANGERS))
    # A value that is a count is longer, and then greater as text, the greater it is. What is told of a brake goes before its count.
    weight = Case(When(cache_key__endswith=BRAKED, then=Value("5")), default=F("value"), output_field=TextField())
    strangers = CacheEntry.objects.filter(theirs).order_by(Length(weight).desc(), weight.desc(), "-expires", "cache_key")
    removed += _shorten(strangers, settings.SHARED_CACHE_ENTRIES_OF_STRANGERS)
    return removed + _shorten(CacheEntry.objects.exclude(theirs).order_by("-expires", "cache_key"), settings.SHARED_CACHE_ENTRIES)


def _shorten(rows: QuerySet[CacheEntry], most: int) -> int:
    """Remove what comes after the first ``most`` of ``rows``, the last ones first, ``_IN_ALL`` at most; sorted once, however many.
    Return how many."""
    too_many = min(max(rows.count() - most, 0), _IN_ALL)
    surplus = list(rows.reverse().values_list("cache_key", flat=True)[:too_many])
    batches = (surplus[start : start + _AT_ONCE] for start in range(0, len(surplus), _AT_ONCE))
    return sum(CacheEntry.objects.filter(cache_key__in=batch).delete()[0] for batch in batches)
