"""What each paper says, as data: one model per kind, display-ready Chinese, checked for length before anything is printed.

Someone else builds these from a frozen submission; nothing here knows an application. The names of the parts of
:class:`ReviewForm` are those of the sections of the application (domain §1.6). A part that is not there prints as 无.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from zhicheng.documents.texts import ROW_LIMIT, Filled, FilledText, Level, Line, Name, Series, Specialty, Summary, Text, Year
from zhicheng.documents.words import NO_OBJECTION, VERBATIM, Wording, template_of
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.fields import mask_id_number_on_paper


class Kind(models.TextChoices):
    """The kinds of papers made here."""

    REVIEW_FORM = "review_form", gettext_lazy("专业技术职务任职资格评审表")
    PUBLICITY_NOTICE = "publicity_notice", gettext_lazy("推荐单位公示")
    PUBLICITY_RESULT = "publicity_result", gettext_lazy("推荐单位公示结果")
    SUPERVISING_OPINION = "supervising_opinion", gettext_lazy("主管单位推荐意见")
    COMMITMENT = "commitment", gettext_lazy("个人承诺书")


class Part(BaseModel):
    """A frozen piece of a paper; unknown keys are refused so that nothing is silently left unprinted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Basic(Part):
    """基本情况"""

    name: Name = Field(title="姓名")
    former_name: Line = Field("", title="曾用名")
    sex: Line = Field("", title="性别")
    birth_date: Line = Field("", title="出生日期")
    ethnic_group: Line = Field("", title="族别")
    political_status: Line = Field("", title="政治面貌")
    id_number: Line = Field("", title="身份证号")
    work_started_on: Line = Field("", title="参加工作时间")
    mobile: Line = Field("", title="手机号码")
    email: Line = Field("", title="电子邮箱")
    employer_name: Line = Field("", title="工作单位")
    employer_nature: Line = Field("", title="单位性质")
    current_specialty: Line = Field("", title="现从事专业")
    current_specialty_years: Line = Field("", title="从事本专业年限")
    post: Line = Field("", title="行政职务")


class Education(Part):
    """学历学位: one row"""

    started_on: Line = Field("", title="入学时间")
    graduated_on: Line = Field("", title="毕业时间")
    school: Line = Field("", title="毕业院校")
    major: Line = Field("", title="所学专业")
    education: Line = Field("", title="学历")
    degree: Line = Field("", title="学位")
    study_form: Line = Field("", title="学习形式")
    certificate_number: Line = Field("", title="毕业证书编号")
    verification_code: Line = Field("", title="在线验证码")


class CurrentTitle(Part):
    """现任专业技术职务任职资格; absent for a first title"""

    title_name: Line = Field("", title="资格名称")
    series: Line = Field("", title="系列")
    level: Line = Field("", title="级别")
    acquired_on: Line = Field("", title="取得时间")
    authority: Line = Field("", title="审批机关")
    certificate_number: Line = Field("", title="证书编号")
    obtained_by: Line = Field("", title="取得方式")


class Appointment(Part):
    """聘任情况"""

    post: Line = Field("", title="聘任职务")
    appointed_on: Line = Field("", title="聘任起始时间")
    appointed_until: Line = Field("", title="聘任终止时间")
    contract_kind: Line = Field("", title="证明材料")


class WorkHistory(Part):
    """工作经历: one row"""

    started_on: Line = Field("", title="起始时间")
    ended_on: Line = Field("", title="终止时间")
    employer: Line = Field("", title="工作单位")
    duty: Text = Field("", title="从事的专业技术工作")
    post: Line = Field("", title="职务")


class ContinuingEducation(Part):
    """继续教育: one year"""

    year: Line = Field("", title="年度")
    hours_total: Line = Field("", title="总学时")
    hours_professional: Line = Field("", title="专业课学时")
    remark: Line = Field("", title="备注")


class Appraisal(Part):
    """年度考核: one year"""

    year: Line = Field("", title="年度")
    result: Line = Field("", title="考核结果")
    employer_nature: Line = Field("", title="当年单位性质")


class Achievement(Part):
    """业绩成果: one item"""

    name: Line = Field("", title="项目名称")
    role: Line = Field("", title="本人角色")
    started_on: Line = Field("", title="起始时间")
    ended_on: Line = Field("", title="终止时间")
    description: Text = Field("", title="内容与成效")
    contribution: Text = Field("", title="本人实际贡献")


class Publication(Part):
    """论文、论著、课题报告: one item"""

    kind: Line = Field("", title="类别")
    title: Line = Field("", title="题目")
    publication: Line = Field("", title="刊物或出版单位")
    number: Line = Field("", title="刊号或书号")
    author_rank: Line = Field("", title="本人排名")
    published_on: Line = Field("", title="发表时间")


