"""The signed heads: made daily, gone from the database, and what people who hold them find without it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from tests.support.verified import violated
from tests.support.world import person
from zhicheng.accounts.models import AccountKind
from zhicheng.foundation import checkpoints, clock, leaving, ledger, merkle, outbox, proofs, readiness, signing, stamps, triggers
from zhicheng.foundation.models import LedgerCheckpoint, LedgerEntry, LedgerHead, LedgerSubtree, OutboxMessage

pytestmark = pytest.mark.django_db

DAY = datetime(2023, 5, 22, 10, 0, tzinfo=clock.BEIJING)


def write(count: int, **data: Any) -> None:
    with transaction.atomic():
        for n in range(count):
            ledger.record(event="test.happened", subject=f"thing:{n}", actor="user:5", data={"n": n, **data})


@pytest.fixture
def heads(settings: Any, tmp_path: Path) -> Path:
    """The folder outside that heads are written into."""
    settings.LEDGER_HEADS_DIR = str(tmp_path / "heads")
    return tmp_path / "heads"


def let_out(day: datetime = DAY) -> None:
    with clock.travel(day):
        assert leaving.sign_daily()
        outbox.drain(100)


def key_file(tmp_path: Path) -> str:
    path = tmp_path / "public.pem"
    path.write_text(signing.public_pem())
    return str(path)


def said(*words: str) -> str:
    call_command("ledger", *words, stdout=(out := StringIO()))
    return out.getvalue()


def complaint(*words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        call_command("ledger", *words, stdout=StringIO(), stderr=(err := StringIO()))
    assert ended.value.code == 1
    return err.getvalue()


# --- Made and gone ----------------------------------------------------------------------------------------------------


def test_head_is_signed_once_a_day_and_leaves_by_file_and_mail(heads: Path, settings: Any, tmp_path: Path) -> None:
    settings.LEDGER_WITNESSES = ["witness@example.cn"]
    person(AccountKind.OPERATOR, "operator")
    write(5)
    let_out()
    with clock.travel(DAY):
        assert not leaving.sign_daily()
    with clock.travel(DAY - timedelta(hours=2)):  # a clock that was put back within the day
        assert not leaving.sign_daily()
    document = json.loads((heads / "ledger-head-2023-05-22.json").read_text())
    assert document["statement"]["count"] == 5 and document["statement"]["head"] == LedgerEntry.objects.get(number=5).hash
    key = proofs.public_key_of(signing.public_pem().encode())
    assert proofs.faults_of_head(document, key=key) == []
    assert {m.to[0] for m in mail.outbox} == {"witness@example.cn", "operator@example.cn"}
    assert document["statement"]["root"] in mail.outbox[0].body
    assert "校验点完好：共 5 条" in said("check-proof", str(heads / "ledger-head-2023-05-22.json"), "--key", key_file(tmp_path))
    assert not violated("foundation.checkpoints")


def test_nothing_is_signed_before_anything_was_written() -> None:
    with clock.travel(DAY):
        assert not leaving.sign_daily()
    assert "台账还没有任何记录" in complaint("checkpoint")


def test_next_day_continues_the_day_before(heads: Path) -> None:
    write(5)
    let_out()
    write(3)
    let_out(DAY + timedelta(days=1))
    let_out(DAY + timedelta(days=2))  # nothing happened meanwhile: the head is signed all the same
    for day, count in ((22, 5), (23, 8), (24, 8)):
        path = heads / f"ledger-head-2023-05-{day}.json"
        document = json.loads(path.read_text())
        assert document["statement"]["count"] == count
        assert proofs.faults_of_head(document) == []
        assert "完全一致" in said("compare", str(path))
        assert "完全一致" in said("compare", f"{count}:{document['statement']['root']}")


def test_tree_is_kept_and_a_day_reads_the_days_entries(django_assert_max_num_queries: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(checkpoints, "LEVEL", 2)
    monkeypatch.setattr(checkpoints, "SIZE", 4)
    write(29)
    let_out()
    leaves = [checkpoints.leaf_of(entry) for entry in LedgerEntry.objects.order_by("number")]
    head = checkpoints.last_checkpoint()
    assert head is not None and head.root == merkle.root_of(leaves[: head.number]).hex()
    assert LedgerSubtree.objects.count() == 7 + 3 + 1  # of 4, of 8 and of 16 leaves
    assert checkpoints.grow() == 0
    write(8)
    let_out(DAY + timedelta(days=1))
    for number in range(1, 38):
        document = checkpoints.proof_of(number)
        assert proofs.faults_of_proof(document) == []
    with django_assert_max_num_queries(18):
        checkpoints.proof_of(20)
    assert not violated("foundation.checkpoints")


@pytest.mark.parametrize("make", [ed25519.Ed25519PrivateKey.generate, lambda: ec.generate_private_key(ec.SECP256R1())])
def test_key_of_either_kind_signs(make: Callable[[], Any], settings: Any, heads: Path, tmp_path: Path) -> None:
    pem = make().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    settings.LEDGER_SIGNING_KEY = pem.decode()
    write(2)
    let_out()
    document = json.loads(next(heads.iterdir()).read_text())
    assert document["signature"]["algorithm"] in {"ed25519", "ecdsa-p256-sha256"}
    assert proofs.faults_of_head(document, key=proofs.public_key_of(said("key").encode())) == []
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    assert proofs.faults_of_head(document, key=other) == ["other_key"]
    document["statement"]["count"] = 3
    assert "signature" in proofs.faults_of_head(document)


def test_key_that_is_none_is_refused_and_none_at_all_leaves_the_head_unsigned(settings: Any, heads: Path) -> None:
    settings.LEDGER_SIGNING_KEY = "/nowhere/key.pem"
    write(1)
    with pytest.raises(ImproperlyConfigured, match="ZHICHENG_LEDGER_SIGNING_KEY"), clock.travel(DAY):
        leaving.sign_daily()
    settings.LEDGER_SIGNING_KEY, settings.MODE = "", "production"
    let_out()
    path = next(heads.iterdir())
    assert "校验点没有签名" in complaint("check-proof", str(path))
    assert "ZHICHENG_LEDGER_SIGNING_KEY" in complaint("key")
    assert "完全一致" in said("compare", str(path))


def test_database_keeps_a_head_as_it_was() -> None:
    write(1)
    let_out()
    for change in (
        lambda: LedgerCheckpoint.objects.update(root="0" * 64),
        lambda: LedgerCheckpoint.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="checkpoint of the ledger"), transaction.atomic():
            change()


# --- Put ahead by somebody who has the database and not the key ---------------------------------------------------------


def put_ahead(settings: Any, *days: int) -> None:
    """Heads of the days to come, each with the right count and root, signed by nobody, and without the message that lets them out."""
    settings.MODE = "production"  # where no key is made by itself
    for n in days:
        with clock.travel(DAY + timedelta(days=n)):
            assert checkpoints.make_checkpoint() is None, "a process without the key leaves it to the one that has it"
            assert checkpoints._sign() is not None
    settings.MODE = "test"
    for n in days:
        OutboxMessage.objects.filter(kind=checkpoints.LEAVES, key__startswith=f"head:{clock_day(n)}:").delete()


def clock_day(n: int) -> str:
    return (DAY + timedelta(days=n)).date().isoformat()


def test_head_put_ahead_without_the_key_is_named_and_keeps_no_day(settings: Any, heads: Path) -> None:
    write(3)
    let_out()
    put_ahead(settings, 1, 2)
    assert violated("foundation.checkpoints", "foundation.checkpoints_kept") == {
        (name, f"checkpoint:{clock_day(n)}") for name in ("foundation.checkpoints", "foundation.checkpoints_kept") for n in (1, 2)
    }
    let_out(DAY + timedelta(days=1))
    own = LedgerCheckpoint.objects.get(day=clock_day(1), key_id=signing.own_key_id())
    assert (heads / f"ledger-head-{clock_day(1)}-{own.pk}.json").exists()


def test_head_that_is_missing_for_two_days_is_an_alarm(settings: Any) -> None:
    write(3)
    let_out()
    put_ahead(settings, 1, 2, 3)
    for days, mode, level in [
        (1, "production", "ok"),
        (2, "production", "bad"),
        (2, "rehearsal", "warn"),
        (-2, "production", "bad"),
    ]:
        settings.MODE = mode
        with clock.travel(DAY + timedelta(days=days)):
            assert level_of("head") == level


def test_key_that_cannot_be_read_is_named(settings: Any) -> None:
    write(1)
    let_out()
    settings.LEDGER_SIGNING_KEY = "/nowhere/key.pem"
    assert violated("foundation.checkpoints") == {("foundation.checkpoints", "checkpoints")}


def test_heads_of_keys_that_took_turns_are_nobodys_fault(settings: Any, tmp_path: Path) -> None:
    write(1)
    let_out()
    other = tmp_path / "other.pem"
    key = ed25519.Ed25519PrivateKey.generate()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    other.write_bytes(key.private_bytes(*form))
    settings.LEDGER_SIGNING_KEY = str(other)
    let_out()
    let_out(DAY + timedelta(days=1))
    settings.LEDGER_SIGNING_KEY = ""
    let_out(DAY + timedelta(days=2))
    assert LedgerCheckpoint.objects.values("key_id").distinct().count() == 2
    assert not violated("foundation.checkpoints", "foundation.checkpoints_kept")


def level_of(name: str) -> str:
    return {check.name: check.level for check in readiness.conditions()}[name]


def test_head_under_another_day_is_named() -> None:
    write(1)
    let_out()
    with triggers.lifted(connection, "foundation_ledgercheckpoint"):
        LedgerCheckpoint.objects.update(day=clock_day(5))
    assert ("foundation.checkpoints", f"checkpoint:{clock_day(5)}") in violated("foundation.checkpoints")


# --- What is found with nothing but a head noted elsewhere -------------------------------------------------------------


def _rewrite(entries: list[LedgerEntry]) -> None:
    """Write the whole ledger anew, with hashes and tree that fit: everything somebody can do who owns the database."""
    LedgerEntry.objects.all().delete()
    previous = ledger.GENESIS
    for number, entry in enumerate(entries, start=1):
        entry.pk, entry.number, entry.previous_hash = None, number, previous
        entry._state.adding = True
        entry.hash = previous = ledger.entry_hash(entry)
        entry.save()
    LedgerHead.objects.update(number=len(entries), hash=previous)
    LedgerSubtree.objects.all().delete()
    LedgerCheckpoint.objects.all().delete()
    assert ledger.verify().ok


def _cut_tail(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    return entries[:-3]


def _change_one(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    entries[3].data = {"n": "forged"}
    return entries


def _swap_two(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    entries[2], entries[6] = entries[6], entries[2]
    return entries


def _new_salt(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    entries[1].salt = "00" * 16
    return entries


@pytest.mark.parametrize(
    ("forge", "sentence"),
    [
        (_cut_tail, "被截去过"),
        (_change_one, "第 10 条记录与校验点记下的不同"),
        (_swap_two, "第 1 至 10 条中有记录与记下时不同"),
        (_new_salt, "第 1 至 10 条中有记录与记下时不同"),
    ],
)
def test_whoever_holds_a_head_finds_what_was_rewritten_whole(
    forge: Callable[[list[LedgerEntry]], list[LedgerEntry]], sentence: str, heads: Path
) -> None:
    write(10)
    let_out()
    path = next(heads.iterdir())
    root = json.loads(path.read_text())["statement"]["root"]
    triggers.take_off(connection)
    _rewrite(forge(list(LedgerEntry.objects.order_by("number"))))
    assert sentence in complaint("compare", str(path))
    assert complaint("compare", f"10:{root}")
    # And without the database: the next head cannot be shown to continue the one that is held.
    write(4)
    forged_next = _forged_head(before=json.loads(path.read_text()))
    assert "consistency" in proofs.faults_of_head(forged_next)


def _forged_head(*, before: dict[str, Any]) -> dict[str, Any]:
    """What the forger\'s own key would sign as the continuation of a head that is held elsewhere."""
    with clock.travel(DAY + timedelta(days=1)):
        checkpoints.make_checkpoint()
    document = checkpoints.document_of(LedgerCheckpoint.objects.get())
    statement = document["statement"]
    statement["previous"] = {key: before["statement"][key] for key in ("count", "root")}
    count = min(statement["previous"]["count"], statement["count"])
    document["consistency"] = [step.hex() for step in merkle.consistency_path(count, statement["count"], checkpoints.tree_hash)]
    signed = signing.sign(ledger.canonical_json(statement))
    document["signature"] = {"algorithm": signed.algorithm, "key_id": signed.key_id, "value": signed.value}
    return document


