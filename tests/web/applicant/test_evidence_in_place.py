"""The papers that prove a row are uploaded beside it (S-63): nothing typed is lost, and the person stays where they were."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.evidence import files
from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page, version_of
from zhicheng.applications import actions
from zhicheng.applications.models import Material
from zhicheng.applications.queries import draft_of

pytestmark = pytest.mark.django_db
ROW = "0a1b2c3d"
SCRIPT = {"HX-Request": "true"}
COURSE = {f"{ROW}-{key}": value for key, value in w.sections()["education"][0].items()}


@told_once
def application(world):
    return w.start(world)


@pytest.fixture
def client(world):
    return client_of(world.applicant)


@pytest.fixture
def saved(client, application):
    """A course of study that is saved: its box is there."""
    client.post(at(application), {"base_version": "0", "save": "1", "row": ROW, **COURSE})
    return application


def at(application, key: str = "education") -> str:
    return reverse("application_section", args=[application.pk, key])


def sent(content: bytes = b"", name: str = "毕业证书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or w.pdf(name), "application/octet-stream")


def form(application, **more):
    return {"base_version": version_of(application, "education"), "row": ROW, **COURSE, **more}


def test_file_and_words_are_kept_by_one_press_of_upload(saved, client):
    words = {f"{ROW}-school": "石河子大学", "upload": f"education-{ROW}.diploma", f"file-education-{ROW}.diploma": sent()}
    answer = client.post(at(saved), form(saved, **words))
    assert answer.status_code == 303
    assert answer.url == at(saved) + f"?saved=1#at-material-education-{ROW}"
    assert draft_of(saved).contents["education"][0]["school"] == "石河子大学"
    material = Material.objects.get()
    assert (material.slot, material.paper, material.row) == ("education", "diploma", ROW)
    shown = page(client.get(answer.url))
    assert "毕业证书.pdf" in shown
    assert "已上传到" in shown


@pytest.mark.parametrize("button", ["save", "next", "return"])
def test_every_save_takes_the_chosen_files_along(saved, client, button):
    chosen = {f"file-education-{ROW}.diploma": sent(), f"file-education-{ROW}.e_registration": sent(name="备案表.pdf")}
    assert client.post(at(saved), form(saved, **{button: "1"}, **chosen)).status_code == 303
    assert set(Material.objects.values_list("paper", flat=True)) == {"diploma", "e_registration"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({f"file-education-{ROW}.diploma": sent(files.encrypted_pdf(), "有密码.pdf")}, "密码"),
        ({"upload": f"education-{ROW}.diploma"}, "请先选择要上传的文件"),
        ({"file-education-ffffffff.diploma": sent()}, "已不在清单中"),
    ],
)
def test_refused_file_is_said_beside_its_control_and_the_words_are_saved(saved, client, more, words):
    answer = client.post(at(saved), form(saved, **{f"{ROW}-school": "石河子大学", "save": "1"}, **more))
    assert answer.status_code == 422
    assert words in page(answer)
    assert draft_of(saved).contents["education"][0]["school"] == "石河子大学"
    assert not Material.objects.exists()
    if "ffffffff" not in str(more):
        assert "field-wrong" in page(answer)


def test_file_is_kept_though_another_window_saved_newer_words(saved, client):
    client.post(at(saved), form(saved, **{f"{ROW}-school": "石河子大学", "save": "1"}))
    stale = {"base_version": "1", "row": ROW, **COURSE, f"{ROW}-school": "新疆大学", f"file-education-{ROW}.diploma": sent()}
    answer = client.post(at(saved), {**stale, "save": "1"})
    assert "有两份内容" in page(answer)
    assert Material.objects.get().paper == "diploma"


def test_script_gets_the_box_of_the_section_page(saved, client):
    address = reverse("application_upload", args=[saved.pk, "education", f"education-{ROW}", "diploma"]) + "?from=education"
    answer = client.post(address, {f"file-education-{ROW}.diploma": sent()}, headers=SCRIPT)
    shown = page(answer)
    assert answer.status_code == 200
    assert shown.lstrip().startswith("<section")
    assert "<form" not in shown, "a form inside a form is none"
    assert f'name="file-education-{ROW}.e_registration"' in shown
    assert "box-count" not in shown


def test_no_control_stands_in_a_form_inside_a_form(saved, client):
    soup = BeautifulSoup(client.get(at(saved)).content, "html.parser")
    assert soup.select("#section-form input[type=file]")
    assert not soup.select("form form")
    ids = [tag["id"] for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids))


def test_autosave_brings_the_place_for_papers_to_a_new_row(application, client):
    address = reverse("application_autosave", args=[application.pk, "education"])
    new = {"base_version": "0", "row": ROW, **COURSE, "without_box": ROW}
    assert f'id="evidence-{ROW}" hx-swap-oob="true"' in page(client.post(address, new, headers=SCRIPT))
    again = {**new, "base_version": "1"}
    del again["without_box"]
    assert "evidence-" not in page(client.post(address, again, headers=SCRIPT)), "a chosen file is not swapped away"


def test_autosave_changes_a_box_that_is_no_longer_asked_for_and_no_other(application, client):
    address = reverse("application_autosave", args=[application.pk, "current_title"])
    first = {"base_version": "0", "current_title-first_title": "on", "box_state": "title_certificate missing"}
    answer = page(client.post(address, first, headers=SCRIPT))
    assert 'id="at-material-title_certificate"' in answer
    assert 'value="title_certificate exempt"' in answer
    again = {**first, "base_version": "1", "box_state": "title_certificate exempt"}
    assert "at-material" not in page(client.post(address, again, headers=SCRIPT)), "a chosen file is not swapped away"


def test_year_the_notice_does_not_ask_for_says_so(world, application, client):
    years = w.sections(years=range(2012, 2014))["continuing_education"]
    actions.save_section(
        actor=world.applicant, application_id=application.pk, key="continuing_education", typed=years, base_version=0
    )
    assert page(client.get(at(application, "continuing_education"))).count("通知不要求上传这个年度的材料") == 2


def test_row_that_is_not_saved_says_how_to_get_there(application, client):
    shown = page(client.get(at(application)))
    assert "保存这一项，接着上传材料" in shown
    answer = client.post(at(application), {"base_version": "0", "save_row": ROW, "row": ROW, **COURSE})
    assert answer.url == at(application) + f"?saved=1#at-education-{ROW}"


def test_offered_years_take_their_papers_at_once(application, client, world):
    for key in ("basic", "current_title", "education"):
        actions.save_section(
            actor=world.applicant, application_id=application.pk, key=key, typed=w.sections()[key], base_version=0
        )
    assert 'id="at-material-continuing_education-2022"' in page(client.get(at(application, "continuing_education")))


def test_section_of_one_form_has_its_papers_at_its_end(application, client):
    for key, box in (("appointment", "appointment"), ("summary", "work_summary")):
        shown = page(client.get(at(application, key)))
        assert shown.count(f'id="at-material-{box}"') == 1


def test_after_submission_the_papers_are_seen_and_not_asked_for(world, application, client):
    w.fill(world.applicant, application)
    w.submit(world.applicant, application)
    shown = page(client.get(at(application)))
    assert 'type="file"' not in shown
    assert "毕业证书" in shown


def test_file_is_replaced_in_one_step_and_leads_back_to_its_row(saved, client):
    client.post(at(saved), form(saved, save="1", **{f"file-education-{ROW}.diploma": sent()}))
    old = Material.objects.get()
    looking = reverse("application_material", args=[saved.pk, old.pk]) + "?from=education"
    assert f'action="{replacing(saved, old)}"'.replace("&", "&amp;") in page(client.get(looking))
    assert client.post(replacing(saved, old), {}).status_code == 422
    answer = client.post(replacing(saved, old), {"file": sent(name="新毕业证书.pdf")})
    assert answer.url == at(saved) + f"#at-material-education-{ROW}"
    old.refresh_from_db()
    assert old.removed_at is not None
    assert Material.objects.get(removed_at__isnull=True).file.name == "新毕业证书.pdf"


def replacing(application, material) -> str:
    address = reverse("application_upload", args=[application.pk, "education", f"education-{ROW}", "diploma"])
    return f"{address}?from=education&replaces={material.pk}"


def test_replacement_that_is_refused_leaves_the_old_file(saved, client):
    client.post(at(saved), form(saved, save="1", **{f"file-education-{ROW}.diploma": sent()}))
    old = Material.objects.get()
    answer = client.post(replacing(saved, old), {"file": sent(files.encrypted_pdf(), "有密码.pdf")})
    assert answer.status_code == 422
    assert "密码" in page(answer)
    assert Material.objects.get().removed_at is None


def test_removed_file_leads_back_to_its_row(saved, client):
    client.post(at(saved), form(saved, save="1", **{f"file-education-{ROW}.diploma": sent()}))
    address = reverse("application_material_remove", args=[saved.pk, Material.objects.get().pk]) + "?from=education"
    assert client.post(address).url == at(saved) + f"#at-material-education-{ROW}"


def test_paper_for_special_cases_is_out_of_the_way_unless_the_answers_call_for_it(saved, client):
    slot = reverse("application_slot", args=[saved.pk, "education"])

    def apart(content: bytes) -> str:
        found = BeautifulSoup(content, "html.parser").find("summary", string="其他情况")
        return str(found.find_parent("details")) if found else ""

    assert "国（境）外学历学位认证书" in apart(client.get(slot).content)
    assert "《教育部学历证书电子注册备案表》" not in apart(client.get(slot).content).replace(
        "没有《教育部学历证书电子注册备案表》的", ""
    )
    assert "《学历认证报告》" not in page(client.get(slot))
    client.post(at(saved), form(saved, save="1", **{f"{ROW}-graduated_on": "2001-06-30", f"{ROW}-started_on": "1997-09-01"}))
    shown = client.get(slot)
    assert "《学历认证报告》" in page(shown)
    assert "《学历认证报告》" not in apart(shown.content)


def test_section_is_not_called_filled_in_while_its_papers_are_missing(saved, client):
    shown = page(client.get(at(saved) + "?saved=1"))
    assert "内容已填好，佐证材料还有 1 处没有传全" in shown and "这一项已经填好" not in shown
    for paper in ("diploma", "e_registration"):
        client.post(
            reverse("application_upload", args=[saved.pk, "education", f"education-{ROW}", paper]),
            {"file": sent(name=f"{paper}.pdf")},
        )
    shown = page(client.get(at(saved) + "?saved=1"))
    assert "这一项已经填好" in shown and "佐证材料还有" not in shown


def test_page_counts_what_is_lacking(saved, client):
    slot = reverse("application_slot", args=[saved.pk, "education"])
    assert "还差 2 项" in page(client.get(slot))
    address = reverse("application_upload", args=[saved.pk, "education", f"education-{ROW}", "diploma"])
    answer = page(client.post(address, {"file": sent()}, headers=SCRIPT))
    assert 'id="box-count" class="box-count" hx-swap-oob="true"' in answer
    assert "还差 1 项" in answer
