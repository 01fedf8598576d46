"""A desk that opens somebody's file or a paper with a whole number leaves a row in the access log; its owner does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.queries import materials_of, snapshot_of
from zhicheng.documents.queries import papers_of
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, clock, looks
from zhicheng.foundation.models import AccessLook, LedgerEntry

pytestmark = pytest.mark.django_db


@told_once
def application(world):
    return w.submitted(world)


def _file_id(application) -> int:
    return snapshot_of(application.current_submission).materials[0].file_id


def _rows() -> list[tuple[str, str, str, str]]:
    return list(AccessLook.objects.order_by("id").values_list("actor", "what", "subject", "thing"))


def _fetched(client, address: str, **headers: str) -> int:
    answer = client.get(address, headers=headers)
    b"".join(answer.streaming_content)  # read to its end, it closes itself and leaves the database's connection alone
    return int(answer.status_code)


def test_desk_that_opens_a_file_gets_it_whole_and_is_noted_each_time(world, signed_in, application):
    client, file_id = signed_in(world.unit_admin), _file_id(application)
    entries = LedgerEntry.objects.count()
    address = reverse("desk_file", args=[application.pk, file_id])
    for asked in ("", "bytes=0-99", "bytes=1-", "bytes=-50"):  # all but the first byte is the file, too
        assert _fetched(client, address, **({"range": asked} if asked else {})) == 200
    row = (world.unit_admin.ref, "file", f"application:{application.pk}", f"evidence:{file_id}")
    assert _rows() == [row] * 4
    answer = client.get(address)
    assert (answer["Accept-Ranges"], len(b"".join(answer.streaming_content))) == ("none", int(answer["Content-Length"]))
    assert LedgerEntry.objects.count() == entries, "the head of the ledger is not touched"


@pytest.mark.parametrize("harm", ["changed", "lost"])
def test_file_that_is_not_what_was_uploaded_is_given_to_nobody(world, signed_in, application, harm):
    file = EvidenceFile.objects.get(pk=_file_id(application))
    with blobs.open_blob(file.sha256) as stored:
        path = Path(stored.name)
    content = path.read_bytes()
    path.unlink()
    if harm == "changed":
        path.write_bytes(content[:-1] + b"X")
    for client, address in (
        (signed_in(world.unit_admin), reverse("desk_file", args=[application.pk, file.pk])),
        (signed_in(world.applicant), reverse("application_file", args=[application.pk, materials_of(application)[0].pk])),
    ):
        answer = client.get(address)
        assert (
            answer.status_code == 503
            and "文件读不出来" in answer.content.decode()
            and "刚才的操作" not in answer.content.decode()
        )
    assert _rows() == [], "nobody was given anything"


@pytest.mark.usefixtures("unprotected")
@pytest.mark.parametrize("kind", ["application/pdf", "image/jpeg"])
def test_thumbnail_is_noted_whatever_the_file_is_and_is_no_page_that_was_read(world, signed_in, application, kind):
    """A face is known on 160 pixels as well; but a list shows them all, and nobody need have looked."""
    file_id = _file_id(application)
    EvidenceFile.objects.filter(pk=file_id).update(media_type=kind)
    address = reverse("desk_preview", args=[application.pk, file_id, 1])
    client = signed_in(world.unit_admin)
    client.raise_request_exception = False
    subject = f"application:{application.pk}"
    thumbnail = (world.unit_admin.ref, "thumbnail", subject, f"evidence:{file_id}:1")
    assert client.get(address + "?small=1").status_code == 200
    assert _rows() == [thumbnail]
    assert client.get(address).status_code == 200
    assert _rows() == [thumbnail, (world.unit_admin.ref, "preview", subject, f"evidence:{file_id}:1")]


def test_list_that_is_opened_again_leaves_one_row_an_hour_for_each_file(world, signed_in, application):
    """A page of thumbnails that is left and opened again would fill the log with what nobody chose to see."""
    files = [file.file_id for file in snapshot_of(application.current_submission).materials][:3]
    client = signed_in(world.unit_admin)

    def open_lists() -> None:
        for file_id in files:
            assert client.get(reverse("desk_preview", args=[application.pk, file_id, 1]) + "?small").status_code == 200

    open_lists()
    open_lists()
    once = len(_rows())
    assert once == len(set(_rows())) == len(files)
    with clock.travel(clock.now() + looks.THUMBNAIL_AGAIN_AFTER):
        open_lists()
        assert len(_rows()) == 2 * once
    open_lists()
    assert len(_rows()) == 2 * once
    with clock.travel(
        clock.now() - 2 * looks.THUMBNAIL_AGAIN_AFTER
    ):  # put back: what is written down in the future hides nothing
        open_lists()
        assert len(_rows()) == 3 * once


def test_page_that_is_drawn_again_after_a_slip_is_one_look(world, signed_in, application):
    """It shows the same pictures anew; whoever comes back later, another person and a file opened whole are looks of their own."""
    file_id = _file_id(application)
    address, whole = (reverse(n, args=[application.pk, file_id, *a]) for n, a in (("desk_preview", [1]), ("desk_file", [])))
    client = signed_in(world.unit_admin)
    for _drawn in range(3):
        assert client.get(address).status_code == 200
    assert len(_rows()) == 1
    _fetched(client, whole)
    _fetched(client, whole)
    assert len(_rows()) == 3, "what somebody chose to open counts each time"
    signed_in(world.bureau).get(address)
    with clock.travel(clock.now() + looks.PREVIEW_AGAIN_AFTER):
        client.get(address)
    assert [row[0] for row in _rows() if row[1] == "preview"].count(world.unit_admin.ref) == 2


def test_looks_cost_few_queries(world, signed_in, application):
    client, address = signed_in(world.unit_admin), reverse("desk_preview", args=[application.pk, _file_id(application), 1])
    counts = {}
    client.get(address)
    for asked in ("", "?small", "?small=again"):
        with CaptureQueriesContext(connection) as made:
            client.get(address + asked)
        counts[asked] = len(made)
    assert counts[""] == counts["?small=again"] == counts["?small"] - 1


def test_whole_number_on_paper_is_noted_for_a_desk_and_not_for_its_owner(world, signed_in, application):
    w.unit_pass(world, application)
    serial = papers_of(f"application:{application.pk}").get(kind="review_form").serial
    assert signed_in(world.unit_admin).get(reverse("desk_paper", args=[serial])).status_code == 200
    assert _rows() == [(world.unit_admin.ref, "paper", f"application:{application.pk}", f"paper:{serial}")]


def test_owner_looks_at_own_files_unnoted(world, signed_in, application):
    material = materials_of(application)[0]
    address = reverse("application_file", args=[application.pk, material.pk])
    assert _fetched(signed_in(world.applicant), address) == 200
    assert _rows() == []


def test_stranger_who_is_turned_away_has_not_looked(world, signed_in, application):
    address = reverse("desk_file", args=[application.pk, _file_id(application)])
    assert signed_in(world.other_admin).get(address).status_code == 404
    assert _rows() == []
