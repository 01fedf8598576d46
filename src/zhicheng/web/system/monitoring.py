"""What machines ask: is it alive, is it ready, how much waits. No secrets, no names, few words."""

from __future__ import annotations

import ipaddress
import os
import time
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from zhicheng.foundation import queries, readiness
from zhicheng.foundation.readiness import Check

MEMORY_SECONDS = 2.0  # whoever asks more often gets the same answer


class _Last:
    """What was found last, so that nobody can make the database work by asking."""

    found: list[Check] = []
    at = float("-inf")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For a load balancer: OK while this process answers and reaches its database; 503 otherwise. Tells nothing else."""
    alive = queries.database_answers()
    return HttpResponse("OK\n" if alive else "database\n", status=200 if alive else 503, content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """For a monitor: 200 while people can work, 503 otherwise, with the level of every check. What is meant is on 系统状态."""
    if time.monotonic() - _Last.at > MEMORY_SECONDS:
        _Last.found, _Last.at = readiness.conditions(), time.monotonic()
    ready = readiness.is_ready(_Last.found)
    answer = {"ready": ready, "checks": {check.name: check.level for check in _Last.found}}
    return JsonResponse(answer, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, from the networks of ``ZHICHENG_METRICS_ALLOWED`` and not through the proxy; nobody else learns that it is there."""
    if not is_allowed(request.META):
        raise Http404("metrics")
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
    from prometheus_client.exposition import CONTENT_TYPE_LATEST

    from zhicheng.foundation.gauges import InstanceCollector

    counted: bytes
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)
        counted = generate_latest(together)
    else:
        counted = generate_latest(REGISTRY)
    own = CollectorRegistry()
    own.register(InstanceCollector())
    return HttpResponse(counted + generate_latest(own), content_type=CONTENT_TYPE_LATEST)


def is_allowed(meta: dict[str, Any]) -> bool:
    """Whether the one who asks is the monitor: straight from one of its networks."""
    return meta.get("zhicheng.peer") is not None and in_networks(str(meta["zhicheng.peer"]))


def in_networks(address: str) -> bool:
    """Whether ``address`` lies in one of the monitor's networks."""
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(peer in ipaddress.ip_network(network, strict=False) for network in settings.METRICS_ALLOWED)
