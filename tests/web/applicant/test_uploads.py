"""Files that are still being examined when their upload is answered, and files that are never taken in at all."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.evidence import files
from tests.support import world as w
from tests.support.checking import check_due
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page, version_of
from zhicheng.applications import actions as applications
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Material
from zhicheng.evidence.actions import examine_due
from zhicheng.evidence.models import EvidenceFile, Intake, IntakeState
from zhicheng.rehearsal.samples import portrait

pytestmark = pytest.mark.django_db
SCRIPT = {"HX-Request": "true"}


@told_once
def application(world: w.World) -> Application:
    return w.start(world)


@pytest.fixture
def client(world: w.World) -> Client:
    return client_of(world.applicant)


@pytest.fixture
def slow(settings: Any) -> None:
    """Nobody examines anything until the test says so."""
    settings.EXAMINE_INLINE = False
    settings.EXAMINE_WAIT_SECONDS = 0


def address(application: Application, box: str = "appointment", paper: str = "appointment_letter") -> str:
    return reverse("application_upload", args=[application.pk, box, box, paper])


def slot(application: Application, box: str = "appointment") -> str:
    return reverse("application_slot", args=[application.pk, box])


def a_file(content: bytes = b"", name: str = "聘书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or w.pdf(name))


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(page(response), "html.parser")


def paper_of(application: Application, client: Client) -> tuple[str, str]:
    """A box and a paper of the slot 聘任, as its page offers them."""
    form = soup(client.get(slot(application))).select_one("form.upload")
    assert form is not None
    _start, box, paper, _end = str(form["action"]).rsplit("/", 3)
    return box, paper


def test_upload_that_takes_longer_is_answered_with_a_page_that_goes_on_by_itself(application, client, slow) -> None:
    box, paper = paper_of(application, client)
    answer = client.post(address(application, box, paper), {"file": a_file()})
    assert answer.status_code == 303
    waiting = client.get(answer["Location"])
    assert (waiting.status_code, waiting["Refresh"]) == (200, "2")
    assert "正在检查，请稍候" in page(waiting)
    assert soup(waiting).select_one("main .form-actions a")["href"].startswith(slot(application))
    assert "正在检查，请稍候" in page(client.get(slot(application)))
    assert not Material.objects.exists()
    examine_due()
    done = client.get(answer["Location"])
    assert done.status_code == 303
    shown = client.get(done["Location"])
    assert "Refresh" not in shown and "正在检查，请稍候" not in page(shown)
    assert "“聘书.pdf”已上传到“" in page(shown)
    assert Material.objects.get().file.name == "聘书.pdf"


def test_refusal_that_comes_later_stands_at_its_box_until_another_file_comes(application, client, slow) -> None:
    box, paper = paper_of(application, client)
    client.post(address(application, box, paper), {"file": a_file(files.program(), "病毒.pdf")})
    examine_due()
    for _look in range(2):
        error = soup(client.get(slot(application))).select_one("[data-upload-error]:not([hidden])")
        assert error is not None
        assert "“病毒.pdf”没有接收：文件名以 .pdf 结尾" in error.get_text()
    english = soup(client.get(slot(application), headers={"accept-language": "en"}))
    assert "The file name ends in .pdf" in english.select_one("[data-upload-error]:not([hidden])").get_text()
    client.post(address(application, box, paper), {"file": a_file()})
    examine_due()
    assert soup(client.get(slot(application))).select_one("[data-upload-error]:not([hidden])") is None


def test_refusal_that_was_told_at_once_is_not_told_again(application, client) -> None:
    box, paper = paper_of(application, client)
    assert client.post(address(application, box, paper), {"file": a_file(files.program())}).status_code == 422
    assert soup(client.get(slot(application))).select_one("[data-upload-error]:not([hidden])") is None


def test_script_asks_for_the_box_and_hears_nothing_until_it_looks_otherwise(application, client, slow) -> None:
    box, paper = paper_of(application, client)
    answer = client.post(address(application, box, paper), {"file": a_file()}, headers=SCRIPT)
    asks = soup(answer).select_one("[data-checking]")
    assert asks is not None
    assert (asks["hx-trigger"], answer.status_code) == ("every 2s", 200)
    assert client.get(asks["hx-get"], headers=SCRIPT).status_code == 204
    examine_due()
    after = client.get(asks["hx-get"], headers=SCRIPT)
    assert after.status_code == 200
    assert soup(after).select_one("[data-checking]") is None
    assert "聘书.pdf" in page(after) and "<html" not in page(after)


def test_script_that_asks_for_a_file_hears_of_its_refusal_though_it_was_told_before(application, client) -> None:
    """An autosave that began while the file was examined and is answered after the upload puts the box back to where it was then."""
    box, paper = paper_of(application, client)
    assert client.post(address(application, box, paper), {"file": a_file(files.program())}).status_code == 422
    asks = {"box": box, "checking": Intake.objects.get().pk}
    after = client.get(slot(application), asks, headers=SCRIPT)
    assert soup(after).select_one("[data-upload-error]:not([hidden])") is not None


def test_nothing_is_sent_upward_while_a_file_is_being_examined(application, client, slow) -> None:
    box, paper = paper_of(application, client)
    before = {p.where for p in CaseFile(application).missing if p.code == "material_missing"}
    client.post(address(application, box, paper), {"file": a_file()})
    missing = CaseFile(application).missing
    (checked,) = [p for p in missing if p.code == "being_checked"]
    assert (checked.where, "“聘书.pdf”正在检查" in str(checked.text)) == (f"material:{box}", True)
    assert f"material:{box}" in before
    assert f"material:{box}" not in {p.where for p in missing if p.code == "material_missing"}
    examine_due()
    assert [p.code for p in CaseFile(application).missing if p.where == f"material:{box}"] == [], "its pages are looked at later"
    check_due()
    left = [p.code for p in CaseFile(application).missing if p.where == f"material:{box}"]
    assert left == ["not_looked_at"], "a blank page is told of"


def test_file_examined_after_its_application_was_discarded_is_refused_in_words(world, client, slow) -> None:
    application = w.start(world)
    box, paper = paper_of(application, client)
    client.post(address(application, box, paper), {"file": a_file()})
    applications.discard_application(actor=world.applicant, application_id=application.pk)
    examine_due()
    row = Intake.objects.get()
    assert (row.state, bool(row.problem_text)) == (IntakeState.REFUSED, True)
    assert not EvidenceFile.objects.filter(name="聘书.pdf").exists()


# --- a section's form --------------------------------------------------------------------------------------------------------


def section(application: Application) -> str:
    return reverse("application_section", args=[application.pk, "summary"])


def save(client: Client, application: Application, chosen: dict[str, Any], **pressed: str) -> Any:
    typed = {"summary-text": "任现职以来从事灌区工程。", "base_version": version_of(application, "summary")}
    return client.post(section(application), typed | pressed | chosen)


def test_invented_papers_cost_nothing(application, client) -> None:
    for number, name in enumerate(["nothing.paper", "appointment.invented", "../../etc/passwd", "publicity.notice_file", "."]):
        answer = save(client, application, {f"file-{name}": a_file(name=f"{number}.pdf")})
        assert answer.status_code == 422
    assert not Intake.objects.exists()
    assert not EvidenceFile.objects.exists()


def test_more_files_than_one_post_may_bring_are_all_refused_and_the_words_are_saved(application, client) -> None:
    box, paper = paper_of(application, client)
    chosen = {f"file-{box}.{paper}": a_file()} | {f"file-x{n}.y": a_file(name=f"{n}.pdf") for n in range(5)}
    answer = save(client, application, chosen)
    assert answer.status_code == 422
    assert "一次最多上传 5 个文件" in page(answer)
    assert not Intake.objects.exists()
    assert "任现职以来从事灌区工程。" in page(client.get(section(application)))


def test_file_that_is_too_large_for_its_box_is_refused_before_it_is_held(application, client, settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    box, paper = paper_of(application, client)
    answer = client.post(address(application, box, paper), {"file": a_file(bytes(2000))})
    assert answer.status_code == 422
    assert "上限" in page(answer)
    assert not Intake.objects.exists()


def test_task_list_and_check_say_that_a_file_is_being_checked(application, client, slow) -> None:
    """Neither “未开始” nor “还缺0项，共0项”: a file is there, and there is nothing to do but wait."""
    client.post(address(application, "photo", "photo"), {"file": a_file(portrait("古丽娜尔"), "照片.jpg")})
    tasks = soup(client.get(reverse("application_tasks", args=[application.pk])))
    line = next(li.get_text(" ", strip=True) for li in tasks.select("li.task") if "申报人照片" in li.get_text())
    assert "正在检查" in line and "未开始" not in line and "还缺" not in line
    last = next(li.get_text(" ", strip=True) for li in tasks.select("li.task") if "再次核对" in li.get_text())
    assert "1个文件正在检查" in last
    check = soup(client.get(reverse("application_check", args=[application.pk])))
    box = next(dt.find_next("dd").get_text(" ", strip=True) for dt in check.select("dt") if "申报人照片" in dt.get_text())
    assert "正在检查" in box and "还没有上传" not in box
    examine_due()
    tasks = soup(client.get(reverse("application_tasks", args=[application.pk])))
    line = next(li.get_text(" ", strip=True) for li in tasks.select("li.task") if "申报人照片" in li.get_text())
    assert "已完成" in line


def test_box_that_wants_more_than_what_is_being_checked_says_both(application, client, slow) -> None:
    box, paper = paper_of(application, client)
    client.post(address(application, box, paper), {"file": a_file()})
    shown = page(client.get(reverse("application_tasks", args=[application.pk])))
    assert "还缺0项" not in shown


def test_what_became_of_the_upload_is_said_in_the_language_of_now(application, client, slow) -> None:
    box, paper = paper_of(application, client)
    waiting = client.post(address(application, box, paper), {"file": a_file()})["Location"]
    client.cookies["django_language"] = "en"
    examine_due()
    shown = soup(client.get(client.get(waiting)["Location"])).main.get_text(" ", strip=True)
    assert "已上传到" not in shown and "聘书.pdf" in shown and "has been uploaded" in shown
