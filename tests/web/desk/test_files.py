"""A file with a script at the desk: the copy by default, the original on asking, as a download, noted."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Iterator

import pikepdf
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve, reverse

from tests.evidence import files
from tests.support import world as w
from tests.support.logs import written_log
from tests.support.told_once import told_once
from zhicheng.applications.models import Application
from zhicheng.applications.queries import snapshot_of
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, clock, triggers
from zhicheng.web.shared.files import STANDS_ON
from zhicheng.web.shared.standing import page_with

pytestmark = pytest.mark.django_db
ORIGINAL = files.pdf(dressed_with="script on opening")


@told_once(at=None)
def case() -> tuple[w.World, Application, EvidenceFile]:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
    submission = application.current_submission
    assert submission is not None
    file = EvidenceFile.objects.get(pk=snapshot_of(submission).materials[0].file_id)
    original = blobs.store(ORIGINAL)
    with triggers.lifted(connection, "evidence_evidencefile"):
        EvidenceFile.objects.filter(pk=file.pk).update(
            sha256=original.sha256, size=original.size, safe_sha256=blobs.store(files.pdf()).sha256
        )
    file.refresh_from_db()
    return world, application, file


def of(client: Client, case: tuple[w.World, Application, EvidenceFile], query: str = "") -> HttpResponse:
    return client.get(reverse("desk_file", args=[case[1].pk, case[2].pk]) + query)  # type: ignore[return-value]


def body(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_desk_reads_the_copy_and_is_told_so(case, signed_in) -> None:
    client = signed_in(case[0].unit_admin)
    for query in ("", "?download"):
        with pikepdf.open(io.BytesIO(body(of(client, case, query)))) as copy:
            assert "/OpenAction" not in copy.Root
    shown = client.get(reverse("desk_case", args=[case[1].pk]), {"file": case[2].pk})
    links = {link.get_text(): link["href"] for link in BeautifulSoup(shown.content, "html.parser").select("#viewer a")}
    assert "打开副本" in links and "打开原文件" not in links
    assert links["取原件"].endswith("?unchanged")


def test_picture_that_is_still_being_made_is_asked_for_again_without_scripts(case, signed_in) -> None:
    """The script asks by itself; without one a link opens the same page once more."""
    client = signed_in(case[0].unit_admin)
    address = f"{reverse('desk_case', args=[case[1].pk])}?file={case[2].pk}"
    page = BeautifulSoup(client.get(address).content, "html.parser")
    assert page.select("img.preview")
    (again,) = page.select("#viewer noscript a")
    assert again["href"] == address and client.get(again["href"]).status_code == 200


def test_original_is_given_out_on_asking_after_a_warning_as_a_download_and_noted(case, signed_in) -> None:
    client = signed_in(case[0].unit_admin)
    with written_log() as log:
        page = BeautifulSoup(of(client, case, "?unchanged").content, "html.parser")
    assert "脚本" in page.get_text() and "file.original" not in log.getvalue()
    (address,) = [link["href"] for link in page.select("a") if link.get_text(strip=True) == "下载原件"]
    with written_log() as log:
        sent = client.get(address)
    assert body(sent) == ORIGINAL
    assert sent["Content-Type"] == "application/octet-stream"
    assert sent["Content-Disposition"].startswith("attachment")
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Security-Policy"].startswith("sandbox")
    assert "file.original" in log.getvalue() and f"file={case[2].pk}" in log.getvalue()


def test_page_before_an_original_leads_back_to_where_the_file_is_shown(case, signed_in) -> None:
    client = signed_in(case[0].unit_admin)
    page = BeautifulSoup(of(client, case, "?unchanged").content, "html.parser")
    back = f"{reverse('desk_case', args=[case[1].pk])}?file={case[2].pk}"
    assert [link["href"] for link in page.select(".breadcrumbs a")] == [back] and client.get(back).status_code == 200
    (button,) = [link for link in page.select("main a") if link.get_text(strip=True) == "不取了，返回"]
    assert button["href"] == back


@pytest.mark.parametrize("name", STANDS_ON)
def test_every_file_has_a_page_it_stands_on(name: str) -> None:
    patterns = get_resolver().reverse_dict.getlist(name)
    ((_path, given),) = patterns[0][0]
    match = resolve(reverse(name, kwargs={key: "t1" if key == "which" else 1 for key in given}))
    assert page_with(STANDS_ON[name][0], match) != "/"


def test_every_address_that_gives_a_file_is_known_to_stand_on_a_page() -> None:
    assert set(_that_give_a_file(get_resolver())) == set(STANDS_ON)


def _that_give_a_file(resolver: URLResolver) -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _that_give_a_file(one)
        elif one.name and re.search(r"\b(file_answer|give_file)\(", inspect.getsource(inspect.unwrap(one.callback))):
            yield one.name


def test_original_of_another_countys_case_is_not_there(case, signed_in) -> None:
    assert of(signed_in(case[0].other_admin), case, "?unchanged=yes").status_code == 404


def test_file_without_a_copy_has_no_second_original(case, signed_in) -> None:
    with triggers.lifted(connection, "evidence_evidencefile"):
        EvidenceFile.objects.update(safe_sha256=None)
    client = signed_in(case[0].unit_admin)
    sent = of(client, case, "?unchanged=yes")
    assert (sent["Content-Type"], body(sent)) == ("application/pdf", ORIGINAL)
    assert "取原件" not in client.get(reverse("desk_case", args=[case[1].pk]), {"file": case[2].pk}).content.decode()
