"""The questions of 我能报什么: as few as the conditions need, none of them a must."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from zhicheng.campaigns.answers import NO_TITLE, Answers
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import openings
from zhicheng.standards.tables import APPRAISAL_RESULTS, DEGREES, EDUCATION, TITLE_STEPS, UNIT_NATURES
from zhicheng.web.shared.forms import DateField, Form, needed

YEARS_BACK = 8  # as many as the longest tenure the conditions count needs, and a few more


class SelfCheckForm(Form):
    """What somebody says of themselves. Sent by GET: the answers are the address of the page that answers them."""

    education = needed(forms.ChoiceField(label=gettext_lazy("最高学历")))
    degree = needed(forms.ChoiceField(label=gettext_lazy("最高学位")))
    held = needed(forms.ChoiceField(label=gettext_lazy("现有职称的级别")))
    held_series = needed(forms.ChoiceField(label=gettext_lazy("现有职称的系列")))
    since = needed(DateField(label=gettext_lazy("取得现有职称的日期"), months=True))
    work = needed(DateField(label=gettext_lazy("开始从事专业技术工作的日期"), months=True))
    nature = needed(forms.ChoiceField(label=gettext_lazy("工作单位的性质")))
    county = needed(forms.ChoiceField(label=gettext_lazy("工作单位所在的县（市）")))
    low = needed(forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple))
    series = needed(forms.ChoiceField(label=gettext_lazy("想申报的系列")))

    def __init__(self, notice: Notice, data: Any = None) -> None:
        super().__init__(data)
        self.notice = notice
        language = get_language() or "zh"
        names = [(opening.series.code, str(opening.series)) for opening in openings(notice)]
        offices = [(c.region_code, str(c.office)) for c in notice.contacts if c.desk == "county"]
        unsaid = ("", _("未填写"))
        choices: dict[str, list[tuple[str, str]]] = {
            "education": [unsaid, *EDUCATION.choices(language)],
            "degree": [unsaid, *((code, DEGREES.name(code, language)) for code in ("2", "3", "4"))],
            "held": [unsaid, (NO_TITLE, _("还没有职称")), *TITLE_STEPS.choices(language)],
            "held_series": [unsaid, *names],
            "nature": [unsaid, *UNIT_NATURES.choices(language)],
            "county": [unsaid, *offices],
            "low": [(str(year), str(year)) for year in range(notice.year - 1, notice.year - 1 - YEARS_BACK, -1)],
            "series": [("", _("全部系列")), *names],
        }
        for name, offered in choices.items():
            cast("forms.ChoiceField", self.fields[name]).choices = offered
        self._ask_for_years_that_do_not_count(language)

    def _ask_for_years_that_do_not_count(self, language: str) -> None:
        """Where the notice counts every year whatever its appraisal, nobody is asked."""
        left_out = self.notice.eligibility.counting.without_appraisals
        if not left_out:
            del self.fields["low"]
            return
        results = _("、").join(APPRAISAL_RESULTS.name(code, language) for code in left_out)
        self.fields["low"].label = _("年度考核为{results}的年度").format(results=results)
        self.fields["low"].help_text = _("不计入年限；没有的不选。")

    def answers(self) -> Answers:
        """What was said; of a valid form."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "series"}
        return Answers(**said | {"low": tuple(int(year) for year in said.get("low", ()))})

    def address(self) -> str:
        """The answers as the query of an address, as they were understood; without those that were not given."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        return urlencode(said, doseq=True)
