"""Two files with one name are two names for whoever reads them: on the slot's page, at 再次核对, at the desks."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.evidence.test_photographs import PHONE
from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.models import Application, Material

pytestmark = pytest.mark.django_db


@told_once
def application(world: w.World) -> Application:
    return w.start(world)


@pytest.fixture
def client(world: w.World) -> Client:
    return client_of(world.applicant)


def bring(client: Client, application: Application, box: str, paper: str, content: bytes, name: str, query: str = "") -> Any:
    address = reverse("application_upload", args=[application.pk, box, box, paper])
    answer = client.post(address + query, {"file": SimpleUploadedFile(name, content)}, follow=True)
    assert answer.status_code == 200, page(answer)
    return answer


def names(application: Application) -> list[str]:
    return [m.file.name for m in Material.objects.filter(application=application, removed_at=None).order_by("pk")]


def test_second_file_of_a_name_has_a_number_wherever_it_is_shown(application: Application, client: Client) -> None:
    bring(client, application, "commitment", "commitment", w.pdf("one"), "扫描件.pdf")
    answer = bring(client, application, "appointment", "appointment_letter", w.pdf("two"), "扫描件.PDF")
    assert "“扫描件（2）.pdf”已上传到" in page(answer)
    assert names(application) == ["扫描件.pdf", "扫描件（2）.pdf"]
    slot = page(client.get(reverse("application_slot", args=[application.pk, "appointment"])))
    assert "扫描件（2）.pdf" in slot and ">扫描件.pdf" not in slot
    check = page(client.get(reverse("application_check", args=[application.pk])))
    assert ">扫描件.pdf" in check and "扫描件（2）.pdf" in check


def test_one_file_for_two_papers_keeps_its_name_though_it_is_refused_there(application: Application, client: Client) -> None:
    bring(client, application, "commitment", "commitment", w.pdf("one"), "扫描件.pdf")
    address = reverse("application_upload", args=[application.pk, "appointment", "appointment", "appointment_letter"])
    answer = client.post(address, {"file": SimpleUploadedFile("扫描件.pdf", w.pdf("one"))})
    assert "这个文件已经作为另一项材料上传（扫描件.pdf）" in page(answer)


def test_file_that_takes_the_place_of_one_nobody_has_seen_takes_its_name(application: Application, client: Client) -> None:
    bring(client, application, "commitment", "commitment", w.pdf("one"), "扫描件.pdf")
    old = Material.objects.get()
    bring(client, application, "commitment", "commitment", w.pdf("two"), "扫描件.pdf", f"?replaces={old.pk}")
    assert names(application) == ["扫描件.pdf"]


def test_file_that_takes_the_place_of_one_a_desk_has_seen_is_told_apart(
    world: w.World, application: Application, client: Client
) -> None:
    bring(client, application, "commitment", "commitment", w.pdf("one"), "扫描件.pdf")
    w.fill(world.applicant, application)
    w.submit(world.applicant, application)
    application.refresh_from_db()
    w.give_back(world.unit_admin, application)
    old = Material.objects.get(application=application, paper="commitment", file__name="扫描件.pdf")
    bring(client, application, "commitment", "commitment", w.pdf("two"), "扫描件.pdf", f"?replaces={old.pk}")
    new = Material.objects.get(application=application, paper="commitment", removed_at=None, file__name__startswith="扫描件")
    assert new.file.name == "扫描件（2）.pdf"


def test_name_that_is_too_long_shows_where_it_was_cut(application: Application, client: Client) -> None:
    answer = bring(client, application, "commitment", "commitment", w.pdf("one"), "承诺书" * 60 + "第3页.pdf")
    (name,) = names(application)
    assert "…" in name and name.endswith("第3页.pdf")
    assert name in page(answer)


def test_photograph_of_a_phone_fits_where_jpg_does_and_is_called_so_when_it_is_fetched(
    application: Application, client: Client
) -> None:
    answer = bring(client, application, "commitment", "commitment", PHONE.read_bytes(), "IMG_1.HEIC")
    assert "IMG_1.heic" in page(answer) and "已转换为 JPG" in page(answer)
    material = Material.objects.get()
    fetched = client.get(reverse("application_file", args=[application.pk, material.pk]) + "?download")
    assert fetched["Content-Disposition"] == 'attachment; filename="IMG_1.jpg"'
    assert b"".join(fetched.streaming_content).startswith(b"\xff\xd8\xff")  # type: ignore[attr-defined]
    said = page(client.get(reverse("application_file", args=[application.pk, material.pk]) + "?unchanged"))
    assert "平时显示和下载的是转换后的 JPG" in said and "脚本" not in said
