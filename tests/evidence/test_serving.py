"""What a browser gets: our type, nothing it may run, the right bytes."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.evidence import files
from tests.support.uploads import keep_file
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.serving import _wanted_span, file_response, preview_response
from zhicheng.foundation import blobs, triggers

pytestmark = pytest.mark.django_db

CONTENT = files.pdf(3)
SIZE = len(CONTENT)


@pytest.fixture
def kept(person: Any) -> EvidenceFile:
    return keep_file(upload=ContentFile(CONTENT, name="学历 证书(1).pdf"), actor_id=person.pk)


def body(response: HttpResponseBase) -> bytes:
    content = b"".join(response) if isinstance(response, StreamingHttpResponse) else response.content  # type: ignore[attr-defined]
    response.close()
    return content


def ask(kept: EvidenceFile, **headers: str) -> HttpResponseBase:
    return file_response(kept, request=RequestFactory().get("/", headers=headers))  # type: ignore[arg-type]


def test_whole_file_is_served_with_safe_headers(kept: EvidenceFile) -> None:
    response = file_response(kept)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["ETag"] == f'"{kept.sha256}"'
    assert response.headers["Content-Length"] == str(SIZE)
    assert response.headers["Accept-Ranges"] == "bytes"
    assert body(response) == CONTENT


def test_safe_copy_is_what_is_served_where_there_is_one(kept: EvidenceFile) -> None:
    copy = files.pdf(2)
    with triggers.lifted(connection, "evidence_evidencefile"):
        EvidenceFile.objects.filter(pk=kept.pk).update(safe_sha256=blobs.store(copy).sha256)
    kept.refresh_from_db()
    response = ask(kept, **{"If-None-Match": f'"{kept.sha256}"'})
    assert (response.status_code, body(response)) == (200, copy)
    assert response.headers["Content-Length"] == str(len(copy))
    assert response.headers["ETag"] == f'"{kept.safe_sha256}"'
    assert body(ask(kept, Range="bytes=5-20")) == copy[5:21]


def test_picture_is_served_in_a_sandbox(person: Any) -> None:
    picture = keep_file(upload=ContentFile(files.polyglot_png_pdf(), name="证书.html"), actor_id=person.pk)
    response = file_response(picture)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    response.close()


def test_name_travels_by_rfc_5987(kept: EvidenceFile) -> None:
    shown, downloaded = file_response(kept), file_response(kept, as_download=True)
    name = "filename*=utf-8''%E5%AD%A6%E5%8E%86%20%E8%AF%81%E4%B9%A6%281%29.pdf"
    assert shown.headers["Content-Disposition"] == f"inline; {name}"
    assert downloaded.headers["Content-Disposition"] == f"attachment; {name}"
    shown.close()
    downloaded.close()


def test_name_that_carries_a_header_is_harmless(kept: EvidenceFile) -> None:
    kept.name = 'a"; filename=b\r\nSet-Cookie: x=1'
    response = file_response(kept)
    assert "\r" not in response.headers["Content-Disposition"]
    assert not response.cookies
    response.close()


def test_row_with_a_type_we_do_not_keep_is_served_as_bytes(kept: EvidenceFile) -> None:
    kept.media_type = "text/html"
    response = file_response(kept)
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    response.close()


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        ("bytes=-99999999", 0, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=5-99999999", 5, SIZE - 1),
    ],
)
def test_single_range_is_served(asked: str, first: int, last: int, kept: EvidenceFile) -> None:
    response = ask(kept, Range=asked)
    assert response.status_code == 206
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response.headers["Content-Length"] == str(last - first + 1)
    assert body(response) == CONTENT[first : last + 1]


@pytest.mark.parametrize(
    "asked",
    [
        *("bytes=0-1,5-6", "bytes=5-2", "bytes=-", "bytes=", "items=0-5", "bytes=a-b", "bytes=٠-٥", "", "bytes=0-1" * 1000),
        *(f"bytes={'9' * 5000}-", f"bytes=-{'9' * 5000}", f"bytes=0-{'9' * 5000}"),
    ],
    ids=lambda asked: asked[:20],
)
def test_range_that_means_nothing_here_gets_the_whole_file(asked: str, kept: EvidenceFile) -> None:
    response = ask(kept, Range=asked)
    assert response.status_code == 200
    assert "Content-Range" not in response.headers
    assert body(response) == CONTENT


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999999-", "bytes=-0"])
def test_range_outside_the_file_is_answered_with_its_size(asked: str, kept: EvidenceFile) -> None:
    response = ask(kept, Range=asked)
    assert (response.status_code, response.headers["Content-Range"]) == (416, f"bytes */{SIZE}")
    assert body(response) == b""


def test_range_of_another_file_gets_the_whole_of_this_one(kept: EvidenceFile) -> None:
    stale = ask(kept, Range="bytes=0-9", If_Range='"another"')
    fresh = ask(kept, Range="bytes=0-9", If_Range=f'"{kept.sha256}"')
    assert (stale.status_code, fresh.status_code) == (200, 206)
    assert body(stale) == CONTENT
    assert body(fresh) == CONTENT[:10]


@pytest.mark.parametrize("header", ['"{}"', 'W/"{}"', '"x", "{}"', "*"])
def test_file_the_browser_has_is_not_sent_again(header: str, kept: EvidenceFile) -> None:
    response = ask(kept, If_None_Match=header.format(kept.sha256))
    assert (response.status_code, body(response)) == (304, b"")
    assert response.headers["ETag"] == f'"{kept.sha256}"'


def test_other_etag_gets_the_file(kept: EvidenceFile) -> None:
    assert body(ask(kept, If_None_Match='"another"')) == CONTENT


def bytes_read() -> int:
    """What this process has read so far, from whatever file (Linux)."""
    return int(Path("/proc/self/io").read_text("ascii").split()[1])


def test_parts_of_a_file_are_read_without_reading_all_of_it_each_time(person: Any) -> None:
    drawn = io.BytesIO()
    Image.frombytes("RGB", (900, 900), os.urandom(3 * 900 * 900)).save(drawn, "PNG")  # noise: nothing packs it
    kept = keep_file(upload=ContentFile(drawn.getvalue(), name="照片.png"), actor_id=person.pk)
    with blobs.open_blob(kept.served_sha256) as stored:
        content = stored.read()
    assert body(ask(kept, Range="bytes=0-9")) == content[:10]
    before = bytes_read()
    assert [body(ask(kept, Range=f"bytes={n}-{n + 9}")) for n in range(100, 130)] == [
        content[n : n + 10] for n in range(100, 130)
    ]
    assert bytes_read() - before < len(content)


def test_file_that_is_changed_between_two_parts_is_given_to_nobody(kept: EvidenceFile) -> None:
    """Also when the time of its content is set back."""
    body(ask(kept, Range="bytes=0-9"))
    with blobs.open_blob(kept.sha256) as stored:
        path = Path(stored.name)
    was = path.stat()
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(SIZE - 1)
        file.write(b"X")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    with pytest.raises(blobs.BlobMissing):
        ask(kept, Range="bytes=0-9")


def test_response_that_is_never_read_closes_the_file(kept: EvidenceFile) -> None:
    """A HEAD request, a browser that hung up: an open file would be a warning, and here warnings are errors."""
    response = file_response(kept)
    response.close()
    with pytest.raises(ValueError, match="closed file"):
        body(response)


def test_missing_content_is_said_to_the_caller(kept: EvidenceFile) -> None:
    kept.sha256 = "0" * 64
    with pytest.raises(blobs.BlobMissing):
        file_response(kept)


def test_preview_is_a_png_with_safe_headers(kept: EvidenceFile) -> None:
    response = preview_response(kept, page=1, width=160)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.content.startswith(b"\x89PNG")


@given(st.one_of(st.text(max_size=40), st.from_regex(r"bytes=\d{0,6}-\d{0,6}", fullmatch=True)), st.integers(1, 5000))
def test_any_range_is_answered_within_the_file(header: str, size: int) -> None:
    span = _wanted_span({"Range": header}, size, '"e"')
    if isinstance(span, tuple):
        assert 0 <= span[0] <= span[1] < size
    else:
        assert span in {None, "unsatisfiable"}
