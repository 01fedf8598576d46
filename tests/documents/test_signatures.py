"""The signature of a receipt: it holds for the file as it left the house, and for no other; keys and certificates come and go."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.documents import examples
from tests.documents.reading import whole_text
from zhicheng.documents import checks
from zhicheng.documents.rendering import render_pdf
from zhicheng.documents.signatures import SignedPdf, certificates, sign_pdf, signature_holds, signer
from zhicheng.foundation import clock

AT = datetime(2023, 10, 9, 5, tzinfo=UTC)
OPENSSL = (
    "openssl ecparam -name prime256v1 -genkey -noout -out {0}.pem",
    "openssl req -x509 -new -key {0}.pem -sha256 -days 1095 -subj /C=CN/CN={0} "
    "-addext keyUsage=critical,digitalSignature,nonRepudiation -utf8 -out {0}-certificate.pem",
)


def _receipt() -> bytes:
    return render_pdf(examples.receipt(), marks=examples.marks(serial="HZ2023-000001", signed=True))


def _signed(at: datetime = AT) -> SignedPdf:
    by = signer()
    assert by is not None
    return sign_pdf(_receipt(), at=at, by=by)


def _made_by_operator(folder: Path, name: str) -> tuple[str, str]:
    """Key and certificate, as docs/operations.md has them made; valid from this machine's day on."""
    for command in OPENSSL:
        subprocess.run(command.format(name).split(), cwd=folder, check=True, capture_output=True)
    return str(folder / f"{name}.pem"), (folder / f"{name}-certificate.pem").read_text()


def test_signature_holds_over_the_whole_file_and_names_its_certificate() -> None:
    made = _signed()
    assert signature_holds(made.pdf, at=AT)
    assert [each.fingerprint(each.signature_hash_algorithm).hex() for each in certificates()] == [made.certificate_sha256]  # type: ignore[arg-type]
    (signature,) = PdfFileReader(BytesIO(made.pdf)).embedded_signatures
    assert signature.sig_object["/M"].startswith("D:20231009"), "our clock's time, not the machine's"
    assert "2026" not in str(PdfFileReader(BytesIO(made.pdf)).trailer["/Info"])


def test_signature_does_not_hold_once_anything_was_changed_or_appended() -> None:
    made = _signed()
    changed = bytearray(made.pdf)
    changed[2000] ^= 1
    writer = IncrementalPdfFileWriter(BytesIO(made.pdf))
    writer.root["/Lang"] = generic.TextStringObject("en")
    writer.update_root()
    appended = BytesIO()
    writer.write(appended)
    assert appended.getvalue().startswith(made.pdf)
    assert not signature_holds(appended.getvalue(), at=AT)
    assert not signature_holds(bytes(changed), at=AT)
    assert not signature_holds(_receipt(), at=AT), "no signature at all"


def test_receipt_says_in_print_whether_it_is_signed() -> None:
    assert "已签名" in whole_text(_receipt()) and "不是电子印章" in whole_text(_receipt())
    unsigned = whole_text(render_pdf(examples.receipt(), marks=examples.marks(signed=False)))
    assert "未签名" in unsigned and "已签名" not in unsigned


def test_key_made_as_operations_says_signs_and_is_replaced(settings: Any, tmp_path: Path) -> None:
    now = clock.machine_now()  # openssl asks no other
    key, certificate = _made_by_operator(tmp_path, "first")
    settings.PAPER_SIGNING_KEY, settings.PAPER_CERTIFICATES = key, certificate
    first = _signed(now)
    key, newer = _made_by_operator(tmp_path, "second")
    settings.PAPER_SIGNING_KEY, settings.PAPER_CERTIFICATES = key, newer + certificate
    second = _signed(now)
    assert first.certificate_sha256 != second.certificate_sha256
    assert signature_holds(first.pdf, at=now) and signature_holds(second.pdf, at=now)
    settings.PAPER_CERTIFICATES = newer
    assert not signature_holds(first.pdf, at=now), "its certificate was taken out"
    assert checks.check_signer(None) == []


def test_what_cannot_sign_is_named_before_the_start(settings: Any, tmp_path: Path) -> None:
    key, certificate = _made_by_operator(tmp_path, "first")
    _other, others = _made_by_operator(tmp_path, "second")
    rsa = tmp_path / "rsa.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(rsa), "2048"], check=True, capture_output=True)
    none = tmp_path / "none.pem"
    none.write_text("-----BEGIN nothing")
    wrong = {
        (str(none), certificate): ("is no key", "zhicheng.E102"),
        (str(rsa), certificate): ("EC key on P-256", "zhicheng.E102"),
        (key, others): ("no certificate of the key", "zhicheng.E102"),
        (key, "/nowhere.pem"): ("cannot be read as certificates", "zhicheng.E102"),
        ("/nowhere.pem", certificate): ("cannot be read", "zhicheng.W103"),  # perhaps the worker can
    }
    for (settings.PAPER_SIGNING_KEY, settings.PAPER_CERTIFICATES), (words, number) in wrong.items():
        with pytest.raises(ImproperlyConfigured, match=words):
            signer()
        (found,) = checks.check_signer(None)
        assert (found.id, found.is_serious()) == (number, number.startswith("zhicheng.E"))


def test_instance_without_a_certificate_signs_nothing_and_tells_its_operator(settings: Any) -> None:
    settings.MODE = "production"
    assert (signer(), certificates()) == (None, [])
    (found,) = checks.check_signer(None)
    assert (found.id, found.is_serious()) == ("zhicheng.W102", False)


def no_signer() -> None:
    """A signer of an office that has nothing to sign with today."""


def test_office_names_a_signer_of_its_own(settings: Any) -> None:
    settings.PAPER_SIGNER = f"{__name__}.no_signer"
    assert signer() is None
    settings.PAPER_SIGNER = "nowhere.signer"
    (found,) = checks.check_signer(None)
    assert found.id == "zhicheng.E102"
