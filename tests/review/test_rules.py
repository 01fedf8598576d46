"""What a return and a paper dossier must hold (S-37, S-41…S-47, S-79; 人社部令40号 第十八条)."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from zhicheng.review.rules import MOST_REASONS, DossierFacts, ReturnReason, dossier_problems, return_problems

GOOD = DossierFacts(
    received_on=date(2023, 6, 1), copies=2, duplex_with_watermark=True, handwritten_opinion=True, signed=True, sealed=True,
    mark_state="current",
)  # fmt: skip


def test_return_without_reasons_is_no_return() -> None:
    assert [p.code for p in return_problems([])] == ["reasons_missing"]


def test_every_reason_is_judged_at_once() -> None:
    found = return_problems(
        [
            ReturnReason("material:education", "illegible", "毕业证书不清晰，请重新扫描。"),
            ReturnReason("basic", "nonsense", "短"),
            ReturnReason("x" * 121, "illegible", "字" * 501),
        ]
    )
    assert [p.where for p in found] == ["reasons.2.code", "reasons.2.text", "reasons.3.where", "reasons.3.text"]
    assert "第2条" in str(found[0].text)


def test_a_return_has_an_end() -> None:
    reason = ReturnReason("basic", "illegible", "请重新填写。")
    assert return_problems([reason] * MOST_REASONS) == []
    assert [p.code for p in return_problems([reason] * (MOST_REASONS + 1))] == ["too_many"]


def test_dossier_in_order_has_no_problem() -> None:
    assert dossier_problems(GOOD, copies_wanted=2) == []
    assert dossier_problems(dataclasses.replace(GOOD, copies=3), copies_wanted=2) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"copies": 1}, "copies"),
        ({"duplex_with_watermark": False}, "duplex_with_watermark"),
        ({"handwritten_opinion": False}, "handwritten_opinion"),
        ({"signed": False}, "signed"),
        ({"sealed": False}, "sealed"),
        ({"mark_state": "void"}, "printed_mark"),
        ({"mark_state": "unknown"}, "printed_mark"),
    ],
)
def test_dossier_out_of_order_names_it(change, where) -> None:
    assert [p.where for p in dossier_problems(dataclasses.replace(GOOD, **change), copies_wanted=2)] == [where]


def test_all_of_a_bad_dossier_is_told_at_once_and_none_is_said_to_be_missing() -> None:
    bad = DossierFacts(date(2023, 6, 1), 0, False, False, False, False, "void")
    assert len(dossier_problems(bad, copies_wanted=2)) == 6
    assert [p.code for p in dossier_problems(None, copies_wanted=2)] == ["no_dossier"]
