"""签字页: printed, signed, scanned, sent back; each page lands in its place by its code, and what does not is told and put there by hand."""

from __future__ import annotations

import io
import random
from typing import Any

import pypdfium2
import pytest
import segno
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.support import scanned
from tests.support import world as w
from tests.web.applicant.kit import client_of, page, version_of
from zhicheng.applications.actions import save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Material
from zhicheng.applications.scan_rules import Mark
from zhicheng.applications.sheets import SHEETS, box_of, code_text, read_code
from zhicheng.evidence.actions import examine_due
from zhicheng.evidence.codes import codes_of
from zhicheng.evidence.models import Intake
from zhicheng.foundation import clock, outbox

pytestmark = pytest.mark.django_db
LONG = "任期内主持完成博乐市三座灌区泵站改造，解决了渠道渗漏和泵站振动问题，节水成效经验收确认。" * 40


@pytest.fixture
def application(world: w.World) -> Application:
    application = w.start(world)
    write(world, application, LONG)
    return application


@pytest.fixture
def client(world: w.World) -> Client:
    return client_of(world.applicant)


def write(world: w.World, application: Application, text: str) -> None:
    with clock.travel(w.IN_WINDOW):
        save_section(
            actor=world.applicant,
            application_id=application.pk,
            key="summary",
            typed={"text": text},
            base_version=version_of(application, "summary"),
        )


def printed(client: Client, application: Application, name: str) -> bytes:
    answer = client.get(reverse(f"application_{name}_pdf", args=[application.pk]))
    assert answer.status_code == 200, page(answer)
    return bytes(answer.content)


def pages_of(pdf: bytes, count: int, *, seed: int = 1) -> list[Any]:
    chance = random.Random(seed)
    return [scanned.scan(scanned.signed(scanned.page_picture(pdf, number), chance), chance) for number in range(1, count + 1)]


def send(client: Client, application: Application, *files: bytes) -> Any:
    """Sent, examined, read, and what was made of it examined: what the worker and the examiners do."""
    sent = [SimpleUploadedFile(f"扫描{n}.{'pdf' if f[:4] == b'%PDF' else 'jpg'}", f) for n, f in enumerate(files, start=1)]
    answer = client.post(reverse("application_scans", args=[application.pk]), {"scans": sent})
    assert answer.status_code == 303, page(answer)
    work()
    return client.get(answer["Location"])


def work() -> None:
    outbox.drain()
    examine_due()
    outbox.drain()


def landed(application: Application) -> dict[str, list[int]]:
    """The pages of the files in each slot."""
    found: dict[str, list[int]] = {}
    for material in Material.objects.filter(application=application, removed_at=None).select_related("file").order_by("pk"):
        found.setdefault(material.slot, []).append(material.file.pages)
    return found


def words(answer: Any) -> str:
    return BeautifulSoup(page(answer), "html.parser").get_text(" ", strip=True)


def test_signed_commitment_lands_in_its_slot_by_itself(application: Application, client: Client) -> None:
    (picture,) = pages_of(printed(client, application, "commitment"), 1)
    answer = send(client, application, scanned.as_jpeg(picture))
    assert landed(application) == {"commitment": [1]}
    assert "已放入“《个人承诺书》”。" in words(answer)
    material = Material.objects.get(application=application)
    assert material.reading, "it is looked at like any other file"
    assert material.file.checking


def test_page_that_waits_asks_again_at_an_address_it_has_not_open(application: Application, client: Client) -> None:
    (picture,) = pages_of(printed(client, application, "commitment"), 1)
    address = reverse("application_scans", args=[application.pk])
    sent = client.post(address, {"scans": [SimpleUploadedFile("扫描.jpg", scanned.as_jpeg(picture))]})
    assert sent["Location"].endswith("#brought") and client.get(address)["Refresh"] == f"2; url={address}"
    work()
    assert "Refresh" not in client.get(address)


def test_stack_of_both_sheets_upside_down_and_mixed_lands_in_order(application: Application, client: Client) -> None:
    commitment, summary = printed(client, application, "commitment"), printed(client, application, "summary")
    count = len(scanned_pages(summary))
    assert count >= 2
    stack = [*pages_of(summary, count), *pages_of(commitment, 1)]
    stack = [stack[-1].rotate(180), *[picture.rotate(90, expand=True) for picture in reversed(stack[:-1])]]
    answer = send(client, application, scanned.as_pdf(stack))
    assert landed(application) == {"commitment": [1], "work_summary": [count]}, words(answer)
    for material in Material.objects.filter(application=application).select_related("file"):
        codes = scanned_codes(material)
        assert [mark.page for mark in codes] == list(range(1, material.file.pages + 1)), "in order"


def test_photographs_of_one_sheet_are_put_together(application: Application, client: Client) -> None:
    summary = printed(client, application, "summary")
    pictures = pages_of(summary, len(scanned_pages(summary)))
    send(client, application, *[scanned.as_jpeg(picture) for picture in reversed(pictures)])
    assert landed(application) == {"work_summary": [len(pictures)]}


