"""``zhicheng campaign check FILE``, ``load FILE``, ``withdraw SLUG``, ``schema [FILE]`` and ``explain FILE --case CASE``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.campaigns.actions import publish_campaign, withdraw_campaign
from zhicheng.campaigns.answers import Answers, truth_table_of
from zhicheng.campaigns.explaining import explained
from zhicheng.campaigns.loading import load_answers, load_notice, load_truth_table
from zhicheng.campaigns.management.files import read_or_say
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.schema import campaign_schema
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import SYSTEM


class Command(BaseCommand):
    help = (
        "Check a campaign file, or load (publish) it; a file that cannot be used: every error with its line, exit status 1. "
        "Withdraw a campaign by its slug: it is published no more, its versions and applications stay. "
        "Write the JSON Schema of such a file (docs/campaign-file.schema.json), or print it. "
        "Explain what its rules say to one person: a name in the truth table beside it, or a file of answers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["check", "load", "withdraw", "schema", "explain"])
        parser.add_argument("file", type=Path, metavar="FILE|SLUG", nargs="?")
        parser.add_argument("--case", metavar="NAME|FILE", help="whom to explain it to")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["file"]
        if options["what"] == "schema":
            self._schema(path)
            return
        if path is None:
            raise CommandError(_("请写明文件，或者要撤下的批次。"))
        if options["what"] == "withdraw":
            self._withdraw(str(path))
            return
        notice = read_or_say(self, load_notice, path)
        if options["what"] == "explain":
            for line in explained(notice, self._answers(path, options["case"] or "")):
                self.stdout.write(line)
            return
        if options["what"] == "check":
            self.stdout.write(_("%(file)s：没有问题。") % {"file": path} + self._summary(notice))
            return
        try:
            version = publish_campaign(text=path.read_text(encoding="utf-8-sig"), actor=SYSTEM)
        except Refused as refused:
            raise CommandError("\n".join(str(problem.text) for problem in refused.problems)) from refused
        values = {"slug": notice.slug, "number": version.number, "digest": version.sha256}
        self.stdout.write(_("%(slug)s：现行版本第 %(number)s 版，校验值 %(digest)s。") % values)

    def _answers(self, path: Path, case: str) -> Answers:
        """The answers of ``case``: those in a file of that name, else those under that name in the truth table beside ``path``."""
        if Path(case).is_file():
            return read_or_say(self, load_answers, Path(case))
        beside = truth_table_of(path)
        cases = read_or_say(self, load_truth_table, beside).cases if beside.exists() else ()
        found = next((each for each in cases if each.name == case), None)
        if found is None:
            names = _("、").join(each.name for each in cases) or _("没有")
            raise CommandError(
                _("没有“%(case)s”：请用 --case 写明一个人的回答文件，或者 %(file)s 中的名称（%(names)s）。")
                % {"case": case, "file": beside.name, "names": names}
            )
        return found.answers

    def _schema(self, path: Path | None) -> None:
        if path is None:
            self.stdout.write(campaign_schema(), ending="")
        else:
            path.write_text(campaign_schema(), encoding="utf-8")

    def _withdraw(self, slug: str) -> None:
        try:
            withdraw_campaign(slug=slug, actor=SYSTEM)
        except Refused as refused:
            raise CommandError("\n".join(str(problem.text) for problem in refused.problems)) from refused
        self.stdout.write(_("%(slug)s：已撤下，不再公布；各版本和申请书都保留，重新载入文件即恢复。") % {"slug": slug})

    def _summary(self, notice: Notice) -> str:
        opened = [series for series in notice.catalogue.series if series.is_open]
        values = {"year": notice.year, "series": len(opened), "slots": len(notice.materials), "title": notice.title.zh}
        return _("%(year)s年度“%(title)s”，开放 %(series)d 个系列，%(slots)d 项材料。") % values
