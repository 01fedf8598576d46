"""The applicant's road over HTTP, page after page, as a browser without scripts walks it (S-19…S-27)."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.support import world as w
from tests.support.checking import check_due
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.completeness import requirements_of
from zhicheng.applications.models import Application, Submission
from zhicheng.applications.queries import draft_of
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.states import State

pytestmark = pytest.mark.django_db


def test_every_page_from_prompt_to_receipt(world):
    client = client_of(world.applicant)
    assert client.get(reverse("my_titles")).status_code == 200
    assert "您还没有申请书" in page(client.get(reverse("my_applications")))
    answer = client.get(reverse("application_new"), follow=True)
    assert "提示信息" in page(answer)
    slug = answer.resolver_match.kwargs["slug"]
    answer = client.post(reverse("application_prompt", args=[slug]), {"accepted": "on"}, follow=True)
    assert "您申报哪个系列" in page(answer)  # without scripts nothing had to be chosen below the prompt
    choose = reverse("application_choose", args=[slug])
    assert "专业" in page(client.get(choose, {"series": "engineering", "asked": "series"}))
    chosen = {"series": "engineering", "specialty": "water", "title": "engineer"}
    assert "我要申报" in page(client.get(choose, chosen))
    answer = client.post(choose, chosen, follow=True)
    application = Application.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("application_section", args=[application.pk, "basic"])

    for key, content in w.sections().items():
        address = reverse("application_section", args=[application.pk, key])
        shown = client.get(address)
        assert shown.status_code == 200
        if BY_KEY[key].rows:
            ids = [f"{n:08x}" for n in range(1, len(content) + 1)]
            sent = {f"{i}-{k}": v for i, row in zip(ids, content, strict=True) for k, v in row.items()} | {"row": ids}
        else:
            sent = {f"{key}-{k}": v for k, v in content.items()}
        saved = client.post(address, sent | {"base_version": "0", "save": "1"}, follow=True)
        assert saved.status_code == 200
        assert "已保存" in page(saved)

    application.refresh_from_db()
    for box in requirements_of(application, draft_of(application).contents):
        if box.required and box.upload and box.owner == "applicant":
            assert client.get(reverse("application_slot", args=[application.pk, box.slot])).status_code == 200
            wanted = [p for p in box.papers if p.stands_for is None]
            for paper in wanted if box.mode == "all_of" else wanted[:1]:
                address = reverse("application_upload", args=[application.pk, box.slot, box.key, paper.key])
                file = SimpleUploadedFile("扫描.pdf", w.pdf(f"{box.key}-{paper.key}"), "application/pdf")
                assert client.post(address, {"file": file}).status_code == 303

    assert check_due() > 0
    check = client.get(reverse("application_check", args=[application.pk]))
    assert "博尔塔拉河灌区渠系改造" in page(check)
    assert {p.code for p in check.context["missing"]} == {"not_looked_at"}, "the scans are blank"
    answer = client.get(check.context["warned"][0].url)
    while answer.resolver_match.url_name == "application_material":
        answer = client.post(answer.request["PATH_INFO"] + "?from=check", follow=True)
    check = answer
    assert check.context["missing"] == []
    token = re.search(r'name="form_token"\s+value="([^"]+)"', page(check))[1]
    promise = w.check_read(application) | {
        "form_token": token,
        "commitment": "on",
        "liability": "on",
        "commitment_version": "2023-1",
        "liability_version": "2023-1",
    }
    answer = client.post(reverse("application_check", args=[application.pk]), promise, follow=True)
    submission = Submission.objects.get()
    assert submission.sha256 in page(answer)
    assert application.number in page(answer)
    again = client.post(reverse("application_check", args=[application.pk]), promise)
    assert again.status_code == 303
    assert Submission.objects.count() == 1
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW
    assert "等待单位审核" in page(client.get(reverse("my_application", args=[application.pk])))
    for name in ("my_titles", "my_applications"):
        assert application.number in page(client.get(reverse(name)))
