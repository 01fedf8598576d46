"""The letters T1 to T4 as data: what fills the blanks of the notice's text (:mod:`zhicheng.documents.wording`)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, field_validator

from zhicheng.documents.base import Kind, PaperBase
from zhicheng.documents.texts import Filled, FilledText, Level, Line, Series, Specialty, Text, WrittenSummary
from zhicheng.documents.wording import SIGN_HERE, LetterText, Wording, former_letter
from zhicheng.documents.words import zh_office
from zhicheng.foundation.fields import mask_id_number_on_paper


class Letter(PaperBase):
    """A one-text paper: a title, paragraphs with the blanks filled, and lines for signature and seal.

    ``template`` is the notice's text in the wording it prints; papers issued before the notice had it name the ``wording`` alone.
    """

    template: LetterText | None = Field(None, title="正文")
    wording: Wording = Field("verbatim", title="文本")

    @property
    def text(self) -> LetterText:
        """The text with its blanks."""
        return self.template or former_letter(self.kind, self.wording)

    def blanks(self) -> dict[str, Any]:
        """The values for the braces of the text."""
        return self.model_dump(exclude={"template", "wording"})

    def paragraphs(self) -> list[str]:
        """The text of the paper, one string a paragraph, every blank filled."""
        values = self.blanks()
        return [paragraph.format_map(values) for paragraph in self.text.paragraphs]

    def small_print(self) -> str:
        """One line in small type under everything else; empty for most papers."""
        return ""

    def link_in_code(self) -> str:
        """An address that is printed as a code beside the small type; empty for most papers."""
        return ""

    def signatures(self) -> list[list[str]]:
        """The closing block: per line, what is printed; ``______`` is a line to sign on."""
        values = self.blanks()
        return [[_filled(piece, values) for piece in _pieces(line)] for line in self.text.closing]


def _pieces(line: str) -> list[str]:
    """A closing line with its lines to sign on as pieces of their own."""
    parts = line.split(SIGN_HERE)
    pieces = [piece for part in parts for piece in (part, SIGN_HERE)][:-1]
    return [piece for piece in pieces if piece]


def _filled(piece: str, values: dict[str, Any]) -> str:
    return piece if piece == SIGN_HERE else piece.format_map(values)


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "；", ".", "）")) else text + "。"


class PublicityNotice(Letter):
    """T1 推荐单位公示 (S-65 … S-71). The identity number is masked here, whatever comes in (S-66, PIPL 第二十五条)."""

    kind: ClassVar[Kind] = Kind.PUBLICITY_NOTICE

    employer: Filled = Field(title="推荐单位")
    series: Series = Field(title="申报系列")
    specialty: Specialty = Field(title="申报专业")
    level: Level = Field(title="申报级别")
    title: Line = Field("", title="申报资格")
    sex: Filled = Field(title="性别")
    ethnic_group: Filled = Field(title="族别")
    political_status: Filled = Field(title="政治面貌")
    id_number: Filled = Field(title="身份证号")
    current_title: Annotated[Line, AfterValidator(lambda value: value or "无")] = Field("无", title="现任专业技术职务任职资格")
    conduct: FilledText = Field(title="思想政治条件")
    results: FilledText = Field(title="业绩成果")
    contribution: Text = Field("", title="对业绩成果的实际贡献")
    starts_on: Filled = Field(title="公示起始日期")
    ends_on: Filled = Field(title="公示截止日期")
    minimum: Filled = Field("5个工作日", title="公示期下限")
    office: Filled = Field(title="受理异议的办公室")
    phone: Filled = Field(title="监督电话")
    # What the ledger was when the notice was made, for everybody who passes by to keep (docs/ledger.md).
    ledger_head: Line = Field("", title="台账校验点")
    # Opens the notice's page for whoever stands before the paper, as long as it is up (S-38).
    link: Line = Field("", title="查看公示的网址")

    def small_print(self) -> str:
        return self.ledger_head

    def link_in_code(self) -> str:
        return self.link

    @field_validator("id_number")
    @classmethod
    def _mask(cls, value: str) -> str:
        return mask_id_number_on_paper(value)

    def blanks(self) -> dict[str, Any]:
        results = "".join(_ended(part) for part in (self.results, self.contribution) if part)
        return super().blanks() | {"conduct": _ended(self.conduct), "results": results, "office": zh_office(self.office)}


class PublicityResult(Letter):
    """T2 推荐单位公示结果 (S-72 … S-75). ``days`` are the working days held, “5个工作日”, ``calendar_days`` all of them, “7天”: the text says which.

    ``dismissed``: how many objections came in and were found untrue. With one, “未收到投诉、举报” would be a false statement over the
    unit's seal; what happened is printed in its place (S-73, page 8 of the decisions).
    """

    kind: ClassVar[Kind] = Kind.PUBLICITY_RESULT

    employer: Filled = Field(title="推荐单位")
    series: Series = Field(title="申报系列")
    specialty: Specialty = Field(title="申报专业")
    level: Level = Field(title="申报级别")
    starts_on: Filled = Field(title="公示起始日期")
    ends_on: Filled = Field(title="公示截止日期")
    title: Line = Field("", title="申报资格")
    days: Filled = Field(title="公示天数")
    calendar_days: Line = Field("", title="公示自然天数")
    dismissed: int = Field(0, title="经核实不成立的异议件数", ge=0)

    def blanks(self) -> dict[str, Any]:
        objections = self.text.objections
        return super().blanks() | {"objections": objections.of(self.dismissed) if objections is not None else ""}


class SupervisingOpinion(Letter):
    """T3 主管单位推荐意见 (S-76, S-77)."""

    kind: ClassVar[Kind] = Kind.SUPERVISING_OPINION

    supervising_body: Filled = Field(title="主管单位")
    series: Series = Field(title="申报系列")
    specialty: Annotated[Line, AfterValidator(lambda value: value.removesuffix("专业") or value)] = Field("", title="申报专业")
    level: Level = Field(title="申报级别")
    title: Line = Field("", title="申报资格")


class Commitment(Letter):
    """T4 个人承诺书 (S-61, S-78 … S-82), unsigned."""

    kind: ClassVar[Kind] = Kind.COMMITMENT

    number: Line = Field("", title="申请书编号")


class WorkSummary(PaperBase):
    """任期内专业技术工作总结, to be signed by the applicant and sealed by the unit (S-55)."""

    heading: Filled = Field(title="标题")
    employer: Line = Field("", title="工作单位")
    text: WrittenSummary = Field(title="任期内专业技术工作总结")

    def paragraphs(self) -> list[str]:
        """Who wrote it, and what."""
        return ["　　".join(filter(None, [f"姓名：{self.name}", self.employer and f"工作单位：{self.employer}"])), self.text]

    def signatures(self) -> list[list[str]]:
        """The closing block, as ``Letter.signatures`` has it."""
        return [["本人签名：", SIGN_HERE], ["（单位盖章）"], [f"{self.year}年　　月　　日"]]
