"""Limits hold across the processes of an instance: the cache lies in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import caches

from tests.foundation.conftest import Elsewhere
from zhicheng.foundation import clock, jobs, shared_cache
from zhicheng.foundation.models import CacheEntry
from zhicheng.settings import CACHES
from zhicheng.web.public.registration.limits import PER_HOUR


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
