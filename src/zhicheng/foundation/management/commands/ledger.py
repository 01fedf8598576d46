"""``zhicheng ledger …``: verify the ledger, sign its head, prove an entry, check what others hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.foundation import checkpoints, ledger, originals, proofs, replay, signing
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.reasons import letters_in


class Command(BaseCommand):
    help = (
        "verify: read the whole append-only ledger (--replay: tell the tables anew from it and compare). checkpoint: sign the head of "
        "today. key: the public key of the heads. prove NUMBER: a short proof for one entry. compare FILE or COUNT:ROOT: whether the "
        "ledger still agrees with a head noted earlier. check-proof FILE: check a head or a proof, without the database. "
        "forget NUMBER: erase the salts of one entry by law. Exit status 1 when something is wrong."
    )
    requires_system_checks = []  # a proof is checked anywhere

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "checkpoint", "key", "prove", "compare", "check-proof", "forget"])
        parser.add_argument("target", nargs="?", default="", help="a number, a file, or COUNT:ROOT as a notice prints it")
        parser.add_argument(
            "--known", type=_noted, metavar="NUMBER:HASH", help="a number and hash printed by an earlier run and kept elsewhere"
        )
        parser.add_argument(
            "--replay", action="store_true", help="tell states, counts and records anew from the entries and compare"
        )
        parser.add_argument("--key", default="", metavar="PEM", help="the public key to believe (a file), got from elsewhere")
        parser.add_argument(
            "--with-salts", action="store_true", help="with prove: let the reader check the private words as well"
        )
        parser.add_argument("--reason", default="", help="with forget: why, and by which law")

    def handle(self, *args: Any, **options: Any) -> None:
        with platform_language():
            getattr(self, f"_{options['what'].replace('-', '_')}")(options)

    def _verify(self, options: dict[str, Any]) -> None:
        found = ledger.verify(known=options["known"])
        if not found.ok:
            sentence = ledger.in_words(found)
            self._fail(_("台账损坏：%(what)s（此前 %(n)d 条完好）。") % {"what": sentence, "n": found.entries})
        if options["replay"]:
            self._replay()
        self.stdout.write(
            _("台账完整：共 %(n)d 条记录，逐条相连，没有改动。末条 %(n)d:%(head)s") % {"n": found.entries, "head": found.head}
        )

    def _replay(self) -> None:
        told = replay.replay()
        for one in told:
            for violation in one.differences:
                self.stderr.write(f"{one.name} {violation.subject}: {violation.said}")
            self.stdout.write(_("按台账重新推算%(what)s：%(n)d 处不同。") % {"what": one.label, "n": len(one.differences)})
            if one.untold:
                self.stdout.write(_("其中 %(n)d 项由较早的记录产生，记录不足以推算，没有比较。") % {"n": one.untold})
        if any(one.differences for one in told):
            sys.exit(1)

    def _checkpoint(self, options: dict[str, Any]) -> None:
        if not originals.is_known_copy():
            checkpoints.make_checkpoint()
        last = checkpoints.last_checkpoint()
        if last is None:
            self._fail(_("台账还没有任何记录。"))
        if last.signature and not signing.own_key_id():
            self.stderr.write(_("这里没有签发密钥，没有签发新的校验点；下面是最近的一个。"))
        self.stdout.write(f"{last.day.isoformat()} {last.number}:{last.root}")

    def _key(self, options: dict[str, Any]) -> None:
        pem = signing.public_pem()
        if not pem:
            self._fail(_("没有设置环境变量 %(variable)s。") % {"variable": "ZHICHENG_LEDGER_SIGNING_KEY"})
        self.stdout.write(pem, ending="")

    def _prove(self, options: dict[str, Any]) -> None:
        if not options["target"].isdecimal():
            raise CommandError(_("请写明第几条记录。"))
        try:
            document = checkpoints.proof_of(int(options["target"]), with_salts=options["with_salts"])
        except LookupError:
            raise CommandError(
                _("没有这条记录，或者还没有包含它的校验点（每天签发一次，也可以运行 zhicheng ledger checkpoint）。")
            ) from None
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=1))

    def _check_proof(self, options: dict[str, Any]) -> None:
        document, key = _read(options["target"]), _key_in(options["key"])
        is_proof = isinstance(document, dict) and document.get("kind") == proofs.PROOF
        faults = (proofs.faults_of_proof if is_proof else proofs.faults_of_head)(document, key=key)
        words = {
            "malformed": _("文件不完整，或者不是台账的校验点或证明。"),
            "unsigned": _("校验点没有签名。"),
            "signature": _("签名不对：校验点被改动过，或者不是用这个密钥签的。"),
            "other_key": _("校验点是用另一个密钥签的。"),
            "consistency": _("与前一个校验点不能衔接：前一个校验点之前的记录被改动过。"),
            "hash": _("记录的内容与它的校验值不一致。"),
            "path": _("这条记录不在这个校验点的台账里。"),
        }
        if faults:
            self._fail("\n".join(words[fault] for fault in faults))
        head = document["head"]["statement"] if is_proof else document["statement"]
        said = {"n": head["count"], "root": head["root"]}
        if is_proof:
            said["number"] = document["entry"]["number"]
            self.stdout.write(_("第 %(number)s 条记录在共 %(n)s 条、根校验值 %(root)s 的台账里，内容没有改动。") % said)
        else:
            self.stdout.write(_("校验点完好：共 %(n)s 条，根校验值 %(root)s。") % said)
        if key is None:
            self.stdout.write(_("没有用 --key 指明公钥，只核对了文件自带的公钥；请从别处取得公钥再核对一次。"))

    def _compare(self, options: dict[str, Any]) -> None:
        count, root, head = _noted_head(options["target"], options["key"])
        faults = checkpoints.compare(count, root=root, head=head)
        words = {
            "short": _("台账不足 %(n)d 条，或者中间缺少记录：记下校验点以后被截去过。"),
            "head": _("第 %(n)d 条记录与校验点记下的不同：被改写过。"),
            "root": _("第 1 至 %(n)d 条中有记录与记下时不同：被改写、调换过。"),
        }
        if faults:
            self._fail("\n".join(words[fault] % {"n": count} for fault in faults))
        self.stdout.write(_("台账的第 1 至 %(n)d 条与校验点记下的完全一致。") % {"n": count})

    def _forget(self, options: dict[str, Any]) -> None:
        if not options["target"].isdecimal() or letters_in(options["reason"]) < 10:
            raise CommandError(_("请写明第几条记录，并用 --reason 写明依据（不少于10个字）。"))
        count = ledger.forget_private(number=int(options["target"]), actor="system", reason=options["reason"].strip())
        self.stdout.write(_("已删除第 %(number)s 条记录的 %(n)d 个盐值。") % {"number": options["target"], "n": count})

    def _fail(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(1)


def _noted(text: str) -> tuple[int, str]:
    number, _colon, entry_hash = text.partition(":")
    return int(number), entry_hash


def _noted_head(target: str, key_file: str) -> tuple[int, str, str]:
    """Count, root and last hash of a head: a file that left the database, or ``COUNT:ROOT`` as a notice prints it."""
    count, _colon, root = target.partition(":")
    if count.isdecimal() and len(root) == 64:
        return int(count), root, ""
    if count.isdecimal() and root:
        raise CommandError(_("“%(target)s”写得不完整：公告上的校验点是“条数:64 位校验值”，请照原样抄写。") % {"target": target})
    document = _read(target)
    if isinstance(document, dict) and document.get("kind") == proofs.PROOF:
        document = document["head"]
    wrong = set(proofs.faults_of_head(document, key=_key_in(key_file))) - {"unsigned"}
    if wrong:
        raise CommandError(_("校验点文件本身不对，请先运行 zhicheng ledger check-proof。"))
    statement = document["statement"]
    return int(statement["count"]), str(statement["root"]), str(statement["head"])


def _read(target: str) -> Any:
    try:
        return json.loads(Path(target).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(_("文件无法读取：%(error)s") % {"error": error}) from error


def _key_in(file: str) -> Any:
    try:
        return proofs.public_key_of(Path(file).read_bytes()) if file else None
    except (OSError, ValueError) as error:
        raise CommandError(_("公钥无法读取：%(error)s") % {"error": error}) from error