def test_verification_of_everything_finds_a_kept_tree_that_was_changed(monkeypatch: Any) -> None:
    monkeypatch.setattr(checkpoints, "LEVEL", 2)
    monkeypatch.setattr(checkpoints, "SIZE", 4)
    write(9)
    let_out()
    triggers.take_off(connection)
    LedgerSubtree.objects.filter(level=3).update(hash="0" * 64)
    assert violated("foundation.checkpoints") == {("foundation.checkpoints", "ledger_tree:3/0")}


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        (lambda: LedgerCheckpoint.objects.update(root="0" * 64), "checkpoint:2023-05-22"),
        (lambda: LedgerCheckpoint.objects.update(number=F("number") + 90), "checkpoint:2023-05-22"),
        (lambda: LedgerCheckpoint.objects.update(signature="AAAA"), "checkpoint:2023-05-22"),
    ],
)
def test_verification_of_everything_finds_a_head_that_was_changed(change: Callable[[], object], subject: str) -> None:
    write(3)
    let_out()
    triggers.take_off(connection)
    change()
    assert ("foundation.checkpoints", subject) in violated("foundation.checkpoints")


# --- Proofs -----------------------------------------------------------------------------------------------------------


def test_proof_of_one_entry_is_checked_without_the_database(tmp_path: Path, django_assert_num_queries: Any) -> None:
    write(7, reason=ledger.private("业绩证明系伪造"))
    let_out()
    proof = tmp_path / "proof.json"
    proof.write_text(said("prove", "4"))
    document = json.loads(proof.read_text())
    assert "伪造" not in proof.read_text() and "salts" not in document
    with django_assert_num_queries(0):
        spoken = said("check-proof", str(proof), "--key", key_file(tmp_path))
    assert "第 4 条记录在共 7 条" in spoken and "没有用 --key" not in spoken
    assert "没有用 --key" in said("check-proof", str(proof))
    document["entry"]["actor"] = "user:6"
    proof.write_text(json.dumps(document))
    assert "与它的校验值不一致" in complaint("check-proof", str(proof))
    proof.write_text("{}")
    assert "文件不完整" in complaint("check-proof", str(proof))
    with pytest.raises(CommandError, match="文件无法读取"):
        call_command("ledger", "check-proof", str(tmp_path / "none"))


