"""What 评审表 prints, taken from the frozen submission."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from tests.support import world as w
from tests.support.uploads import keep_file
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.papers import draft_review_form, review_form_data
from zhicheng.applications.queries import snapshot_of
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.photos import photo_of
from zhicheng.foundation import clock
from zhicheng.rehearsal import acts, samples

pytestmark = pytest.mark.django_db


def test_list_of_materials_names_each_paper_not_its_slot():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
    submission = application.current_submission
    data = review_form_data(snapshot_of(submission), notice_of(application.campaign_version))
    labels = [m["label"] for m in data["materials"]]
    assert "《毕业证书》" in labels and "《教育部学历证书电子注册备案表》" in labels


def test_uploaded_photograph_is_printed_where_the_notice_says_so():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.start(world)
        w.fill(world.applicant, application)
        picture = ContentFile(samples.portrait("李红"), name="照片.jpg")
        file = keep_file(upload=picture, actor_id=world.applicant.account_id)
        box = next(box for box in acts.boxes_of(application) if box.slot == "photo")
        acts.attach(world.applicant, application, box, "photo", file)
        draft, _marks = draft_review_form(CaseFile(application))
        submission = w.submit(world.applicant, application)
    snapshot, notice = snapshot_of(submission), notice_of(application.campaign_version)
    said = {"sha256": file.sha256, "media_type": "image/jpeg"}
    assert review_form_data(snapshot, notice)["photo"] == said
    assert photo_of(draft).startswith(b"\xff\xd8")
    glued = notice.papers.review_form.model_copy(update={"photo_slot": None})
    without = notice.model_copy(update={"papers": notice.papers.model_copy(update={"review_form": glued})})
    assert review_form_data(snapshot, without)["photo"] is None


def test_form_of_whoever_uploaded_no_photograph_has_none():
    with clock.travel(w.IN_WINDOW):
        application = w.submitted(w.make_world())
    data = review_form_data(snapshot_of(application.current_submission), notice_of(application.campaign_version))
    assert data["photo"] is None