class Award(Part):
    """获奖情况: one item"""

    name: Line = Field("", title="奖励名称")
    issuer: Line = Field("", title="授予单位")
    grade: Line = Field("", title="等级")
    awarded_on: Line = Field("", title="获奖时间")
    rank: Line = Field("", title="本人排名")


class Training(Part):
    """培训进修: one item"""

    name: Line = Field("", title="培训内容")
    organiser: Line = Field("", title="主办单位")
    started_on: Line = Field("", title="起始时间")
    ended_on: Line = Field("", title="终止时间")
    hours: Line = Field("", title="学时")


class SocialPost(Part):
    """社会兼职: one item"""

    organization: Line = Field("", title="组织名称")
    post: Line = Field("", title="兼任职务")
    started_on: Line = Field("", title="起始时间")
    ended_on: Line = Field("", title="终止时间")


class Material(Part):
    """One uploaded file in the list of materials; of ``sha256`` (64 hex digits) the paper prints the first 12."""

    label: Line = Field("", title="材料名称")
    year: Line = Field("", title="年度")
    name: Line = Field("", title="文件名")
    pages: Line = Field("", title="页数")
    sha256: Line = Field("", title="文件校验码")


class PaperBase(Part):
    """What every kind has: the applicant's name and the campaign's year."""

    kind: ClassVar[Kind]
    name: Name = Field(title="姓名")
    year: Year = Field(title="申报年度")


class ReviewForm(PaperBase):
    """《新疆维吾尔自治区专业技术职务任职资格评审表》 (S-41, S-47 … S-50; parts as in domain §1.6)."""

    kind: ClassVar[Kind] = Kind.REVIEW_FORM

    number: Line = Field("", title="申请书编号")
    employer: Filled = Field(title="申报单位")
    series: Series = Field(title="申报系列")
    specialty: Specialty = Field(title="申报专业")
    level: Filled = Field(title="申报级别")
    title: Filled = Field(title="申报资格")
    filled_on: Line = Field("", title="填表日期")
    basic: Basic = Field(title="基本情况")
    education: list[Education] = Field([], title="学历学位", max_length=ROW_LIMIT)
    current_title: CurrentTitle | None = Field(None, title="现任专业技术职务任职资格")
    appointment: Appointment | None = Field(None, title="聘任情况")
    work_history: list[WorkHistory] = Field([], title="工作经历", max_length=ROW_LIMIT)
    continuing_education: list[ContinuingEducation] = Field([], title="继续教育情况", max_length=ROW_LIMIT)
    appraisals: list[Appraisal] = Field([], title="年度考核情况", max_length=ROW_LIMIT)
    achievements: list[Achievement] = Field([], title="业绩成果", max_length=ROW_LIMIT)
    publications: list[Publication] = Field([], title="论文、论著、课题报告", max_length=ROW_LIMIT)
    awards: list[Award] = Field([], title="获奖情况", max_length=ROW_LIMIT)
    training: list[Training] = Field([], title="培训进修情况", max_length=ROW_LIMIT)
    social_posts: list[SocialPost] = Field([], title="社会兼职情况", max_length=ROW_LIMIT)
    summary: Summary = Field("", title="任期内专业技术工作总结")
    materials: list[Material] = Field([], title="申报材料清单", max_length=5 * ROW_LIMIT)


class Letter(PaperBase):
    """A one-text paper: a title, paragraphs with the blanks filled, and lines for signature and seal."""

    wording: Wording = Field("verbatim", title="文本")

    def blanks(self) -> dict[str, Any]:
        """The values for the braces of the template."""
        return self.model_dump()

    def paragraphs(self) -> list[str]:
        """The text of the paper, one string a paragraph, every blank filled."""
        values = self.blanks()
        return [paragraph.format_map(values) for paragraph in template_of(self.kind, self.wording)]

    def small_print(self) -> str:
        """One line in small type under everything else; empty for most papers."""
        return ""

    def signatures(self) -> list[list[str]]:
        """The closing block: per line, what is printed; ``______`` is a line to sign on."""
        raise NotImplementedError


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "；", ".", "）")) else text + "。"


class PublicityNotice(Letter):
    """T1 推荐单位公示 (S-65 … S-71). The identity number is masked here, whatever comes in (S-66, PIPL 第二十五条)."""

    kind: ClassVar[Kind] = Kind.PUBLICITY_NOTICE

    employer: Filled = Field(title="推荐单位")
    series: Series = Field(title="申报系列")
    specialty: Specialty = Field(title="申报专业")
    level: Level = Field(title="申报级别")
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

    def small_print(self) -> str:
        return self.ledger_head

    @field_validator("id_number")
    @classmethod
    def _mask(cls, value: str) -> str:
        return mask_id_number_on_paper(value)

    def blanks(self) -> dict[str, Any]:
        results = "".join(_ended(part) for part in (self.results, self.contribution) if part)
        office = self.office if self.office.endswith("办公室") else self.office + "办公室"
        return self.model_dump() | {"conduct": _ended(self.conduct), "results": results, "office": office}

    def signatures(self) -> list[list[str]]:
        return [["签字：", "______", "（单位负责人签字）"], [self.employer], ["（推荐单位公章）"], ["　　　　年　　月　　日"]]


