"""A reason in words, as long as the law needs it: it arrives whole, or not at all."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.models import Application
from zhicheng.foundation import clock
from zhicheng.integrity.models import IntegrityRecord

pytestmark = pytest.mark.django_db


@told_once(at=w.IN_WINDOW + w.UNTIL_REPORT)
def case(world) -> Application:
    """A case at the prefecture."""
    with clock.travel(w.IN_WINDOW):
        application = w.submitted(world)
        w.to_bureau(world, application)
    return application


def send(world, case: Application, reason: str):
    return client_of(world.bureau).post(reverse("office_fraud", args=[case.pk]), {"reason": reason})


def test_reason_too_long_is_refused_whole_and_stays_on_the_page(world, case) -> None:
    reason = "毕业证书经学校核实系伪造。" * 240
    answer = send(world, case, reason)
    assert answer.status_code == 422
    assert f"“理由”最多1000个字，现在有{len(reason)}个字，请删减。" in page(answer)
    assert reason in page(answer) and "maxlength" not in page(answer)
    assert not IntegrityRecord.objects.exists()


def test_reason_at_the_limit_with_line_breaks_is_kept_whole(world, case) -> None:
    reason = ("毕业证书经学校核实\n系伪造。" * 100)[:999] + "。"
    assert send(world, case, reason.replace("\n", "\r\n")).status_code == 303
    assert IntegrityRecord.objects.get().reason == reason
