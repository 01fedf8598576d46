"""A paper that is sent piece by piece: tus 1.0.0 as a program speaks it, behind the same checks as a paper that is sent whole."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.evidence import files
from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page
from zhicheng.applications import actions as applications
from zhicheng.applications.models import Application, Material
from zhicheng.evidence.models import Intake, ResumableUpload
from zhicheng.foundation import clock
from zhicheng.rehearsal.samples import portrait

pytestmark = pytest.mark.django_db
CONTENT = w.pdf("聘书")
TUS = {"Tus-Resumable": "1.0.0"}
SCRIPT = {"HX-Request": "true"}
PIECE = "application/offset+octet-stream"


@told_once
def application(world: w.World) -> Application:
    return w.start(world)


@pytest.fixture
def client(world: w.World) -> Client:
    return client_of(world.applicant)


def begin_at(application: Application, box: str = "commitment") -> str:
    return reverse("application_resumable_begin", args=[application.pk, box, box, box])


def said_of(content: bytes, name: str = "承诺书.pdf") -> dict[str, str]:
    """What a browser says of a file before it sends it."""
    known = {"filename": name, "filetype": "application/pdf", "sha256": hashlib.sha256(content).hexdigest()}
    metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in known.items())
    return TUS | {"Upload-Length": str(len(content)), "Upload-Metadata": metadata}


def begin(client: Client, application: Application, content: bytes = CONTENT, **headers: str) -> Any:
    return client.post(begin_at(application), headers=said_of(content) | headers)


def patch(client: Client, address: str, piece: bytes, offset: int, **headers: str) -> Any:
    said = {**TUS, "Upload-Offset": str(offset)} | headers
    return client.patch(address, piece, content_type=PIECE, headers=said)


def head(client: Client, address: str) -> Any:
    return client.head(address, headers=TUS)


def test_whoever_asks_is_told_what_is_spoken(application: Application, client: Client) -> None:
    answer = client.options(begin_at(application))
    assert (answer.status_code, answer["Tus-Version"], answer["Tus-Extension"]) == (
        204,
        "1.0.0",
        "creation,expiration,termination",
    )
    assert int(answer["Tus-Max-Size"]) == 20 * 1024 * 1024


def test_paper_that_comes_in_two_pieces_lies_in_its_box(application: Application, client: Client) -> None:
    begun = begin(client, application)
    assert (begun.status_code, begun["Tus-Resumable"], begun["Upload-Offset"]) == (201, "1.0.0", "0")
    assert begun["Upload-Expires"].endswith("GMT")
    address = begun["Location"]
    first = patch(client, address, CONTENT[:300], 0)
    assert (first.status_code, first["Upload-Offset"]) == (204, "300")
    asked = head(client, address)
    assert (asked.status_code, asked["Upload-Offset"], asked["Upload-Length"]) == (200, "300", str(len(CONTENT)))
    assert asked["Cache-Control"] == "no-store"
    assert not Material.objects.exists()
    last = patch(client, address, CONTENT[300:], 300)
    assert (last.status_code, last["Upload-Offset"], "Upload-Expires" in last) == (204, str(len(CONTENT)), False)
    material = Material.objects.select_related("file").get()
    assert (material.slot, material.file.name, material.file.sha256) == (
        "commitment",
        "承诺书.pdf",
        hashlib.sha256(CONTENT).hexdigest(),
    )
    assert head(client, address)["Upload-Offset"] == str(len(CONTENT)), "an answer that was lost can be asked for"
    assert "承诺书.pdf" in page(client.get(reverse("application_slot", args=[application.pk, "commitment"])))


def test_same_paper_sent_again_whole_lies_there_once(application: Application, client: Client) -> None:
    for _twice in range(2):
        patch(client, begin(client, application)["Location"], CONTENT, 0)
    assert (Material.objects.count(), Intake.objects.count()) == (1, 2)


def test_paper_begun_again_in_another_window_goes_on(application: Application, client: Client) -> None:
    address = begin(client, application)["Location"]
    patch(client, address, CONTENT[:200], 0)
    again = begin(client, application)
    assert (again["Location"], again["Upload-Offset"]) == (address, "200")
    wrong = patch(client, address, CONTENT, 0)
    assert (wrong.status_code, "200 字节" in page(wrong)) == (409, True)
    assert patch(client, address, CONTENT[200:], 200).status_code == 204
    assert Material.objects.count() == 1


def test_program_that_cannot_say_patch_says_post(application: Application, client: Client) -> None:
    address = begin(client, application)["Location"]
    headers = TUS | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert client.post(address, CONTENT, content_type=PIECE, headers=headers).status_code == 204
    assert Material.objects.count() == 1


def test_upload_is_given_up(application: Application, client: Client) -> None:
    address = begin(client, application)["Location"]
    patch(client, address, CONTENT[:200], 0)
    for _twice in range(2):
        assert client.delete(address, headers=TUS).status_code == 204
    assert head(client, address).status_code == 410
    gone = patch(client, address, CONTENT[200:], 200)
    assert (gone.status_code, "重新选择文件" in page(gone)) == (410, True)
    assert not ResumableUpload.objects.exists()


def test_file_that_is_refused_by_the_examination_is_told_of_at_its_box(application: Application, client: Client) -> None:
    bad = files.program()
    assert patch(client, begin(client, application, bad)["Location"], bad, 0).status_code == 204
    shown = client.get(
        reverse("application_slot", args=[application.pk, "commitment"]), {"box": "commitment"}, headers={"HX-Request": "true"}
    )
    assert "没有接收：文件名以 .pdf 结尾" in page(shown)


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"Upload-Length": str(30 * 1024 * 1024)}, 413, "20 MB 的上限"),
        ({"Upload-Length": "0"}, 422, "空文件"),
        ({"Upload-Length": "-1"}, 422, "大小"),
        ({"Upload-Length": "9" * 40}, 422, "大小"),
        ({"Tus-Resumable": "0.2.2"}, 412, ""),
    ],
)
def test_what_cannot_be_begun_is_answered_in_words(
    application: Application, client: Client, headers: dict[str, str], status: int, words: str
) -> None:
    answer = begin(client, application, **headers)
    assert (answer.status_code, words in page(answer)) == (status, True), page(answer)
    assert not ResumableUpload.objects.exists()


def test_what_the_browser_says_of_a_file_may_be_nonsense(application: Application, client: Client) -> None:
    answer = begin(client, application, **{"Upload-Metadata": "filename 5om, ,sha256 !!,x"})
    assert answer.status_code == 201
    row = ResumableUpload.objects.get()
    assert (row.name, row.sha256) == ("", "")


@pytest.mark.parametrize(
    ("headers", "status"), [({"Upload-Offset": "x"}, 415), ({"Upload-Offset": "7"}, 409), ({"Tus-Resumable": "2"}, 412)]
)
def test_piece_that_is_none_is_not_taken(application: Application, client: Client, headers: dict[str, str], status: int) -> None:
    address = begin(client, application)["Location"]
    assert patch(client, address, CONTENT, 0, **headers).status_code == status
    assert head(client, address)["Upload-Offset"] == "0"


def test_piece_of_another_kind_or_of_no_length_is_not_taken(application: Application, client: Client) -> None:
    address, said = begin(client, application)["Location"], TUS | {"Upload-Offset": "0"}
    assert client.patch(address, CONTENT, content_type="text/plain", headers=said).status_code == 415
    assert client.generic("PATCH", address, b"", headers=said, CONTENT_TYPE=PIECE).status_code == 411
    assert patch(client, address, CONTENT + b"more", 0).status_code == 413
    assert client.put(address, CONTENT, content_type=PIECE, headers=said).status_code == 405
    assert client.get(begin_at(application), headers=TUS).status_code == 405


def test_box_that_is_gone_is_told(application: Application, client: Client) -> None:
    address = reverse("application_resumable_begin", args=[application.pk, "commitment", "commitment", "nobody"])
    answer = client.post(address, headers=said_of(CONTENT))
    assert (answer.status_code, "清单" in page(answer)) == (422, True)


def test_application_that_is_closed_meanwhile_takes_no_piece(world: w.World, client: Client) -> None:
    application = w.start(world)
    address = begin(client, application)["Location"]
    applications.discard_application(actor=world.applicant, application_id=application.pk)
    assert patch(client, address, CONTENT, 0).status_code == 422
    assert begin(client, application).status_code == 422
    assert not Intake.objects.exists()


def test_upload_of_another_person_or_application_is_out_of_reach(
    world: w.World, application: Application, client: Client
) -> None:
    address = begin(client, application)["Location"]
    stranger = client_of(world.new_applicant())
    for call in (head, lambda c, a: patch(c, a, CONTENT, 0), lambda c, a: c.delete(a, headers=TUS)):
        assert call(stranger, address).status_code == 404
    assert stranger.post(begin_at(application), headers=said_of(CONTENT)).status_code == 404
    assert ResumableUpload.objects.count() == 1


def test_upload_is_reached_through_its_own_application_alone(world: w.World, client: Client) -> None:
    first = w.start(world)
    address = begin(client, first)["Location"]
    applications.discard_application(actor=world.applicant, application_id=first.pk)
    elsewhere = address.replace(f"/{first.pk}/", f"/{w.start(world).pk}/")
    assert (head(client, elsewhere).status_code, head(client, address).status_code) == (404, 200)


def test_who_is_not_signed_in_any_more_is_told_by_the_status_alone(application: Application, client: Client) -> None:
    address = begin(client, application)["Location"]
    nobody = Client()
    assert begin(nobody, application).status_code == 401
    assert patch(nobody, address, CONTENT, 0).status_code == 401
    assert patch(client, address, CONTENT, 0).status_code == 204


def test_piece_without_the_pages_token_is_refused(application: Application, world: w.World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client_of(world.applicant).cookies
    assert begin(strict, application).status_code == 403
    assert not ResumableUpload.objects.exists()


def test_words_are_in_the_language_of_the_reader(application: Application, client: Client) -> None:
    answer = begin(client, application, **{"Upload-Length": "", "Accept-Language": "en"})
    assert (answer.status_code, page(answer).isascii()) == (422, True), page(answer)


def test_upload_is_forgotten_together_with_what_it_became(application: Application, client: Client) -> None:
    address = begin(client, application)["Location"]
    patch(client, address, CONTENT, 0)
    assert ResumableUpload.objects.get().touched_at <= clock.machine_now()
    Intake.objects.all().delete()
    assert head(client, address).status_code == 410


def box_after(client: Client, application: Application, **asked: str) -> str:
    address = reverse("application_slot", args=[application.pk, "commitment"])
    return page(client.get(address, {"box": "commitment"} | asked, headers=SCRIPT))


def test_box_that_is_asked_for_after_several_files_tells_of_each(application: Application, client: Client) -> None:
    bad = files.program()
    ends = [patch(client, begin(client, application, c)["Location"], c, 0) for c in (bad, CONTENT)]
    sent = ",".join(end["Zhicheng-Intake"] for end in ends)
    told = box_after(client, application, sent=sent)
    assert "“承诺书.pdf”没有接收：文件名以 .pdf 结尾" in told and "“承诺书.pdf”已上传。" in told
    assert "没有接收" not in box_after(client, application), "a later file of the place is there"
    assert "没有接收" in box_after(client, application, checking=sent)


def test_outcome_of_a_file_of_another_application_is_not_told(world: w.World, application: Application, client: Client) -> None:
    end = patch(client, begin(client, application)["Location"], CONTENT, 0)
    Intake.objects.update(subject="application:0")
    assert "已上传。" not in box_after(client, application, sent=end["Zhicheng-Intake"])


def test_end_of_a_file_says_where_its_outcome_is_waited_for(application: Application, client: Client) -> None:
    address = begin(client, application)["Location"]
    end = patch(client, address, CONTENT, 0)
    assert head(client, address)["Zhicheng-Intake"] == end["Zhicheng-Intake"] == str(Intake.objects.get().pk)
    done = client.get(end["Content-Location"])
    assert done.status_code == 303 and done["Location"].startswith(
        reverse("application_slot", args=[application.pk, "commitment"])
    )


@pytest.mark.parametrize(("said", "told"), [("4032x3024", True), ("4032", False), ("0x10", False), ("99999999x1", False)])
def test_picture_that_the_browser_made_smaller_is_told_of(
    application: Application, client: Client, said: str, told: bool
) -> None:
    content = portrait("照片")
    headers = said_of(content, "照片.jpg")
    headers["Upload-Metadata"] += f",shrunk {b64encode(said.encode()).decode()}"
    address = client.post(begin_at(application), headers=headers)["Location"]
    patch(client, address, content, 0)
    assert ("由浏览器缩小，原图 4032 × 3024 像素" in box_after(client, application)) is told