class PublicityResult(Letter):
    """T2 推荐单位公示结果 (S-72 … S-75). ``days`` is printed as given: “5个工作日” or “7天”, by the campaign's policy.

    ``dismissed``: how many objections came in and were found untrue. With one, the template's “未收到投诉、举报” would be a
    false statement over the unit's seal; what happened is printed in its place (S-73, page 8 of the decisions).
    """

    kind: ClassVar[Kind] = Kind.PUBLICITY_RESULT

    employer: Filled = Field(title="推荐单位")
    series: Series = Field(title="申报系列")
    specialty: Specialty = Field(title="申报专业")
    level: Level = Field(title="申报级别")
    starts_on: Filled = Field(title="公示起始日期")
    ends_on: Filled = Field(title="公示截止日期")
    days: Filled = Field(title="公示天数")
    dismissed: int = Field(0, title="经核实不成立的异议件数", ge=0)

    def paragraphs(self) -> list[str]:
        if not self.dismissed:
            return super().paragraphs()
        happened = f"公示期间收到异议{self.dismissed}件，经核实{'均' if self.dismissed > 1 else ''}不成立，"
        return [paragraph.replace(NO_OBJECTION, happened) for paragraph in super().paragraphs()]

    def signatures(self) -> list[list[str]]:
        return [[f"{self.employer}（公章）"], [f"{self.year}年　　月　　日"]]


class SupervisingOpinion(Letter):
    """T3 主管单位推荐意见 (S-76, S-77): no specialty, and the word is 职称."""

    kind: ClassVar[Kind] = Kind.SUPERVISING_OPINION

    supervising_body: Filled = Field(title="主管单位")
    series: Series = Field(title="申报系列")
    level: Level = Field(title="申报级别")

    def signatures(self) -> list[list[str]]:
        return [[f"{self.supervising_body}（公章）"], [f"{self.year}年　　月　　日"]]


class Commitment(Letter):
    """T4 个人承诺书 (S-61, S-78 … S-82), unsigned. ``text`` is the version that was accepted; by default the notice's own."""

    kind: ClassVar[Kind] = Kind.COMMITMENT

    number: Line = Field("", title="申请书编号")
    text: Text = Field("", title="承诺内容")

    def paragraphs(self) -> list[str]:
        return self.text.split("\n") if self.text else super().paragraphs()

    def signatures(self) -> list[list[str]]:
        return [["签字：", "______", "（承诺人）"], [f"{self.year}年　　月　　日"]]


PAPERS: dict[str, type[PaperBase]] = {
    cls.kind.value: cls for cls in (ReviewForm, PublicityNotice, PublicityResult, SupervisingOpinion, Commitment)
}
assert set(VERBATIM) < set(PAPERS)  # noqa: S101  every template has its model


def paper_of(kind: str, data: dict[str, Any]) -> PaperBase:
    """Check ``data`` and make it a paper. Raises :class:`Refused` with one sentence for everything that is wrong."""
    try:
        return PAPERS[kind].model_validate(data)
    except ValidationError as error:
        raise Refused(_problem(PAPERS[kind], detail) for detail in error.errors(include_url=False)) from error


def _problem(model: type[PaperBase], detail: Any) -> Problem:
    label = _label(model, detail["loc"])
    context = detail.get("ctx", {})
    value = detail.get("input")
    length = len(value) if isinstance(value, str | list) else 0
    match detail["type"]:
        case "string_too_long":
            text = _("“%(field)s”有%(length)d字，文书最多容纳%(limit)d字，请精简。")
        case "too_long":
            text = _("“%(field)s”有%(length)d项，文书最多容纳%(limit)d项。")
        case "missing" | "string_too_short":
            text = _("“%(field)s”没有内容，无法生成文书。")
        case "extra_forbidden":
            text = _("文书中没有“%(field)s”这一栏。")
        case _:
            text = _("“%(field)s”的内容不符合文书的要求。")
    values = {"field": label, "length": length, "limit": context.get("max_length", 0)}
    return Problem(text % values, where=".".join(map(str, detail["loc"])), code=f"paper.{detail['type']}")


def _label(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """``("achievements", 2, "description")`` → ``业绩成果 第3项 内容与成效``."""
    words: list[str] = []
    current: type[BaseModel] | None = model
    for step in location:
        if isinstance(step, int):
            words.append(_("第%(n)d项") % {"n": step + 1})
            continue
        info = current.model_fields.get(step) if current else None
        words.append(info.title or step if info else step)
        current = _model_in(info.annotation) if info else None
    return " ".join(words)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for candidate in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None
