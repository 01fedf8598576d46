"""Bad input, named: what the person reads on the page, and that nothing was lost.

The other cases of the list stand beside their pages: a closed window and a double click in ``applicant/test_checking.py``, a stale tab in
``applicant/test_sections.py``, two officers at the very same moment in ``tests/review/test_processes.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.evidence import files
from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page, version_of
from tests.web.registering import (
    IN_WINDOW,
    errors_of,
    licence_upload,
    page_of,
    person_typed,
    publish,
    read_and_accept,
    unit_typed,
)
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import draft_of
from zhicheng.documents.queries import papers_of
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock, liveness, outbox
from zhicheng.foundation.models import AccessRefusal, OutboxMessage
from zhicheng.organizations.models import Organization, UnitVerification

pytestmark = pytest.mark.django_db

NOT_REPEATED = {"password", "password_again"}


@pytest.fixture
def visitor() -> Iterator[Callable[[str], Client]]:
    """A browser that has accepted the notice of a registration."""

    def arrive(audience: str) -> Client:
        client = Client()
        assert read_and_accept(client, audience).status_code < 400
        return client

    with clock.travel(IN_WINDOW):
        publish()
        yield arrive


def still_typed(answer: Any, typed: dict[str, str], *fields: str) -> bool:
    """Whether the page that refuses still holds what was typed into these fields."""
    shown = page_of(answer)
    return all(shown.select_one(f"input[name={field}]")["value"] == typed[field] for field in fields)


# --- numbers and names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("id_number", "652701199003071234", "校验不通过"),
        ("id_number", "652722198502290016", "1985-02-29 不存在"),
        ("name", "张\ue001", "U+E001"),
        ("id_number", "11010519491231002Х", "西里尔字母"),
        ("email", "a@localhost", "格式不对"),
        ("name", "张3", "姓名"),
    ],
    ids=["checksum", "birthday", "private character", "Cyrillic letter", "own machine", "digit in a name"],
)
def test_person_reads_what_is_wrong_and_keeps_what_was_typed(visitor, field: str, value: str, words: str) -> None:
    typed = person_typed(**{field: value})
    answer = visitor("person").post(reverse("register_person"), typed)
    assert answer.status_code == 422 and words in errors_of(answer, field)
    assert still_typed(answer, typed, "name", "id_number", "mobile", "email", "username")
    assert not User.objects.filter(username=typed["username"]).exists()


def test_credit_code_with_a_wrong_checksum_keeps_the_form_and_the_licence(visitor) -> None:
    typed = unit_typed(uscc="126527004576001290")
    answer = visitor("unit").post(reverse("register_unit"), typed | {"licence": licence_upload()})
    assert answer.status_code == 422 and "校验不通过" in errors_of(answer, "uscc")
    assert still_typed(answer, typed, "uscc", "unit_name", "address", "contact_person", "name", "mobile")
    assert "营业执照.jpg" in page(answer) and page_of(answer).select_one("input[name=licence_token]")["value"]
    assert EvidenceFile.objects.count() == 1 and not UnitVerification.objects.exists()


def test_one_identity_number_twice_tells_the_second_nothing_and_leaves_the_first_alone(visitor) -> None:
    """Who may use the number is decided where the card is seen; the page says nothing of anybody else."""
    employer = ex.approved_unit()
    first = ex.registered_applicant(employer)
    before = User.objects.filter(pk=first.pk).values().get()
    typed = person_typed(2, id_number=first.id_number, employer_id=str(employer.pk))
    answer = visitor("person").post(reverse("register_person"), typed)
    assert answer.status_code == 303 and answer["Location"] == reverse("register_done")
    assert plain(User.objects.filter(pk=first.pk).values().get()) == plain(before)
    assert User.objects.get(username=typed["username"]).id_number_index == first.id_number_index


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row's values, sealed ones as they lie in the database."""
    return {name: getattr(value, "text", value) for name, value in row.items()}


def test_one_credit_code_twice_tells_the_second_and_leaves_the_first_alone(visitor) -> None:
    ex.registered_unit(1)
    before = Organization.objects.filter(uscc=ex.uscc(1)).values().get()
    typed = unit_typed(2, uscc=ex.uscc(1))
    answer = visitor("unit").post(reverse("register_unit"), typed | {"licence": licence_upload()})
    assert answer.status_code == 422 and "已由“博乐市第1中学”注册" in errors_of(answer, "uscc")
    assert still_typed(answer, typed, "unit_name", "uscc", "address", "name", "email")
    assert "营业执照.jpg" in page(answer)
    assert Organization.objects.filter(uscc=ex.uscc(1)).values().get() == before


# --- files --------------------------------------------------------------------------------------------------------------------


@told_once
def application(world) -> Application:
    """A form with a saved section and one good file."""
    application = w.start(world)
    client = client_of(world.applicant)
    typed = {"base_version": "0", "save": "1", "summary-text": "任现职以来主要从事灌区工程建设与管理。"}
    client.post(reverse("application_section", args=[application.pk, "summary"]), typed)
    assert client.post(box(application), {"file": SimpleUploadedFile("好.pdf", w.pdf("good"))}).status_code == 303
    return application


def box(application: Application) -> str:
    return reverse("application_upload", args=[application.pk, "commitment", "commitment", "commitment"])


def assert_nothing_was_lost(application: Application, settings: Any) -> None:
    """The earlier file and the section are there, and nothing of the refused one is."""
    assert "灌区工程" in draft_of(application).contents["summary"]["text"]
    assert [m.file.name for m in Material.objects.select_related("file")] == ["好.pdf"]
    assert EvidenceFile.objects.count() == 1
    assert len([path for path in (Path(settings.MEDIA_ROOT) / "sha256").rglob("*") if path.is_file()]) == 1


