"""``docs/security/keys.md`` names every secret of the settings, and every library that encrypts, hashes or signs."""

from __future__ import annotations

import ast
import re

from tests.support.sources import ROOT, Call, calling, only_in, python

PAGE = (ROOT / "docs" / "security" / "keys.md").read_text(encoding="utf-8")
SECRET = re.compile(r"KEY|SECRET|PASSWORD|TOKEN|CREDENTIAL")
# Their names do not say that a secret stands within.
WITH_A_SECRET_WITHIN = {"ZHICHENG_DATABASE_URL", "ZHICHENG_MAIL_URL", "ZHICHENG_ALERT_WEBHOOK"}
CRYPTOGRAPHY = {
    "cryptography",
    "hashlib",
    "hmac",
    "secrets",
    "argon2",
    "rfc3161_client",
    "ssl",
    "nacl",
    "Crypto",
    "jwt",
    "jose",
    "gmssl",
    "uuid",
    "random",
}
# uuid4 names things that are no secret; what must not be guessed comes from secrets (ASVS 11.5.1).
LISTED = {"cryptography", "hashlib", "hmac", "secrets", "rfc3161_client", "uuid", "random"}


def test_every_secret_of_the_settings_is_in_the_inventory() -> None:
    described = set(re.findall(r"^#? ?(ZHICHENG_[A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    secret = {name for name in described if SECRET.search(name)} | WITH_A_SECRET_WITHIN
    listed = set(re.findall(r"^\| [^|]+ \| `(ZHICHENG_[A-Z_]+)`", PAGE, re.MULTILINE))
    assert listed == secret and secret <= described


def test_every_library_that_does_cryptography_is_known() -> None:
    used = {name.partition(".")[0] for source in python() for name in source.imports} & CRYPTOGRAPHY
    assert used == LISTED, "put it into docs/security/keys.md, with its algorithm and where its id stands"


def test_no_weak_algorithm_is_asked_for() -> None:
    """MD5, SHA-1, DES, RC4, ECB, PKCS#1 v1.5; the tests' fast password hasher is set where MODE is test, and nowhere else."""
    weak = re.compile(r"\b(?:md5|sha1|MD5|SHA1|DES3?|ARC4|RC4|ECB|PKCS1v15|TripleDES)\b")
    found = [
        f"{source.name}:{number}"
        for source in python()
        for number, line in enumerate(source.text.splitlines(), 1)
        if weak.search(line.partition("#")[0])
    ]
    assert not found


def test_what_must_not_be_guessed_is_long_enough() -> None:
    """``secrets.token_…`` with fewer than 16 bytes names something; it never opens anything."""
    names_only = {
        "web/shared/recording.py": "a request",
        "web/applicant/section_forms.py": "a row",
        "applications/actions/draft.py": "a row",
        "applications/from_library.py": "a row",
    }

    def short(call: Call) -> bool:
        given = call.node.args
        size = given[0].value if given and isinstance(given[0], ast.Constant) else 16
        return call.what.startswith("secrets.token_") and isinstance(size, int) and size < 16

    only_in(names_only, calling(short), python(), "at least 16 bytes, or say what it names")