def test_proof_with_salts_lets_its_reader_check_the_words() -> None:
    write(2, reason=ledger.private("业绩证明系伪造"))
    let_out()
    document = checkpoints.proof_of(1, with_salts=True)
    told = document["entry"]["data"]["reason"]["sha256"]
    assert ledger.private_digest("业绩证明系伪造", document["salts"][told]) == told
    ledger.forget_private(number=1, actor="system", reason="依法删除个人信息")
    assert checkpoints.proof_of(1, with_salts=True)["salts"] == {}
    assert proofs.faults_of_proof(checkpoints.proof_of(1)) == []


def test_proof_needs_a_head_that_reaches_so_far() -> None:
    write(2)
    with pytest.raises(CommandError, match="还没有包含它的校验点"):
        call_command("ledger", "prove", "1")
    let_out()
    write(1)
    with pytest.raises(CommandError, match="还没有包含它的校验点"):
        call_command("ledger", "prove", "3")
    with pytest.raises(CommandError, match="第几条"):
        call_command("ledger", "prove", "x")


# --- A time-stamp authority of our own -----------------------------------------------------------------------------------

EXTENSIONS = """
[tsa]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[ts]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@pytest.fixture
def authority(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """``openssl ts`` behind a server on this machine; ``broken`` in its folder makes it answer nonsense."""
    folder = tmp_path / "tsa"
    folder.mkdir()
    (folder / "openssl.cnf").write_text(EXTENSIONS.format(folder=folder))
    (folder / "serial").write_text("01")
    request = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    commands = [
        [*request, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj", "/CN=test authority"],
        [*request, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=test stamps"],
        ["openssl", "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650",
         "-out", "tsa.pem", "-extfile", "openssl.cnf", "-extensions", "tsa"],
    ]  # fmt: skip
    for command in commands:
        run(command, cwd=folder, check=True, capture_output=True)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            (folder / "query.tsq").write_bytes(query)
            reply = ["openssl", "ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query.tsq", "-section", "here"]
            made = run(reply, cwd=folder, check=True, capture_output=True).stdout
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(b"nonsense" if (folder / "broken").exists() else made)

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.TSA_URL = f"http://127.0.0.1:{server.server_port}/"
    settings.TSA_CERTIFICATES = str(folder / "ca.pem")
    yield folder
    server.shutdown()
    server.server_close()
    thread.join()


def test_authority_stamps_the_head(authority: Path, heads: Path) -> None:
    write(2)
    let_out()
    head = LedgerCheckpoint.objects.get()
    response = base64.b64decode(head.timestamp)
    assert stamps.holds(response, head.statement.encode())
    assert not stamps.holds(response, b"something else")
    assert json.loads((heads / "ledger-head-2023-05-22.json").read_text())["timestamp"] == head.timestamp
    with pytest.raises(DatabaseError, match="time stamp once"), transaction.atomic():
        LedgerCheckpoint.objects.update(timestamp="AAAA")


def test_head_leaves_although_the_authority_fails(authority: Path, heads: Path) -> None:
    (authority / "broken").touch()
    write(2)
    let_out()
    assert (heads / "ledger-head-2023-05-22.json").exists()
    waiting = OutboxMessage.objects.get(kind=leaving.STAMP)
    assert waiting.state == "pending" and "NoStamp" in waiting.last_error
    (authority / "broken").unlink()
    OutboxMessage.objects.filter(pk=waiting.pk).update(next_attempt_at=clock.machine_now())
    outbox.drain()
    assert LedgerCheckpoint.objects.get().timestamp
