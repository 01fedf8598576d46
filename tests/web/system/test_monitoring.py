"""What monitors read, and what they must not learn."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.base import ContentFile
from django.test import Client
from django.utils.translation import override
from prometheus_client.parser import text_string_to_metric_families

from tests.evidence import files
from tests.support.world import person
from zhicheng.accounts.models import AccountKind
from zhicheng.evidence.actions import take_file
from zhicheng.evidence.models import Intake
from zhicheng.foundation import alerts, clock, liveness, readiness
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import Incident, MailServer, Probe
from zhicheng.foundation.wording import alarm_words
from zhicheng.web.system import monitoring

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitoring, "MEMORY_SECONDS", -1.0)


@pytest.fixture
def healthy() -> None:
    """A worker that lives, and probes of a moment ago."""
    instance = liveness.enter()
    liveness.beat(instance.pk, {lane.value: "alive" for lane in Lane})
    readiness.probe()


def level(client: Client, name: str) -> str:
    return str(client.get("/readyz").json()["checks"][name])


def test_readyz_is_ready_while_people_can_work(client: Client, healthy: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    checks = answer.json()["checks"]
    assert (checks["database"], checks["storage"], checks["worker"], checks["mail"]) == ("ok",) * 4
    assert (checks["ledger"], checks["backup"]) == ("unknown", "unknown"), "what was never done is said, and stops nobody"
    assert set(checks.values()) <= {"ok", "warn", "bad", "unknown"}, "levels, no words"


def test_readyz_is_not_ready_without_a_worker(client: Client) -> None:
    readiness.probe()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, "bad")


def test_readyz_tells_of_a_storage_that_takes_nothing(client: Client, healthy: None, settings: Any, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder can be made here")
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": {"location": blocked}}}
    readiness.probe()
    assert client.get("/readyz").status_code == 503
    assert level(client, "storage") == "bad"
    assert "blocked" not in client.get("/readyz").content.decode()


def test_readyz_tells_of_a_worker_that_has_stopped_trying(client: Client, healthy: None) -> None:
    Probe.objects.update(at=clock.machine_now() - readiness.STALE - timedelta(seconds=1))
    assert level(client, "database") == "bad"


def test_mail_that_is_away_is_a_warning_first_and_stops_nobody(client: Client, healthy: None, settings: Any) -> None:
    since = clock.machine_now() - timedelta(minutes=1)
    MailServer.objects.create(name=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}", failures=3, failing_since=since)
    assert level(client, "mail") == "warn"
    MailServer.objects.update(failing_since=since - readiness.MAIL_AWAY)
    assert level(client, "mail") == "bad"
    assert client.get("/readyz").status_code == 200


def test_files_that_nobody_examines_are_told_to_monitor_alarm_and_operator(client: Client, healthy: None) -> None:
    assert level(client, "examiner") == "ok"
    take_file(upload=ContentFile(files.pdf(), name="执照.pdf"), actor_id=None, network="203.0.113.9")
    Intake.objects.update(due_at=clock.machine_now() - timedelta(minutes=3))
    assert level(client, "examiner") == "bad"
    assert client.get("/readyz").status_code == 200, "people can work on"
    alerts.watch()
    assert Incident.objects.filter(name="examiner", ended_at__isnull=True).exists()
    client.force_login(person(AccountKind.OPERATOR, "operator", name="运维"))
    said = client.get("/system/").content.decode()
    assert "上传的文件没有人检查" in said and "两分钟以上没有检查过文件：" in said and "未登录的访问者" in said
    assert "重新启动 zhicheng-examiner" in said
    with override("en"):
        assert str(alarm_words("examiner")).isascii()


def test_metrics_are_for_the_monitor_alone(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_ALLOWED = ["10.1.0.0/16"]
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", **{"zhicheng.peer": "10.2.0.1"}).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="10.1.0.1").status_code == 404, "the address a proxy has named is not enough"
    client.force_login(person(AccountKind.OPERATOR, "operator", name="运维"))
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", **{"zhicheng.peer": "10.1.0.1"}).status_code == 200


def families(client: Client) -> dict[str, Any]:
    text = client.get("/metrics", **{"zhicheng.peer": "10.1.0.1"}).content.decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def test_metrics_hold_lanes_and_checks(client: Client, settings: Any, healthy: None) -> None:
    settings.METRICS_ALLOWED = ["10.1.0.0/16"]
    found = families(client)
    assert {sample.labels["lane"] for sample in found["zhicheng_outbox_waiting"].samples} == set(Lane.values)
    assert {s.labels["check"]: s.value for s in found["zhicheng_check_ok"].samples}["worker"] == 1
    assert found["zhicheng_ready"].samples[0].value == 1


def test_examples_ask_for_metrics_that_exist(client: Client, settings: Any, healthy: None) -> None:
    settings.METRICS_ALLOWED = ["10.1.0.0/16"]
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus-alerts.yml").read_text())
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    board = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
    asked += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    names = {name for expression in asked for name in re.findall(r"\b(?:zhicheng|django)_\w+", expression)}
    from django_prometheus.middleware import Metrics

    Metrics.get_instance()  # what the middleware counts
    found = families(client)
    known = {sample.name for family in found.values() for sample in family.samples} | set(found)
    known |= {f"{name}{end}" for name in found for end in ("_bucket", "_total")}
    assert names and names <= known


def test_program_that_asks_without_tls_is_not_led_on_silently(client: Client, settings: Any, healthy: None) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/accounts/login/").status_code == 301
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 404]