BAD_FILES = {
    "lies about its type": (files.docx, "改文件名不会改变格式"),
    "encrypted": (files.encrypted_pdf, "设置了打开密码"),
    "cut": (lambda: files.pdf(5)[:-400], "已损坏或不完整"),
    "decompression bomb": (files.pdf_stream_bomb, "这个文件过于复杂"),
    "0 bytes": (bytes, "0 字节"),
    "200 pages": (lambda: files.pdf(200), "有 200 页，超过每个文件 100 页的上限"),
    "over the limit": (lambda: files.pdf() + bytes(1024 * 1024), "超过每个文件 1 MB 的上限"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_refused_with_a_sentence_and_the_good_one_stays(world, application, settings, name: str) -> None:
    make, words = BAD_FILES[name]
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    answer = client_of(world.applicant).post(box(application), {"file": SimpleUploadedFile("证书.pdf", make())})
    assert answer.status_code == 422
    assert words in page(answer) and "好.pdf" in page(answer)
    assert_nothing_was_lost(application, settings)


def test_disk_that_refuses_a_write_says_so_and_keeps_the_form(world, application, settings, tmp_path: Path) -> None:
    good = settings.STORAGES["default"]
    blocked = tmp_path / "not-a-folder"
    blocked.write_bytes(b"")
    settings.STORAGES = settings.STORAGES | {"default": good | {"OPTIONS": {"location": blocked / "files"}}}
    client = client_of(world.applicant)
    answer = client.post(box(application), {"file": SimpleUploadedFile("证书.pdf", w.pdf("another"))})
    assert answer.status_code == 422
    assert "服务器暂时无法保存文件，这个文件没有收下。您填写的内容没有丢失" in page(answer)
    settings.STORAGES = settings.STORAGES | {"default": good}
    assert_nothing_was_lost(application, settings)
    assert client.post(box(application), {"file": SimpleUploadedFile("证书.pdf", w.pdf("another"))}).status_code == 303


def test_character_no_font_has_is_named_beside_its_field_and_the_text_stays(world, application) -> None:
    text = "任现职以来主要从事灌区工程建设😀"
    typed = {"base_version": version_of(application, "summary"), "save": "1", "summary-text": text}
    answer = client_of(world.applicant).post(reverse("application_section", args=[application.pk, "summary"]), typed, follow=True)
    assert "U+1F600" in page(answer) and text in page(answer)
    assert draft_of(application).contents["summary"]["text"] == text


# --- officers -----------------------------------------------------------------------------------------------------------------


def test_officer_reaching_for_another_countys_case_reads_that_there_is_nothing_and_it_is_recorded(world) -> None:
    application = w.submitted(world)
    before = Application.objects.values().get()
    stranger = client_of(world.other_officer)
    addresses = [reverse(name, args=[application.pk]) for name in ("desk_case", "desk_pass", "desk_return", "desk_dossier")]
    for address in addresses:
        for ask in (stranger.get, stranger.post):
            answer = ask(address, {"submission": application.current_submission_id})
            assert answer.status_code == 404
            assert "这项内容不在您能查看的范围内" in page(answer) and application.applicant_name not in page(answer)
            assert AccessRefusal.objects.latest("id").error_id in page(answer)
    assert AccessRefusal.objects.filter(actor=world.other_officer.ref).count() == 2 * len(addresses)
    assert Application.objects.values().get() == before


def test_second_of_two_officers_reads_what_became_of_it_and_keeps_what_was_typed(world) -> None:
    application = w.submitted(world)
    w.unit_pass(world, application)
    sent = {
        "submission": application.current_submission_id,
        "code-1": "illegible",
        "where-1": "summary",
        "text-1": "总结没有写明本人角色。",
    }
    address = reverse("desk_return", args=[application.pk])
    w.give_back(world.unit_admin, application)
    answer = client_of(world.unit_admin).post(address, sent)
    assert answer.status_code == 422
    assert "请刷新页面查看。" in page(answer) and "总结没有写明本人角色。" in page(answer)
    assert [change.move for change in application.history.order_by("id")][-1] == "unit_return"
    assert application.decisions.count() == 2


# --- a worker that is killed ----------------------------------------------------------------------------------------------------


def test_worker_that_died_over_a_paper_is_seen_by_the_operator_and_missed_by_nobody(world) -> None:
    """What a killed process leaves (``foundation/test_outbox_worker.py`` kills real ones): an attempt begun, and nothing more."""
    application = w.submitted(world)
    w.unit_pass(world, application)
    message = OutboxMessage.objects.filter(kind="paper.render").latest("pk")  # the form; the receipt of 上报 waits as well
    gone = liveness.enter()
    OutboxMessage.objects.filter(kind="paper.render").exclude(pk=message.pk).delete()
    assert outbox.claim(message.lane, by=outbox.Claimer(gone.pk, 1)) == message
    operator = Client()
    operator.force_login(w.person(AccountKind.OPERATOR, "operator"))
    assert "其中重试 1 条；失败 0 条" in page(operator.get(reverse("system_health")))
    paper = papers_of(f"application:{application.pk}").get(kind="review_form")
    answer = client_of(world.unit_admin).get(reverse("desk_paper", args=[paper.serial]))
    assert answer.content.startswith(b"%PDF")  # made at once for whoever asks
    liveness.leave(gone.pk)
    outbox.drain(1000)
    message.refresh_from_db()
    assert message.state == "done"
