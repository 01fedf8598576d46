"""Limits hold across the processes of an instance: the cache lies in the database."""

from __future__ import annotations

import base64
import pickle
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.foundation.conftest import Elsewhere
from tests.support.sources import python
from zhicheng.foundation import clock, jobs, shared_cache
from zhicheng.foundation.models import CacheEntry
from zhicheng.settings import CACHES
from zhicheng.web.shared.limits import PER_HOUR


def test_two_web_processes_count_one_visitor_together(elsewhere: Elsewhere) -> None:
    most = PER_HOUR - 100
    assert elsewhere.run("count_registration", "203.0.113.7", str(most)) == "0"
    assert elsewhere.run("count_registration", "203.0.113.7", str(most)) == str(2 * most - PER_HOUR)
    assert elsewhere.run("count_registration", "203.0.113.8", "1") == "0"  # somebody else


@pytest.mark.django_db
def test_instance_keeps_its_cache_in_its_own_table_and_forgets_what_ran_out() -> None:
    assert CACHES["default"]["LOCATION"] == CacheEntry._meta.db_table
    cache = caches["shared"]
    cache.set("registration:203.0.113.7", 3, 3600)
    cache.set("registration:203.0.113.8", 1, 3600)
    assert cache.incr("registration:203.0.113.7") == 4
    CacheEntry.objects.filter(cache_key__endswith="8").update(expires=clock.machine_now() - timedelta(seconds=1))
    assert shared_cache.tidy() == 1
    assert cache.get("registration:203.0.113.7") == 4 and cache.get("registration:203.0.113.8") is None
    assert "cache.tidy" in {job.name for job in jobs.regular_jobs()}


@pytest.fixture
def cache() -> Any:
    return caches["shared"]


@pytest.mark.django_db
def test_cache_keeps_json_and_nothing_that_runs(cache: Any) -> None:
    cache.set("tries", [1.5, "一", None, True, {"a": 1}], 60)
    assert CacheEntry.objects.get().value == '[1.5, "一", null, true, {"a": 1}]'
    assert cache.get("tries") == [1.5, "一", None, True, {"a": 1}]
    with pytest.raises(TypeError):
        cache.set("object", object(), 60)


@pytest.mark.django_db
def test_cache_does_not_run_what_somebody_put_into_its_table(cache: Any) -> None:
    cache.set("tries", 1, 60)
    planted = base64.b64encode(pickle.dumps(_Planted())).decode()
    CacheEntry.objects.update(value=planted)
    with pytest.raises(ValueError):
        cache.get("tries")
    assert not _Planted.ran


class _Planted:
    ran: list[int] = []

    def __reduce__(self) -> tuple[Any, ...]:
        return (_Planted.ran.append, (1,))


@pytest.mark.django_db
def test_cache_does_what_a_cache_does(cache: Any) -> None:
    assert cache.get("a") is None and cache.get("a", 7) == 7 and "a" not in cache
    assert cache.add("a", 1, 60) and not cache.add("a", 2, 60)
    assert cache.get("a") == 1 and "a" in cache
    cache.set("a", 3, 60)
    assert cache.incr("a", 4) == 7 and cache.decr("a") == 6
    assert cache.touch("a", 600) and not cache.touch("b", 600)
    cache.set("forever", None, None)
    assert cache.get("forever", 1) is None
    assert cache.get_many(["a", "b"]) == {"a": 6}
    assert cache.delete("a") and not cache.delete("a")
    with pytest.raises(ValueError):
        cache.incr("a")
    cache.clear()
    assert not CacheEntry.objects.exists()


@pytest.mark.django_db
def test_what_ran_out_is_not_there_and_can_be_added_anew(cache: Any) -> None:
    cache.set("a", 1, 60)
    CacheEntry.objects.update(expires=clock.machine_now() - timedelta(seconds=1))
    assert cache.get("a") is None and not cache.touch("a", 60)
    with pytest.raises(ValueError):
        cache.incr("a")
    assert cache.add("a", 5, 60) and cache.get("a") == 5
    cache.set("b", 1, 0)
    assert cache.get("b") is None


