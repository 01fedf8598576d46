"""The signature of a receipt: it holds for the file as it left the house, and for no other; keys and certificates come and go."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.documents import examples
from tests.documents.reading import whole_text
from zhicheng.documents import checks
from zhicheng.documents.rendering import render_pdf
from zhicheng.documents.signatures import NotValidNow, SignedPdf, certificates, sign_pdf, signature_holds, signer, signing_pair
from zhicheng.foundation import clock
from zhicheng.foundation.signing import private_pem

AT = datetime(2023, 10, 9, 5, tzinfo=UTC)
STARTS, ENDS, SECOND = datetime(2020, 11, 1, tzinfo=UTC), datetime(2023, 10, 31, 23, 59, 59, tzinfo=UTC), timedelta(seconds=1)
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
    assert f"D:{clock.machine_now().year}" not in str(PdfFileReader(BytesIO(made.pdf)).trailer["/Info"])


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
    key, certificate = _made_by_operator(tmp_path, "first")
    settings.PAPER_SIGNING_KEY, settings.PAPER_CERTIFICATES = key, certificate
    now = clock.machine_now()  # openssl asks no other
    first = _signed(now)
    key, newer = _made_by_operator(tmp_path, "second")
    settings.PAPER_SIGNING_KEY, settings.PAPER_CERTIFICATES = key, newer + certificate
    second = _signed(clock.machine_now())
    assert first.certificate_sha256 != second.certificate_sha256
    assert signature_holds(first.pdf, at=now) and signature_holds(second.pdf, at=clock.machine_now())
    settings.PAPER_CERTIFICATES = newer
    assert not signature_holds(first.pdf, at=now), "its certificate was taken out"
    assert checks.check_signer(None) == []


def _certified(name: str, key: EllipticCurvePrivateKey, by: tuple[str, EllipticCurvePrivateKey]) -> str:
    """A certificate for ``STARTS`` to ``ENDS``, as PEM; an authority's own where it is by itself."""
    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, by[0]))
    usage = x509.KeyUsage(True, True, False, False, False, name == by[0], False, False, False)
    made = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), STARTS, ENDS)
        .add_extension(x509.BasicConstraints(ca=name == by[0], path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(by[1], SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def _by_authority(settings: Any) -> tuple[str, str]:
    """The certificate of a key that signs now, and that of the authority behind it; both in the settings, as operations has it."""
    key, authority = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    own = _certified("office", key, ("authority", authority))
    above = _certified("authority", authority, ("authority", authority))
    settings.PAPER_SIGNING_KEY, settings.PAPER_CERTIFICATES = private_pem(key).decode(), own + above
    return own, above


def test_certificate_of_an_authority_that_was_taken_out_is_believed_no_more(settings: Any) -> None:
    own, above = _by_authority(settings)
    with clock.travel(AT):
        made = _signed()
        assert signature_holds(made.pdf, at=AT)
        by = signer()
        settings.PAPER_CERTIFICATES = above
        assert not signature_holds(made.pdf, at=AT), "compromised: its authority stands there still"
        with pytest.raises(ImproperlyConfigured, match="must stand in"):
            sign_pdf(_receipt(), at=AT, by=by)  # type: ignore[arg-type]
        settings.PAPER_CERTIFICATES = own
        assert signature_holds(made.pdf, at=AT)


def test_certificate_signs_and_is_believed_from_its_first_second_to_its_last(settings: Any) -> None:
    _by_authority(settings)
    with clock.travel(AT):
        by = signer()
        assert by is not None
    for at in (STARTS, ENDS):
        with clock.travel(at):
            made = _signed(at)
        assert signature_holds(made.pdf, at=at)
        assert not signature_holds(made.pdf, at=STARTS - SECOND) and not signature_holds(made.pdf, at=ENDS + SECOND)
    for at in (STARTS - SECOND, ENDS + SECOND):
        with clock.travel(at), pytest.raises(NotValidNow, match="2020-11-01"):
            signer()
        with pytest.raises(ImproperlyConfigured, match="be valid now"):
            sign_pdf(_receipt(), at=at, by=by)


def test_end_of_a_certificate_is_told_sixty_days_before_and_stops_no_service(settings: Any) -> None:
    _by_authority(settings)
    for at, words in (
        (STARTS - SECOND, "现在无效"),
        (STARTS, ""),
        (ENDS - checks.TOLD_BEFORE - SECOND, ""),
        (ENDS - checks.TOLD_BEFORE, "将于 2023-11-01 07:59 到期"),
        (ENDS, "将于"),
        (ENDS + SECOND, "现在无效"),
    ):
        with clock.travel(at):
            found = checks.check_signer(None)
            assert [(each.id, each.is_serious(), words in each.msg) for each in found] == [("zhicheng.W104", False, True)][
                : bool(words)
            ]
    settings.MODE, settings.PAPER_SIGNING_KEY = "production", ""  # a process that has no key looks at the first certificate
    with clock.travel(ENDS):
        assert [each.id for each in checks.check_signer(None)] == ["zhicheng.W104"]


def test_renewed_certificate_of_the_same_key_takes_the_place_of_the_one_that_ended(settings: Any, tmp_path: Path) -> None:
    own, above = _by_authority(settings)
    key_file = tmp_path / "office.pem"
    key_file.write_text(settings.PAPER_SIGNING_KEY)
    command = f"openssl req -x509 -new -key {key_file} -sha256 -days 9 -subj /CN=renewed -out {tmp_path}/renewed.pem"
    subprocess.run(command.split(), check=True, capture_output=True)
    settings.PAPER_CERTIFICATES = own + above + (tmp_path / "renewed.pem").read_text()
    pair = signing_pair()
    assert pair is not None and pair[1].subject.rfc4514_string() == "CN=renewed"


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
    assert checks.check_signer(None) == []
    settings.PAPER_SIGNER = "nowhere.signer"
    (found,) = checks.check_signer(None)
    assert found.id == "zhicheng.E102"


def test_signer_of_an_office_without_certificates_is_named_before_the_start(settings: Any) -> None:
    settings.MODE, settings.PAPER_SIGNER = "production", f"{__name__}.no_signer"
    (found,) = checks.check_signer(None)
    assert (found.id, "ZHICHENG_PAPER_CERTIFICATES holds none" in found.msg) == ("zhicheng.E102", True)
