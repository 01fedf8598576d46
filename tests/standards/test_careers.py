from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.careers import HeldTitle, Span, SpanProblem, check_spans, titles_out_of_order

TODAY = date(2023, 9, 1)


def test_a_seamless_history_is_fine() -> None:
    spans = [
        Span(date(2018, 7, 1)),
        Span(date(2010, 7, 1), date(2014, 6, 30)),
        Span(date(2014, 7, 1), date(2018, 7, 1)),
    ]
    assert check_spans(spans, today=TODAY) == ()


def test_a_gap_of_a_month_is_allowed_and_a_day_more_is_not() -> None:
    first = Span(date(2010, 7, 1), date(2014, 6, 30))
    assert check_spans([first, Span(date(2014, 8, 1))], today=TODAY) == ()
    assert check_spans([first, Span(date(2014, 8, 2))], today=TODAY) == (SpanProblem("gap", 0, 1, 32),)


def test_an_overlap_and_a_reversed_span_are_named() -> None:
    overlap = check_spans([Span(date(2010, 1, 1), date(2012, 1, 10)), Span(date(2012, 1, 1), date(2013, 1, 1))], today=TODAY)
    assert overlap == (SpanProblem("overlap", 0, 1, 10),)
    assert check_spans([Span(date(2012, 1, 2), date(2012, 1, 1))], today=TODAY) == (SpanProblem("reversed", 0, 0, 1),)


def test_a_job_inside_a_longer_one_does_not_open_a_gap() -> None:
    spans = [Span(date(2010, 1, 1), date(2020, 1, 1)), Span(date(2012, 1, 1), date(2012, 12, 31)), Span(date(2020, 1, 2))]
    assert [problem.kind for problem in check_spans(spans, today=TODAY)] == ["overlap"]


def test_two_jobs_until_now_overlap() -> None:
    spans = [Span(date(2020, 1, 1)), Span(date(2021, 1, 1))]
    assert [problem.kind for problem in check_spans(spans, today=TODAY)] == ["overlap"]


def test_titles_rise() -> None:
    rising = [
        HeldTitle("intermediate", "", date(2020, 1, 1)),
        HeldTitle("junior", "technician", date(2010, 1, 1)),
        HeldTitle("junior", "assistant", date(2014, 1, 1)),
        HeldTitle("intermediate", "", date(2022, 1, 1)),
    ]
    assert titles_out_of_order(rising) == ()
    assert titles_out_of_order([*rising, HeldTitle("junior", "assistant", date(2023, 1, 1))]) == ((3, 4),)


@given(st.lists(st.integers(1, 900), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_history_without_holes_is_fine_in_any_order(lengths: list[int], random: object) -> None:
    spans, start = [], date(1995, 1, 1)
    for length in lengths:
        end = start + timedelta(days=length)
        spans.append(Span(start, end))
        start = end + timedelta(days=1)
    random.shuffle(spans)  # type: ignore[attr-defined]
    assert check_spans(spans, today=TODAY) == ()
