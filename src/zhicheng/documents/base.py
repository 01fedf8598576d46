"""The kinds of papers made here, and what every paper has."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict, Field

from zhicheng.documents.texts import Name, Year


class Kind(models.TextChoices):
    """The kinds of papers made here."""

    REVIEW_FORM = "review_form", gettext_lazy("专业技术职务任职资格评审表")
    PUBLICITY_NOTICE = "publicity_notice", gettext_lazy("推荐单位公示")
    PUBLICITY_RESULT = "publicity_result", gettext_lazy("推荐单位公示结果")
    SUPERVISING_OPINION = "supervising_opinion", gettext_lazy("主管单位推荐意见")
    COMMITMENT = "commitment", gettext_lazy("个人承诺书")
    RECEIPT = "receipt", gettext_lazy("上报回执")


#: The kinds that leave the house as a file and are signed for that; the others are signed and sealed by hand, on paper.
SIGNED = (Kind.RECEIPT,)


class PaperPart(BaseModel):
    """A frozen piece of a paper; unknown keys are refused so that nothing is silently left unprinted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PaperBase(PaperPart):
    """What every kind has: the applicant's name and the campaign's year."""

    kind: ClassVar[Kind]
    name: Name = Field(title="姓名")
    year: Year = Field(title="申报年度")
