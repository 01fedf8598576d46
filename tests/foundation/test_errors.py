from django.utils.translation import gettext_lazy

from zhicheng.foundation.errors import Problem, Refused


def test_refused_keeps_every_problem_in_order() -> None:
    problems = [Problem("甲", where="name", code="a"), Problem(gettext_lazy("乙"), where="email", code="b", link="#email")]
    refused = Refused(iter(problems))
    assert refused.problems == problems
    assert refused.has("a") and refused.has("b") and not refused.has("c")
    assert "甲" in str(refused) and "乙" in str(refused)


def test_refused_one_is_a_single_problem() -> None:
    refused = Refused.one("请填写姓名。", where="name", code="missing", link="#name")
    assert refused.problems == [Problem("请填写姓名。", where="name", code="missing", link="#name")]
