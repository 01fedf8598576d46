"""What a monitor reads of the instance as a whole, asked of the database at the moment of reading (Prometheus)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from zhicheng.foundation import clock, queries, readiness


class InstanceCollector(Collector):
    """Lanes, checks, mail server, disk. Names nobody and no case."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every gauge; those of a database that does not answer are left out, and its check is 0."""
        found = readiness.conditions()
        level = GaugeMetricFamily("zhicheng_check_ok", "1 while a check of the instance is good, 0 otherwise", labels=["check"])
        for check in found:
            if check.level != readiness.UNKNOWN:
                level.add_metric([check.name], float(check.level == readiness.OK))
        yield level
        ready = GaugeMetricFamily("zhicheng_ready", "1 while people can work")
        ready.add_metric([], float(readiness.is_ready(found)))
        yield ready
        try:
            yield from _counted()
        except DatabaseError:
            return


def _counted() -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily("zhicheng_outbox_waiting", "Effects that wait, by lane", labels=["lane"])
    oldest = GaugeMetricFamily("zhicheng_outbox_oldest_seconds", "How long the oldest of them has waited", labels=["lane"])
    for lane in queries.lanes_health():
        waiting.add_metric([lane.lane.value], float(lane.waiting))
        age = (clock.now() - lane.oldest).total_seconds() if lane.oldest else 0.0
        oldest.add_metric([lane.lane.value], max(age, 0.0))
    yield waiting
    yield oldest
    failed = GaugeMetricFamily("zhicheng_outbox_failed", "Effects that were given up and wait for an operator")
    failed.add_metric([], float(queries.outbox_health().failed))
    yield failed
    server = queries.mail_server_health()
    failures = GaugeMetricFamily("zhicheng_mail_server_failures", "Failures of the mail server in a row")
    failures.add_metric([], float(server.failures if server else 0))
    yield failures
    free = GaugeMetricFamily("zhicheng_disk_free_bytes", "Free on the disk of the stored files")
    free.add_metric([], float(queries.disk().free))
    yield free
