"""A visitor's licence that is still being examined: nothing typed is lost, with and without a script, and a stranger costs little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.evidence import files
from tests.web.registering import IN_WINDOW, licence_upload, page_of, publish, read_and_accept, summary_of, unit_typed
from zhicheng.evidence.actions import examine_due
from zhicheng.evidence.models import EvidenceFile, Intake, IntakeState
from zhicheng.foundation import clock
from zhicheng.organizations.models import UnitVerification

pytestmark = pytest.mark.django_db
UNIT, LICENCE = reverse("register_unit"), reverse("register_unit_licence")
SCRIPT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        publish()
        yield


@pytest.fixture
def client() -> Client:
    client = Client()
    assert read_and_accept(client, "unit").status_code == 303
    return client


@pytest.fixture
def slow(settings: Any) -> None:
    """Nobody examines anything until the test says so."""
    settings.EXAMINE_INLINE = False
    settings.EXAMINE_WAIT_SECONDS = 0


def value_of(response: Any, name: str) -> str:
    control = page_of(response).select_one(f"input[name={name}]")
    return str(control.get("value", "")) if control else ""


@pytest.mark.parametrize("pressed", [{"keep": "1"}, {}])
def test_form_comes_back_by_itself_with_everything_typed_and_the_licence(client: Client, slow: None, pressed: Any) -> None:
    answer = client.post(UNIT, unit_typed() | pressed | {"licence": licence_upload()})
    assert (answer.status_code, answer["Location"]) == (303, f"{UNIT}?checking=1")
    waiting = client.get(answer["Location"])
    assert waiting["Refresh"] == "2"
    assert "正在检查，请稍候" in waiting.content.decode()
    examine_due()
    back = client.get(answer["Location"])
    assert "Refresh" not in back
    assert value_of(back, "unit_name") == "博乐市第1中学"
    assert value_of(back, "password") == ""
    assert "文件已检查完毕" in back.content.decode()
    assert ("密码没有保留" in back.content.decode()) == bool(unit_typed().get("password"))
    done = client.post(UNIT, unit_typed(licence_token=value_of(back, "licence_token")))
    assert done.status_code == 303
    assert UnitVerification.objects.get().licence == Intake.objects.get().file


def test_password_is_not_kept_anywhere(client: Client, slow: None) -> None:
    from zhicheng.foundation.sealing import unseal

    client.post(UNIT, unit_typed() | {"licence": licence_upload()})
    sealed = client.session["checking_form"]
    record = unseal(sealed, purpose="kept form", place="session: file being examined")
    assert "博乐市第1中学" in record
    assert unit_typed()["password"] not in record
    assert "博乐市第1中学" not in str(dict(client.session))


def test_bad_licence_is_said_when_the_form_comes_back(client: Client, slow: None) -> None:
    lie = SimpleUploadedFile("执照.pdf", files.program())
    address = client.post(UNIT, unit_typed(keep="1") | {"licence": lie})["Location"]
    examine_due()
    back = client.get(address)
    assert any("这是程序文件" in line for line in summary_of(back))
    assert value_of(back, "unit_name") == "博乐市第1中学"
    assert value_of(back, "licence_token") == ""


def test_what_was_typed_belongs_to_this_browser_and_this_page(client: Client, slow: None) -> None:
    client.post(UNIT, unit_typed(keep="1") | {"licence": licence_upload()})
    examine_due()
    stranger = Client()
    read_and_accept(stranger, "unit")
    assert value_of(stranger.get(f"{UNIT}?checking=1"), "unit_name") == ""
    assert value_of(client.get(UNIT), "unit_name") == ""


def test_script_asks_by_itself_and_the_form_may_be_sent_meanwhile(client: Client, slow: None) -> None:
    ahead = client.post(LICENCE, {"licence": licence_upload()}, headers=SCRIPT)
    asks, token = page_of(ahead).select_one("[data-checking]"), value_of(ahead, "licence_token")
    assert (ahead.status_code, asks["hx-post"], asks["hx-trigger"]) == (200, LICENCE, "every 2s")
    assert client.post(LICENCE, {"licence_token": token}, headers=SCRIPT).status_code == 204
    examine_due()
    after = client.post(LICENCE, {"licence_token": token}, headers=SCRIPT)
    assert page_of(after).select_one("[data-checking]") is None
    assert after.status_code == 200
    assert client.post(UNIT, unit_typed(licence_token=token)).status_code == 303


def test_refused_second_licence_leaves_the_first_in_place(client: Client, settings: Any) -> None:
    first = client.post(LICENCE, {"licence": licence_upload()}, headers=SCRIPT)
    settings.EXAMINE_INLINE, settings.EXAMINE_WAIT_SECONDS = False, 0
    lie = SimpleUploadedFile("执照.pdf", files.program())
    second = client.post(LICENCE, {"licence": lie, "licence_token": value_of(first, "licence_token")}, headers=SCRIPT)
    examine_due()
    after = client.post(LICENCE, {"licence_token": value_of(second, "licence_token")}, headers=SCRIPT)
    assert after.status_code == 422
    assert client.post(UNIT, unit_typed(licence_token=value_of(after, "licence_token"))).status_code == 303
    assert UnitVerification.objects.get().licence == EvidenceFile.objects.get()


def test_form_that_draws_itself_is_refused_and_costs_a_stranger_s_allowance_at_most(client: Client) -> None:
    """Some 600 bytes that cost 20 seconds and a gigabyte before."""
    bomb = SimpleUploadedFile("执照.pdf", files.pdf_that_draws_itself())
    answer = client.post(UNIT, unit_typed() | {"licence": bomb})
    assert answer.status_code == 422
    row = Intake.objects.get()
    assert row.state == IntakeState.REFUSED
    assert row.cpu_seconds <= 7
    assert not UnitVerification.objects.exists()


def test_many_files_in_one_post_are_refused_unseen(client: Client) -> None:
    crowd = {f"licence{n}": SimpleUploadedFile(f"{n}.pdf", files.pdf()) for n in range(6)}
    answer = client.post(UNIT, unit_typed() | crowd | {"licence": licence_upload()})
    assert answer.status_code == 422
    assert any("一次最多上传 5 个文件" in line for line in summary_of(answer))
    assert not Intake.objects.exists()


def test_network_that_has_used_up_its_hour_reads_why(client: Client, settings: Any) -> None:
    settings.EXAMINE_SECONDS_PER_NETWORK = 0
    answer = client.post(UNIT, unit_typed() | {"licence": licence_upload()})
    assert any("最近一小时上传的文件检查用时过多" in line for line in summary_of(answer))
    assert value_of(answer, "unit_name") == "博乐市第1中学"