@pytest.mark.django_db
def test_counting_is_one_statement_and_begins_anew_when_it_ran_out(cache: Any, settings: Any) -> None:
    """Each commit is one more wait for the disk, and an upload of a stranger makes several counts before it is answered."""
    settings.CACHES = {"default": settings.CACHES["shared"]}
    for expected, by in ((1, 1), (2, 1), (502, 500)):
        with CaptureQueriesContext(connection) as made:
            assert shared_cache.count("tries", seconds=60, by=by) == expected
        assert len(made) == 1
    assert cache.get("tries") == 502 and cache.incr("tries") == 503
    until = CacheEntry.objects.get().expires
    assert shared_cache.count("tries", seconds=6000) == 504 and CacheEntry.objects.get().expires == until
    CacheEntry.objects.update(expires=clock.machine_now() - timedelta(seconds=1))
    assert shared_cache.count("tries", seconds=60, by=7) == 7
    assert CacheEntry.objects.get().expires > clock.machine_now() + timedelta(seconds=30)


@pytest.mark.django_db
def test_counting_needs_nothing_that_an_older_sqlite_does_not_know(
    cache: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before 3.35 (some systems have 3.34) it cannot tell what a statement wrote."""
    settings.CACHES = {"default": settings.CACHES["shared"]}
    monkeypatch.setattr(connection.features, "can_return_columns_from_insert", False)
    with CaptureQueriesContext(connection) as made:
        assert [shared_cache.count("tries", seconds=60, by=by) for by in (1, 1, 500)] == [1, 2, 502]
    assert not [one["sql"] for one in made.captured_queries if "RETURNING" in one["sql"]]
    CacheEntry.objects.update(expires=clock.machine_now() - timedelta(seconds=1))
    assert shared_cache.count("tries", seconds=60, by=7) == 7


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_none_is_lost_between_many_who_count_at_once(settings: Any) -> None:
    settings.CACHES = {"default": settings.CACHES["shared"]}
    together, seen = threading.Barrier(6), []

    def tries() -> None:
        try:
            together.wait(20)
            seen.extend(shared_cache.count("tries", seconds=60) for _try in range(20))
        finally:
            connection.close()

    threads = [threading.Thread(target=tries) for _one in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1, 121))


@pytest.mark.django_db
def test_tidying_keeps_the_cache_within_its_bounds(cache: Any, settings: Any) -> None:
    settings.SHARED_CACHE_ENTRIES = 3
    for number in range(6):
        cache.set(f"k{number}", number, 100 + number)
    assert shared_cache.tidy() == 3
    assert [cache.get(f"k{number}") for number in range(6)] == [None, None, None, 3, 4, 5]


@pytest.mark.django_db
def test_what_strangers_named_has_a_space_of_its_own_where_the_least_counted_goes_first(
    cache: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SHARED_CACHE_ENTRIES, settings.SHARED_CACHE_ENTRIES_OF_STRANGERS = 3, 5
    monkeypatch.setattr(shared_cache, "_AT_ONCE", 2)
    cache.set("of-the-instance", 1, 10)
    counts = {"a": 6, "a:wait": 6, "b": 12, "c": 101, "d": 1, "e": 5, "f": 2}
    for number, (name, value) in enumerate(counts.items()):
        cache.set(f"stranger:{name}", value, 3600 - number)
    cache.set("stranger:a:braked", {"what": "password"}, 3600)
    for number in range(20):
        cache.set(f"stranger:once{number}", 1, 24 * 3600)
    assert shared_cache.tidy() == 23
    kept = {name for name in [*counts, "a:braked"] if cache.get(f"stranger:{name}") is not None}
    assert kept == {"a", "a:wait", "b", "c", "a:braked"} and cache.get("of-the-instance") == 1


def test_nothing_of_the_project_keeps_pickles() -> None:
    assert not [source.name for source in python() if "import pickle" in source.text]
    assert django_settings.SESSION_SERIALIZER.endswith("JSONSerializer")
    assert CACHES["default"]["BACKEND"].endswith("JsonDatabaseCache")