def test_page_without_a_code_is_kept_and_put_by_hand(application: Application, client: Client) -> None:
    picture = pages_of(printed(client, application, "commitment"), 1)[0]
    picture.paste(255, (0, picture.height * 4 // 5, picture.width, picture.height))  # type: ignore[arg-type]
    answer = send(client, application, scanned.as_jpeg(picture))
    assert landed(application) == {} and "没有找到回传码" in words(answer)
    address = form_of(answer)
    nothing = client.post(address, {"place": ""})
    assert nothing.status_code == 422 and "请选择放到哪里" in words(nothing)
    for _press in (1, 2):
        assert client.post(address, {"place": "commitment.commitment"}).status_code == 303
    work()
    assert landed(application) == {"commitment": [1]}, "pressed twice is done once"
    assert "没有找到回传码" not in words(client.get(reverse("application_scans", args=[application.pk])))


def test_text_changed_since_the_print_is_told_and_nothing_lands(world: w.World, application: Application, client: Client) -> None:
    summary = printed(client, application, "summary")
    write(world, application, LONG + "另有补充。")
    answer = send(client, application, scanned.as_pdf(pages_of(summary, len(scanned_pages(summary)))))
    assert landed(application) == {} and "打印以后，文字又改过" in words(answer)


def test_slot_that_holds_a_file_is_asked_about(application: Application, client: Client) -> None:
    commitment = printed(client, application, "commitment")
    send(client, application, scanned.as_jpeg(pages_of(commitment, 1)[0]))
    answer = send(client, application, scanned.as_jpeg(pages_of(commitment, 1, seed=2)[0]))
    assert landed(application) == {"commitment": [1]} and "已有文件" in words(answer)
    before = Material.objects.get(application=application, removed_at=None)
    assert client.post(form_of(answer), {"place": "commitment.commitment", "how": "replace"}).status_code == 303
    work()
    assert Material.objects.get(application=application, removed_at=None).pk != before.pk


def test_strangers_sheet_is_told_as_an_invented_one_and_shown_to_nobody(
    world: w.World, application: Application, client: Client
) -> None:
    other = world.new_applicant()
    theirs = w.start(world, other)
    strange = printed(client_of(other), theirs, "commitment")
    invented = code_text(Mark(theirs.pk, "commitment", "0" * 16, 1, 1))[:-3] + "AAA"
    assert read_code(invented) is None
    answers = [send(client, application, scanned.as_jpeg(pages_of(strange, 1)[0]))]
    answers.append(send(client, application, scanned.as_jpeg(with_code(printed(client, application, "commitment"), invented))))
    said = [BeautifulSoup(page(answer), "html.parser").select("section.panel")[0] for answer in answers]
    texts = [one.get_text(" ", strip=True).replace("扫描1.jpg", "") for one in said]
    assert texts[0] == texts[1] and "不属于这份申请书" in texts[0]
    assert not any(one.select("img, form") for one in said)
    assert landed(application) == landed(theirs) == {}


def test_scan_of_another_account_is_out_of_reach(world: w.World, application: Application, client: Client) -> None:
    picture = pages_of(printed(client, application, "commitment"), 1)[0]
    send(client, application, scanned.as_jpeg(picture))
    scan = Intake.objects.get(subject=f"scans:{application.pk}")
    other = world.new_applicant()
    theirs = w.start(world, other)
    stranger = client_of(other)
    for number in (application.pk, theirs.pk):
        assert stranger.get(reverse("application_scan_page", args=[number, scan.pk, 1])).status_code == 404
        assert (
            stranger.post(
                reverse("application_scan_place", args=[number, scan.pk, 0]), {"place": "commitment.commitment"}
            ).status_code
            == 404
        )
    assert client.get(reverse("application_scan_page", args=[application.pk, scan.pk, 1])).status_code == 200


def test_nothing_chosen_is_told(application: Application, client: Client) -> None:
    answer = client.post(reverse("application_scans", args=[application.pk]), {})
    assert answer.status_code == 422 and "请先选择" in words(answer)


def test_form_that_is_sent_takes_no_scan(world: w.World, client: Client) -> None:
    sent = w.submitted(world)
    picture = scanned.as_jpeg(pages_of(printed(client, sent, "commitment"), 1)[0])
    locked = client.post(reverse("application_scans", args=[sent.pk]), {"scans": SimpleUploadedFile("a.jpg", picture)})
    assert locked.status_code == 422 and not Intake.objects.filter(subject=f"scans:{sent.pk}").exists()


def test_summary_that_was_not_written_is_not_printed(world: w.World, client: Client) -> None:
    application = w.start(world)
    assert client.get(reverse("application_summary_pdf", args=[application.pk])).status_code == 422


# --- help ----------------------------------------------------------------------------------------------------------------


def scanned_pages(pdf: bytes) -> list[int]:
    with pypdfium2.PdfDocument(pdf) as document:
        return list(range(len(document)))


def scanned_codes(material: Material) -> list[Mark]:
    """What the pages of the file that landed say, upright: a code that lies crooked is not turned."""
    codes = codes_of(material.file)
    assert all(code.turn == 0 for code in codes), "every page stands upright"
    return [mark for code in codes if (mark := read_code(code.text)) is not None]


def form_of(answer: Any) -> str:
    form = BeautifulSoup(page(answer), "html.parser").select_one("section.panel form")
    assert form is not None, words(answer)
    return str(form["action"])


def with_code(pdf: bytes, text: str) -> Any:
    """The first page with another code in the place of its own."""
    picture = scanned.page_picture(pdf)
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=8, border=2)
    code = Image.open(out).convert("L").resize((260, 260))
    at = (picture.width - 620, picture.height - 400)
    picture.paste(255, (picture.width // 2, picture.height * 6 // 7, picture.width, picture.height))  # type: ignore[arg-type]
    picture.paste(code, at)
    return scanned.scan(picture, random.Random(1))


def test_box_of_each_sheet_is_the_notices_own(application: Application) -> None:
    case = CaseFile(application)
    assert [found[0].slot for sheet in SHEETS if (found := box_of(case, sheet))] == ["commitment", "work_summary"]
