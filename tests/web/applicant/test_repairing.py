"""A file turned, straightened or cropped with one press, its original beside it, and back again with one press."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse

from tests.evidence import files
from tests.support import world as w
from tests.support.uploads import mended
from tests.web.applicant.kit import client_of, page
from tests.web.registering import read
from zhicheng.applications.actions import remove_material, restore_original
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import materials_of
from zhicheng.evidence.actions import examine_due, take_mended
from zhicheng.evidence.models import EvidenceFile, Intake, IntakeState
from zhicheng.foundation import blobs, invariants
from zhicheng.foundation.errors import Refused

pytestmark = pytest.mark.django_db
TURNED = {"code": "sideways", "page": 1, "degrees": 90}


@pytest.fixture
def application(world: w.World) -> Application:
    return w.start(world)


@pytest.fixture
def client(world: w.World) -> Client:
    return client_of(world.applicant)


def brought(client: Client, application: Application, name: str = "承诺书.pdf", *found: dict[str, Any]) -> Material:
    (box,) = [box for box in CaseFile(application).requirements if box.slot == "commitment"]
    address = reverse("application_upload", args=[application.pk, box.slot, box.key, box.papers[0].key])
    assert client.post(address, {"file": SimpleUploadedFile(name, files.pdf(2))}).status_code == 303
    material = Material.objects.get(file__name=name, removed_at=None)
    EvidenceFile.objects.filter(pk=material.file_id).update(warnings=list(found), checking=False)
    return material


def at(material: Material, name: str = "application_material") -> str:
    return reverse(name, args=[material.application_id, material.pk])


def buttons(answer: Any) -> dict[str, str]:
    soup = BeautifulSoup(page(answer), "html.parser")
    return {str(b["value"]): b.get_text(strip=True) for b in soup.select("button[name=how]")}


def blob_of(material: Material) -> bytes:
    with blobs.open_blob(material.file.sha256) as stored:
        return stored.read()


def violations() -> list[str]:
    return [str(found.violation.said) for found in invariants.verify(["applications.submissions"])]


def current(application: Application) -> Material:
    return materials_of(application).select_related("file__original").get()


def test_finding_is_mended_with_one_press_and_undone_with_one(application: Application, client: Client) -> None:
    material = brought(client, application, "承诺书.pdf", TURNED)
    assert buttons(client.get(at(material)))["found"] == "一键转正"
    slot = client.get(reverse("application_slot", args=[application.pk, "commitment"]))
    assert buttons(slot) == {"found": "一键转正承诺书.pdf"}
    answer = client.post(at(material, "application_mend"), {"how": "found"})
    made = current(application)
    assert (answer.status_code, answer["Location"]) == (303, at(made))
    assert made.file.original == material.file and made.file.name == "承诺书.pdf"
    shown = page(client.get(at(made)))
    assert "处理后" in shown and "原件" in shown and "?original" in shown and "已处理好" in shown
    answer = client.post(at(made, "application_restore"))
    assert answer.status_code == 303 and current(application).file == material.file
    assert "已恢复原件" in page(client.get(answer["Location"]))
    assert Material.objects.filter(application=application).count() == 3, "what was made is kept in the history"
    assert client.post(at(made, "application_restore")).status_code == 303, "pressed twice"
    assert Material.objects.filter(application=application).count() == 3


@pytest.mark.parametrize(("how", "done"), [("right.1", (90, 0)), ("over.2", (0, 180)), ("left.2", (0, 270))])
def test_page_is_turned_by_hand(application: Application, client: Client, how: str, done: tuple[int, int]) -> None:
    material = brought(client, application)
    assert "found" not in buttons(client.get(at(material)))
    assert client.post(at(material, "application_mend") + "?from=check", {"how": how}).status_code == 303
    with pikepdf.open(io.BytesIO(blob_of(current(application)))) as pdf:
        assert tuple(int(leaf.get("/Rotate", 0)) for leaf in pdf.pages) == done


@pytest.mark.parametrize("how", ["", "found", "left", "left.x", "upside.1", "left.9", "straighten.1"])
def test_what_cannot_be_done_is_said_and_the_file_stays(application: Application, client: Client, how: str) -> None:
    material = brought(client, application)
    answer = client.post(at(material, "application_mend"), {"how": how})
    assert answer.status_code == 422 and current(application) == material
    words = "没有第 9 页" if how == "left.9" else "文件没有改动"
    assert words in page(answer)


def test_pressed_again_after_it_was_replaced_leads_to_what_lies_there(application: Application, client: Client) -> None:
    material = brought(client, application)
    assert client.post(at(material, "application_mend"), {"how": "right.1"}).status_code == 303
    again = client.post(at(material, "application_mend"), {"how": "right.1"}, follow=True)
    assert "没有再处理一次" in page(again) and materials_of(application).count() == 1


def waits_to_be_mended(world: w.World, material: Material, turn: int = 90) -> Intake:
    """What the button sends off: it is made and examined later."""
    place = {"slot": material.slot, "paper": material.paper, "year": material.year, "row": material.row, "replaces": material.pk}
    return take_mended(
        actor_id=world.applicant.account_id or 0,
        file=material.file,
        repairs=[(1, turn, False, False)],
        purpose="material",
        payload={"application": material.application_id, **place},
    )


def outcome(row: Intake) -> tuple[str, str, str]:
    with TestCase.captureOnCommitCallbacks(execute=True):
        examine_due()
    row.refresh_from_db()
    return row.state, row.problem_code, row.problem_text


def test_file_removed_while_it_was_mended_does_not_come_back(world: w.World, application: Application, client: Client) -> None:
    material = brought(client, application)
    row = waits_to_be_mended(world, material)
    remove_material(actor=world.applicant, application_id=application.pk, material_id=material.pk)
    assert outcome(row) == (IntakeState.REFUSED, "not_found", "原来的文件已移除或更换，没有处理。")
    assert not materials_of(application).exists()


def test_file_mended_in_two_ways_at_once_lies_there_once(world: w.World, application: Application, client: Client) -> None:
    material = brought(client, application)
    first, second = (waits_to_be_mended(world, material, turn) for turn in (90, 180))
    assert [outcome(row)[0] for row in (first, second)] == [IntakeState.KEPT, IntakeState.REFUSED]
    assert [lies.pk for lies in materials_of(application)] == [first.result["material"]]


def test_file_that_was_not_mended_has_no_original_to_go_back_to(world: w.World, application: Application, client: Client) -> None:
    material = brought(client, application)
    answer = client.post(at(material, "application_restore"))
    assert answer.status_code == 422 and "没有找到这个文件的原件" in page(answer)
    made = mended(world.applicant, material)
    made.removed_at = made.added_at
    made.save(update_fields=["removed_at"])
    with pytest.raises(Refused) as refusal:
        restore_original(actor=world.applicant, application_id=application.pk, material_id=made.pk)
    assert refusal.value.has("not_found")
    stranger = client_of(world.new_applicant())
    for name in ("application_mend", "application_restore"):
        assert stranger.post(at(made, name), {"how": "right.1"}).status_code == 404


def test_original_brought_once_more_meanwhile_is_the_one_that_stays(
    world: w.World, application: Application, client: Client
) -> None:
    made = mended(world.applicant, brought(client, application))
    again = Material.objects.create(
        application=application,
        slot=made.slot,
        paper=made.paper,
        file=made.file.original,
        added_by=made.added_by,
        added_at=made.added_at,
    )
    restore_original(actor=world.applicant, application_id=application.pk, material_id=made.pk)
    assert list(materials_of(application)) == [again]


@pytest.mark.usefixtures("unprotected")
def test_desk_sees_the_original_beside_it_and_it_is_frozen(world: w.World) -> None:
    application = w.start(world)
    w.fill(world.applicant, application)
    material = materials_of(application)[0]
    made = mended(world.applicant, material, [(1, 180, False, False)])
    w.submit(world.applicant, application)
    application.refresh_from_db()
    case = CaseFile(application)
    (frozen,) = [one for one in case.snapshot.materials if one.original is not None]
    assert (frozen.file_id, frozen.original.file_id) == (made.file_id, material.file_id)
    assert frozen.original.sha256 == material.file.sha256
    desk = client_of(world.unit_admin)
    shown = page(desk.get(reverse("desk_case", args=[application.pk]) + f"?file={made.file_id}"))
    assert "左边是处理后的页面，右边是申报人上传的原件" in shown
    for name, more in (("desk_file", []), ("desk_preview", [1])):
        answer = desk.get(reverse(name, args=[application.pk, material.file_id, *more]))
        assert answer.status_code == 200 and (read(answer) if answer.streaming else answer.content)
    beside = page(desk.get(reverse("desk_case", args=[application.pk]) + f"?file={material.file_id}"))
    assert "（处理前的原件）" in beside
    assert violations() == []
    EvidenceFile.objects.filter(pk=material.file_id).update(name="另一个名字.pdf")
    assert "原件与上报的不同" in violations()[0]
    EvidenceFile.objects.filter(pk=made.file_id).update(original=None)
    assert "原件与上报的不同" in violations()[0]
