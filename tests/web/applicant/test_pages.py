"""The pages of a paper's files: made one PDF, or shared out over the years and rows they prove."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.evidence import files
from tests.support import world as w
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Material
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.models import Intake
from zhicheng.foundation import clock
from zhicheng.rehearsal.samples import portrait

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(world: w.World) -> Application:
    return w.start(world)


@pytest.fixture
def client(world: w.World) -> Client:
    return client_of(world.applicant)


def put(client: Client, application: Application, box: SlotRequirement, content: bytes, name: str) -> Material:
    address = reverse("application_upload", args=[application.pk, box.slot, box.key, box.papers[0].key])
    assert client.post(address, {"file": SimpleUploadedFile(name, content)}).status_code == 303
    return Material.objects.get(file__name=name, removed_at=None)


def boxes(application: Application, slot: str) -> list[SlotRequirement]:
    return [box for box in CaseFile(application).requirements if box.slot == slot]


def arrange_at(application: Application, box: SlotRequirement) -> str:
    return reverse("application_pages", args=[application.pk, box.slot, box.key, box.papers[0].key])


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(page(answer), "html.parser")


def sent(answer: Any) -> dict[str, str]:
    """What the form of the page would send."""
    form = soup(answer).select_one("#pages-form")
    assert form is not None
    data = {str(i["name"]): str(i.get("value", "")) for i in form.select("input[name]") if i.get("type") != "checkbox"}
    return data | {str(s["name"]): str(s.select_one("option[selected]")["value"]) for s in form.select("select")}  # type: ignore[index]


def now(application: Application) -> list[tuple[str, int]]:
    return [(m.file.name, m.file.pages) for m in Material.objects.filter(application=application, removed_at=None).order_by("pk")]


def test_photographs_of_a_paper_become_one_pdf_and_stay_kept(application: Application, client: Client) -> None:
    (box,) = boxes(application, "commitment")
    for name in ("一.jpg", "二.jpg"):
        put(client, application, box, portrait(name), name)
    slot = page(client.get(reverse("application_slot", args=[application.pk, "commitment"])))
    assert "合成一个 PDF，调整页面" in slot and arrange_at(application, box) in slot
    shown = client.get(arrange_at(application, box))
    data = sent(shown) | {"place-0": "2", "place-1": "1", "turn-0": "90"}
    answer = client.post(arrange_at(application, box), data)
    assert answer.status_code == 303, page(answer)
    assert now(application) == [("二（合成）.pdf", 2)]
    assert Material.objects.filter(application=application).count() == 3, "what it was made of is kept"
    assert "从 2 个文件中选取页面生成" in page(client.get(answer["Location"]))


def test_page_is_turned_and_another_left_out_of_a_pdf(application: Application, client: Client) -> None:
    (box,) = boxes(application, "commitment")
    put(client, application, box, files.pdf(3), "三页.pdf")
    data = sent(client.get(arrange_at(application, box))) | {"turn-2": "180", "out-0": "on"}
    assert client.post(arrange_at(application, box), data).status_code == 303
    assert now(application) == [("三页.pdf", 2)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "都没有改动"),
        ({"out-0": "on", "out-1": "on"}, "至少留下一页"),
        ({"sheet-0": "999.1"}, "刷新页面后重新选择"),
        ({"sheet-1": "MATERIAL.7"}, "没有第 7 页"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_lost(
    application: Application, client: Client, change: dict[str, str], words: str
) -> None:
    (box,) = boxes(application, "commitment")
    material = put(client, application, box, files.pdf(2), "两页.pdf")
    change = {name: value.replace("MATERIAL", str(material.pk)) for name, value in change.items()}
    before = Intake.objects.count()
    answer = client.post(arrange_at(application, box), sent(client.get(arrange_at(application, box))) | change)
    assert (answer.status_code, words in page(answer)) == (422, True), page(answer)
    assert (now(application), Intake.objects.count()) == ([("两页.pdf", 2)], before)


def test_nonsense_is_taken_for_the_order_that_was(application: Application, client: Client) -> None:
    (box,) = boxes(application, "commitment")
    put(client, application, box, files.pdf(2), "两页.pdf")
    data = sent(client.get(arrange_at(application, box))) | {"place-0": "x", "turn-0": "45", "sheet-7": "y"}
    assert "都没有改动" in page(client.post(arrange_at(application, box), data))


def test_empty_box_and_closed_application_say_so(world: w.World, application: Application, client: Client) -> None:
    (box,) = boxes(application, "commitment")
    assert "这里还没有文件" in page(client.get(arrange_at(application, box)))
    stranger = client_of(world.new_applicant())
    assert stranger.get(arrange_at(application, box)).status_code == 404
    assert (
        client.get(reverse("application_pages", args=[application.pk, "commitment", "commitment", "nobody"])).status_code == 404
    )


# --- one PDF for several years --------------------------------------------------------------------------------------------


def share_at(material: Material) -> str:
    return reverse("application_share_out", args=[material.application_id, material.pk])


@pytest.fixture
def years(world: w.World) -> Application:
    """An application whose appraisals are asked for in several years."""
    application = w.start(world)
    w.fill(world.applicant, application)
    return application


def test_one_scan_proves_several_years_by_its_pages(years: Application, client: Client) -> None:
    first, second, third = boxes(years, "appraisals")[:3]
    Material.objects.filter(application=years, slot="appraisals").update(removed_at=clock.now())
    whole = put(client, years, first, files.pdf(5), "考核表全部.pdf")
    offered = page(client.get(reverse("application_material", args=[years.pk, whole.pk])))
    assert "按页码分到各项" in offered and share_at(whole) in offered
    typed = {f"pages-{first.key}": "1-2", f"pages-{second.key}": "3", f"pages-{third.key}": "第4至5页"}
    answer = client.post(share_at(whole), typed)
    assert answer.status_code == 303, page(answer)
    here = {
        m.year: (m.file.name, m.file.pages)
        for m in Material.objects.filter(application=years, slot="appraisals", removed_at=None)
    }
    assert [here[box.year][1] for box in (first, second, third)] == [2, 1, 2]
    assert here[second.year][0] == "考核表全部（第3页）.pdf"
    whole.refresh_from_db()
    assert whole.removed_at is not None, "the whole stays kept, and lies in no box"


def test_pages_beyond_the_end_are_refused_in_words_and_nothing_is_made(years: Application, client: Client) -> None:
    first, second = boxes(years, "appraisals")[:2]
    Material.objects.filter(application=years, slot="appraisals").update(removed_at=clock.now())
    whole = put(client, years, first, files.pdf(3), "考核表.pdf")
    before = Intake.objects.count()
    answer = client.post(share_at(whole), {f"pages-{first.key}": "1", f"pages-{second.key}": "2-4"})
    assert (answer.status_code, "只有 3 页，没有第 4 页" in page(answer)) == (422, True)
    assert soup(answer).select_one(f"#id_pages-{second.key}")["value"] == "2-4"  # type: ignore[index]
    assert Intake.objects.count() == before
    assert "请至少在一处写上页码" in page(client.post(share_at(whole), {}))


def test_file_of_one_page_has_nothing_to_share_out(years: Application, client: Client) -> None:
    first = boxes(years, "appraisals")[0]
    Material.objects.filter(application=years, slot="appraisals").update(removed_at=clock.now())
    one = put(client, years, first, files.pdf(1), "一页.pdf")
    assert client.get(share_at(one)).status_code == 404
    assert "按页码分到各项" not in page(client.get(reverse("application_material", args=[years.pk, one.pk])))
