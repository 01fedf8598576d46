"""The materials over HTTP: what each box says, what is refused beside its control, and that nobody else sees a file."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.evidence import files
from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.models import Material
from zhicheng.applications.queries import draft_of
from zhicheng.foundation.models import AccessRefusal

pytestmark = pytest.mark.django_db
SCRIPT = {"HX-Request": "true"}


@told_once
def application(world):
    return w.start(world)


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def to(application, box: str, paper: str, slot: str = "") -> str:
    return reverse("application_upload", args=[application.pk, slot or box, box, paper])


def sent(content: bytes = b"", name: str = "扫描件.pdf") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, content or w.pdf(name), "application/octet-stream")}


def test_slot_says_number_wants_why_and_how(application, client):
    shown = page(client.get(reverse("application_slot", args=[application.pk, "appointment"])))
    for words in (
        "（五）",
        "二者任选其一",
        "证明申报人是本单位在职人员",
        "以下各项任选其一上传",
        "每个文件不超过 20",
        "PDF、JPG、PNG",
    ):
        assert words in shown


def test_slot_shows_what_each_of_its_papers_looks_like(application, client):
    shown = page(client.get(reverse("application_slot", args=[application.pk, "appointment"])))
    assert shown.count('<svg class="drawn"') == 2
    assert "drawn-example" not in page(client.get(reverse("application_slot", args=[application.pk, "other"])))


def test_slot_of_the_unit_or_of_nobody_is_404(application, client):
    for slot in ("publicity", "review_form", "nothing", "awards"):
        assert client.get(reverse("application_slot", args=[application.pk, slot])).status_code == 404


def test_exempt_box_says_why(world, application, client):
    from zhicheng.applications import actions

    actions.save_section(
        actor=world.applicant,
        application_id=application.pk,
        key="current_title",
        typed={"first_title": "on"},
        base_version=0,
    )
    shown = page(client.get(reverse("application_slot", args=[application.pk, "title_certificate"])))
    assert "首次申报职称，尚无任职资格证书" in shown


def test_upload_is_kept_shown_and_previewed(application, client):
    answer = client.post(to(application, "commitment", "commitment"), sent(), follow=True)
    assert "扫描件.pdf" in page(answer)
    material = Material.objects.get()
    assert client.get(reverse("application_material", args=[application.pk, material.pk])).status_code == 200
    original = client.get(reverse("application_file", args=[application.pk, material.pk]))
    assert b"".join(original.streaming_content) == w.pdf("扫描件.pdf")
    picture = client.get(reverse("application_preview", args=[application.pk, material.pk, 1]))
    assert picture["Content-Type"] == "image/png"
    assert client.get(reverse("application_preview", args=[application.pk, material.pk, 2])).status_code == 404


def test_upload_by_script_answers_the_box_alone(application, client):
    answer = client.post(to(application, "commitment", "commitment"), sent(), headers=SCRIPT)
    assert answer.status_code == 200
    assert "<html" not in page(answer)
    assert 'id="at-material-commitment"' in page(answer)
    assert "已上传" in page(answer)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (files.text(), "证书.pdf", "内容"),
        (files.encrypted_pdf(), "证书.pdf", "密码"),
        (b"", "空.pdf", "空"),
        (files.program(), "证书.exe", "PDF"),
    ],
)
@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_bad_file_is_refused_beside_its_control(application, client, content, name, words, headers):
    client.post(to(application, "commitment", "commitment"), sent(name="好.pdf"))
    file = SimpleUploadedFile(name, content, "application/pdf")
    answer = client.post(to(application, "commitment", "commitment"), {"file": file}, headers=headers)
    assert answer.status_code == 422
    shown = page(answer)
    assert words in shown
    assert "field-wrong" in shown
    assert "好.pdf" in shown
    assert Material.objects.count() == 1


def test_nothing_chosen_and_wrong_box_are_said(application, client):
    answer = client.post(to(application, "commitment", "commitment"), {})
    assert answer.status_code == 422
    assert "请先选择要上传的文件" in page(answer)
    assert client.post(to(application, "commitment", "diploma"), sent()).status_code == 422
    assert client.post(to(application, "appraisals-1999", "annual_appraisal", "commitment"), sent()).status_code == 422


def test_format_the_slot_does_not_take_is_named(application, client):
    answer = client.post(to(application, "photo", "photo"), sent())
    assert answer.status_code == 422
    assert "只接受JPG、PNG格式" in page(answer)
    assert client.post(to(application, "photo", "photo"), sent(files.jpeg(), "照片.jpg")).status_code == 303


def test_same_file_for_another_slot_is_refused(application, client):
    client.post(to(application, "commitment", "commitment"), sent(w.pdf("one")))
    answer = client.post(to(application, "work_summary", "work_summary"), sent(w.pdf("one")))
    assert answer.status_code == 422
    assert "已经作为另一项材料上传" in page(answer)


def test_removing_asks_first(application, client):
    client.post(to(application, "commitment", "commitment"), sent())
    material = Material.objects.get()
    address = reverse("application_material_remove", args=[application.pk, material.pk])
    assert "移除“扫描件.pdf”？" in page(client.get(address))
    assert Material.objects.get().removed_at is None
    assert "已移除" in page(client.post(address, follow=True))
    assert Material.objects.get().removed_at is not None


def test_after_submission_files_can_be_seen_and_not_changed(world, application, client):
    w.fill(world.applicant, application)
    w.submit(world.applicant, application)
    material = Material.objects.filter(application=application).first()
    assert client.post(reverse("application_material_remove", args=[application.pk, material.pk])).status_code == 422
    answer = client.post(to(application, "commitment", "commitment"), sent())
    assert answer.status_code == 422
    assert "已经上报" in page(answer)
    assert client.get(reverse("application_material", args=[application.pk, material.pk])).status_code == 200


def test_file_of_another_person_is_404_and_recorded(world, application, client):
    client.post(to(application, "commitment", "commitment"), sent())
    material = Material.objects.get()
    neighbour = world.new_applicant()
    own = w.start(world, neighbour)
    other = client_of(neighbour)
    for name in ("application_material", "application_file", "application_material_remove"):
        for number in (application.pk, own.pk):
            address = reverse(name, args=[number, material.pk])
            assert other.get(address).status_code == 404
            assert AccessRefusal.objects.filter(path=address).exists()
    assert other.get(reverse("application_preview", args=[own.pk, material.pk, 1])).status_code == 404
    assert other.post(to(application, "commitment", "commitment"), sent()).status_code == 404


def test_returned_box_shows_the_desk_s_words(world, application, client):
    w.fill(world.applicant, application)
    w.submit(world.applicant, application)
    row = draft_of(application).contents["education"][0]["id"]
    from zhicheng.review import actions as review

    application.refresh_from_db()
    review.return_application(
        actor=world.unit_admin,
        application_id=application.pk,
        submission_id=application.current_submission_id,
        reasons=[
            w.review_reason("扫描件不清晰，请重新扫描。", f"material:education-{row}:diploma"),
            w.review_reason("学校名称写错，请更正。", f"education.{row}.school"),
            w.review_reason("手机号码打不通，请核对。", "basic.mobile"),
        ],
    )
    tasks = page(client.get(reverse("application_tasks", args=[application.pk])))
    slot = reverse("application_slot", args=[application.pk, "education"])
    assert f'href="{slot}#at-material-education-{row}"' in tasks
    assert f"#id_{row}-school" in tasks
    assert tasks.count("需修改") == 3
    assert "《毕业证书》：扫描件不清晰" in page(client.get(slot))
    section = page(client.get(reverse("application_section", args=[application.pk, "education"])))
    assert "学校名称写错" in section
    assert f'id="id_{row}-school"' in section
    assert "手机号码打不通" in page(client.get(reverse("application_section", args=[application.pk, "basic"])))
