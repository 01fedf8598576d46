"""Parts of a campaign file that do not fit together: each thing with its line, its place and the reason."""

from __future__ import annotations

import pytest

from tests.campaigns.files import assert_error_is_named, errors_in, other_text

# name → (old, new with the line marked, path, a part of the reason)
PARTS = {
    "window_ends_before_it_starts": (
        "    apply_until: 2025-09-30 20:00",
        "    apply_until: 2025-08-30 20:00 # HERE",
        "windows[0].apply_until",
        "apply_until（2025-08-30 20:00）应晚于 apply_from（2025-09-01 10:00）",
    ),
    "window_of_no_length": ("    apply_until: 2025-09-30 20:00", "    apply_until: 2025-09-01 10:00 # HERE", "windows[0].apply_until", "应晚于"),
    "corrections_end_first": (
        "    correct_until: 2025-10-31 20:00",
        "    correct_until: 2025-09-29 20:00 # HERE",
        "windows[0].correct_until",
        "不能早于 apply_until",
    ),
    "county_ends_before_unit": ("      county: 2025-11-07 20:00", "      county: 2025-10-09 20:00 # HERE", "windows[0].desk_until.county", "desk_until.unit"),
    "end_of_a_desk_not_crossed": (
        "      unit: 2025-10-24 20:00",
        "      unit: 2025-10-24 20:00\n      industry: 2025-10-28 20:00 # HERE",
        "windows[0].desk_until.industry",
        "审核环节（chain）中没有 industry",
    ),
    "desk_not_reckoned_with": (
        "work_history: {gap: refuse}",
        "planning: {desk_days: {unit: 3, county: 5}, correction_days: 2} # HERE\nwork_history: {gap: refuse}",
        "planning.desk_days",
        "没有写 supervising 的用时",
    ),
    "unit_ends_before_start": ("      unit: 2025-10-24 20:00", "      unit: 2025-08-10 20:00 # HERE", "windows[0].desk_until.unit", "apply_from"),
    "publicity_does_not_fit_before_unit_ends": (
        "      unit: 2025-10-24 20:00",
        "      unit: 2025-10-16 20:00 # HERE",
        "windows[0].desk_until.unit",
        "desk_until.unit（2025-10-16 20:00）太早：2025-09-30 20:00 截止前上报的申请书，从 2025-09-30 起公示 7 个工作日，最早 2025-10-16 24:00 期满，次日才能上报",
    ),
    "publicity_does_not_fit_before_county_ends": (
        "      unit: 2025-10-24 20:00\n      county: 2025-11-07 20:00",
        "      county: 2025-10-10 20:00 # HERE",
        "windows[0].desk_until.county",
        "desk_until.county（2025-10-10 20:00）太早",
    ),
    "window_in_another_year": ("    apply_from: 2025-07-01 00:00", "    apply_from: 2015-07-01 00:00 # HERE", "windows[1].apply_from", "与年度 2025 相差"),
    "level_in_two_windows": ("  - levels: [senior]", "  - levels: [senior, intermediate] # HERE", "windows[1].levels[1]", "已有受理时间"),
    "level_without_window": (
        "level: senior, grade: associate}\n        - {code: first_teacher",
        "level: junior, grade: assistant} # HERE\n        - {code: first_teacher",
        "catalogue.series[0].titles[0].level",
        "级别 junior 没有受理时间",
    ),
    "window_without_titles": ("  - levels: [senior]", "  - levels: [senior, junior] # HERE", "windows[1].levels[1]", "没有可申报的任职资格"),
    "chain_starts_elsewhere": ("  - desk: unit\n  - desk: supervising", "  - desk: prefecture # HERE\n  - desk: supervising", "chain[0].desk", "第一个审核环节应为 unit"),
    "unit_is_not_first": ("  - desk: unit\n  - desk: supervising", "  - desk: supervising # HERE\n  - desk: unit", "chain[0].desk", "第一个审核环节应为 unit"),
    "counting_desk_is_not_last": (
        "    counts_as_committee_arrival: true\n",
        "    counts_as_committee_arrival: true # HERE\n  - desk: prefecture\n",
        "chain[2].counts_as_committee_arrival",
        "计次的环节应排在最后",
    ),
    "desk_twice": ("  - desk: supervising", "  - desk: supervising\n  - desk: supervising # HERE", "chain[2].desk", "“supervising”重复"),
    "desk_optional": ("  - desk: county\n", "  - desk: county\n    optional: true # HERE\n", "chain[2].optional", "可以是可选环节"),
    "no_arrival_counts": ("chain:", "chain: # HERE", "chain", "须有一个环节写明 counts_as_committee_arrival"),
    "two_arrivals_count": (
        "    counts_as_committee_arrival: true\n",
        "    counts_as_committee_arrival: true\n  - desk: prefecture\n    counts_as_committee_arrival: true # HERE\n",
        "chain[3].counts_as_committee_arrival",
        "只能有一个环节",
    ),
    "unit_counts": ("  - desk: unit\n", "  - desk: unit\n    counts_as_committee_arrival: true # HERE\n", "chain[0].counts_as_committee_arrival", "单位环节"),
    "series_twice": ("    - code: nursing", "    - code: accounting", "catalogue.series[2].code", "系列代码“accounting”重复"),
    "specialty_twice": (
        "{code: mathematics, zh: 数学, en: Mathematics}",
        "{code: chinese, zh: 数学, en: Mathematics} # HERE",
        "catalogue.series[0].specialties[1].code",
        "专业代码“chinese”重复",
    ),
    "title_twice": ("        - {code: first_teacher", "        - {code: senior_teacher", "catalogue.series[0].titles[1].code", "任职资格代码“senior_teacher”重复"),
    "title_in_unknown_specialty": ("specialties: [nursing]}", "specialties: [nurse]} # HERE", "catalogue.series[1].titles[0].specialties[0]", "没有专业“nurse”，是不是“nursing”"),
    "specialty_without_title": (
        "        - {code: nursing, zh: 护理, en: Nursing}",
        "        - {code: nursing, zh: 护理, en: Nursing}\n        - {code: midwifery, zh: 助产, en: Midwifery} # HERE",
        "catalogue.series[1].specialties[1].code",
        "没有任何可申报的任职资格",
    ),
    "open_series_is_empty": ("    - code: accounting", "    - code: accounting # HERE", "catalogue.series[2]", "须列出专业"),
    "grade_of_another_level": ("level: intermediate}", "level: intermediate, grade: associate} # HERE", "catalogue.series[0].titles[1].grade", "级别 intermediate 的档次应为：不写"),
    "conditions_for_unknown_series": ("    - series: primary_teaching", "    - series: primary_teachin # HERE", "eligibility.rows[1].series[0]", "是不是“primary_teaching”"),
    "title_without_conditions": ('    - series: ["*"]', "    - series: [primary_teaching]", "catalogue.series[1].titles[0]", "“副主任护师”没有申报条件"),
    "education_unknown": ('education: ["21", "31"]', 'education: ["21", "99"] # HERE', "eligibility.rows[1].education[1]", "不是 GB/T 4658"),
    "education_not_finished": ('education: ["21", "31"]', 'education: ["21", "33"] # HERE', "eligibility.rows[1].education[1]", "毕业学历"),
    "degree_unknown": ('education: ["21", "31"]', 'education: ["21", "31"]\n      degrees: ["7"] # HERE', "eligibility.rows[1].degrees[0]", "GB/T 6864"),
    "ladder_goes_down": (
        "      previous: {level: intermediate}",
        "      previous: {level: senior, grade: full} # HERE",
        "eligibility.rows[0].previous",
        "应低于申报的职称",
    ),
    "years_in_nothing": (
        "      previous: {level: intermediate}\n      years_in_previous_title: 5",
        "      years_in_previous_title: 5 # HERE",
        "eligibility.rows[0].years_in_previous_title",
        "没有写 previous",
    ),
    "slot_twice": ("  - key: schooling", "  - key: county_service", "materials[3].key", "材料项“county_service”重复"),
    "paper_twice": ("      - key: registration", "      - key: diploma # HERE", "materials[1].papers[1].key", "材料“diploma”重复"),
    "section_unknown": ("    section: education", "    section: educations # HERE", "materials[1].section", "是不是“education”"),
    "section_has_no_rows": ("    section: education", "    section: basic # HERE", "materials[1].section", "per: row 须写明"),
    "row_of_no_section": ("    per: row\n    section: education", "    per: row # HERE", "materials[1].per", "per: row 须写明"),
    "year_without_rule": ("    per: year\n", "    per: year # HERE\n", "materials[2].per", "须写明哪些年度"),
    "years_without_year": ("    per: year\n", "    per: none\n", "materials[2].years", "只有 per: year 才写 years"),
    "year_read_without_years": (
        "label: {zh: 学历备案表, en: Online registration}",
        "label: {zh: 学历备案表, en: Online registration}\n        reads: {names_year: true} # HERE",
        "materials[1].papers[1].reads.names_year",
        "只有 per: year 的材料才核对年度",
    ),
    "word_read_both_ways": (
        "reads: {title: [学分证], words: [学分]}",
        "reads: {title: [学分证], words: [学分], never: [学分]} # HERE",
        "materials[2].papers[0].reads.never",
        "同一个词不能既表明是这项材料，又表明不是：学分",
    ),
    "cap_above_limit": ("cap: 2}", "cap: 4} # HERE", "materials[2].years.cap", "超过了 limits.continuing_education_years（3）"),
    "cap_on_the_tenure": (
        "years: {rule: professional_years, cap: 2}",
        "years: {rule: tenure, cap: 5} # HERE",
        "materials[2].years.cap",
        "请写明 assumed: true",
    ),
    "copies_differ": ("    copies: 3", "    copies: 2 # HERE", "materials[0].copies", "limits.review_form_copies（3）"),
    "one_of_one": (
        "      - key: registration\n        label: {zh: 学历备案表, en: Online registration}\n",
        "",
        "materials[1].papers",
        "至少要有两种材料",
    ),
    "stands_for_unknown": (
        "        label: {zh: 服务证明, en: Proof of service}",
        "        label: {zh: 服务证明, en: Proof of service}\n      - key: b\n        label: {zh: 乙, en: B}\n        stands_for: servic # HERE",
        "materials[3].papers[1].stands_for",
        "没有可被代替的材料“servic”，是不是“service”",
    ),
    "stands_for_in_one_of": (
        "        label: {zh: 学历备案表, en: Online registration}",
        "        label: {zh: 学历备案表, en: Online registration}\n        stands_for: diploma # HERE",
        "materials[1].papers[1].stands_for",
        "只有 mode: all_of",
    ),
    "box_may_be_empty": (
        "        label: {zh: 服务证明, en: Proof of service}",
        "        label: {zh: 服务证明, en: Proof of service}\n        only_when: {first_title: true}",
        "materials[3].papers",
        "无条件可用",
    ),
    "paper_only_without_copies": ("    copies: 3", "    copies: 0", "materials[0].upload", "须写明纸质份数"),
    "exempt_without_reason": ("    section: education", "    section: education\n    exempt_when: {first_title: true} # HERE", "materials[1].exempt_when", "须写明理由"),
    "reason_without_exemption": (
        "    section: education",
        "    section: education\n    exempt_reason: {zh: 甲, en: A} # HERE",
        "materials[1].exempt_reason",
        "没有写条件",
    ),
    "optional_and_required": ("    mode: one_of", "    mode: optional # HERE\n    required_when: {first_title: true}", "materials[1].mode", "不需写 required_when"),
    "empty_condition": ("      - {series_in: [nursing]}", "      - {} # HERE", "materials[3].required_when[1]", "条件是空的"),
    "nature_unknown": ("employer_nature_in: [institution]", "employer_nature_in: [institutions]", "materials[3].required_when[0].employer_nature_in[0]", "是不是“institution”"),
    "condition_on_unknown_series": ("series_in: [nursing]", "series_in: [nurses]", "materials[3].required_when[1].series_in[0]", "没有系列“nurses”"),
    "condition_of_a_year_elsewhere": (
        "      - {series_in: [nursing]}",
        "      - {employer_nature_that_year_in: [enterprise]} # HERE",
        "materials[3].required_when[1].employer_nature_that_year_in",
        "只能用于按年度的材料",
    ),
    "condition_of_a_graduation_elsewhere": (
        "      - {series_in: [nursing]}",
        "      - {graduated_before: 2002-01-01} # HERE",
        "materials[3].required_when[1].graduated_before",
        "只能用于按学历逐条的材料",
    ),
    "evidence_in_unknown_slot": ("slots: [schooling]", "slots: [scholing]", "evidence_rules[0].slots[0]", "没有材料项“scholing”，是不是“schooling”"),
    "evidence_for_unknown_section": ("{section: continuing_education, slots", "{section: continuing, slots", "evidence_rules[1].section", "没有“continuing”这一部分"),
    "evidence_of_other_rows": ("slots: [training_credits]", "slots: [schooling]", "evidence_rules[1].slots[0]", "按“education”的各行上传"),
    "evidence_rule_twice": ("{section: continuing_education, slots", "{section: education, slots", "evidence_rules[1].section", "“education”重复"),
    "rows_without_evidence_rule": ("  - {section: education, slots: [schooling], source: S-63}\n", "", "materials[1].section", "没有写明“education”"),
    "annex_twice": (
        "calendar: national",
        "annexes:\n"
        "  - {key: a, title: {zh: 甲, en: A}, text: [{zh: 一, en: One}]}\n"
        "  - {key: a, title: {zh: 乙, en: B}, text: [{zh: 二, en: Two}]} # HERE\n"
        "calendar: national",
        "annexes[1].key",
        "附件“a”重复",
    ),
}  # fmt: skip
# What the change needs beside it, so that the one thing under test is what is wrong.
ALSO = {
    "no_arrival_counts": [("    counts_as_committee_arrival: true\n", "")],
    "open_series_is_empty": [("      by_exam: true\n", "")],
    "year_without_rule": [("    years: {rule: professional_years, cap: 2}\n", "")],
}


@pytest.mark.parametrize("name", PARTS)
def test_error_names_its_line_and_place(name: str) -> None:
    old, new, path, reason = PARTS[name]
    assert_error_is_named(other_text(*ALSO.get(name, []), (old, new)), path, reason)


@pytest.mark.parametrize("name", PARTS)
def test_one_slip_gives_no_flood_of_errors(name: str) -> None:
    old, new, *_rest = PARTS[name]
    assert 1 <= len(errors_in(other_text(*ALSO.get(name, []), (old, new)))) <= 3
