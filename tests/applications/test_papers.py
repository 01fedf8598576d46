"""What 评审表 prints, taken from the frozen submission."""

from __future__ import annotations

import pytest

from tests.support import world as w
from zhicheng.applications.papers import review_form_data
from zhicheng.applications.queries import snapshot_of
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock

pytestmark = pytest.mark.django_db


def test_list_of_materials_names_each_paper_not_its_slot():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
    submission = application.current_submission
    data = review_form_data(snapshot_of(submission), notice_of(application.campaign_version))
    labels = [m["label"] for m in data["materials"]]
    assert "《毕业证书》" in labels and "《教育部学历证书电子注册备案表》" in labels
