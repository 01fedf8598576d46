"""我的资料库 over HTTP: kept, changed, taken over and thrown away by its owner alone, with and without a script."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.support import world as w
from tests.support.asked import asking
from tests.support.cases.library import AWARD, kept
from tests.web.applicant.kit import client_of, page, version_of
from zhicheng.applications.actions import keep_in_library
from zhicheng.applications.models import Application
from zhicheng.applications.queries import draft_of, materials_of
from zhicheng.campaigns.queries import notice_of
from zhicheng.library.actions import keep_item
from zhicheng.library.models import LibraryItem
from zhicheng.library.queries import content_of

pytestmark = pytest.mark.django_db
TYPED = {f"awards-{name}": value for name, value in AWARD.items()}


@pytest.fixture
def client(world: w.World):
    return client_of(world.applicant)


def filled(world: w.World) -> Application:
    application = w.start(world)
    w.fill(world.applicant, application)
    return application


def test_item_is_added_as_typed_and_read_as_the_form_reads_it(client) -> None:
    answer = client.post(reverse("library_new", args=["awards"]), TYPED | {"awards-awarded_on": "2021年5月8日"})
    item = LibraryItem.objects.get()
    assert answer.url == reverse("library_item", args=[item.pk]) + "#files"
    assert content_of(item)["awarded_on"] == "2021-05-08"
    shown = page(client.get(reverse("library")))
    assert "科技进步奖" in shown
    assert "博州人民政府" in shown


def test_wrong_value_is_kept_and_told_beside_its_field(client) -> None:
    answer = client.post(reverse("library_new", args=["awards"]), TYPED | {"awards-awarded_on": "前年"}, follow=True)
    assert content_of(LibraryItem.objects.get())["awarded_on"] == "前年"
    assert "没有看懂。请按" in page(answer)


def test_nothing_typed_is_said_and_nothing_kept(client) -> None:
    answer = client.post(reverse("library_new", args=["awards"]), {})
    assert answer.status_code == 422
    assert "还没有填写任何内容" in page(answer)
    assert not LibraryItem.objects.exists()


def test_end_that_is_no_date_is_told_and_all_that_was_typed_stands_there(client) -> None:
    typed = {"education-school": "新疆农业大学", "valid_until": "明年"}
    answer = client.post(reverse("library_new", args=["education"]), typed)
    assert answer.status_code == 422
    assert 'value="新疆农业大学"' in page(answer)
    assert 'value="明年"' in page(answer)
    client.post(reverse("library_new", args=["education"]), typed | {"valid_until": "2031.2.3"})
    assert str(LibraryItem.objects.get().valid_until) == "2031-02-03"


def test_two_tabs_are_shown_side_by_side_and_the_second_save_is_the_persons_choice(world, client) -> None:
    item = kept(world)
    address = reverse("library_item", args=[item.pk])
    client.post(address, TYPED | {"awards-rank": "2/5", "base_version": "1"})
    answer = client.post(address, TYPED | {"awards-rank": "3/5", "base_version": "1"})
    assert answer.status_code == 422
    shown = page(answer)
    assert "另一个窗口里保存的内容" in shown
    assert "2/5" in shown
    assert 'value="3/5"' in shown
    client.post(address, TYPED | {"awards-rank": "3/5", "base_version": str(answer.context["version"])})
    item.refresh_from_db()
    assert content_of(item)["rank"] == "3/5"


def test_item_removed_in_another_tab_is_said_and_what_was_typed_stands_there(world, client) -> None:
    item = kept(world)
    open_page = reverse("library_item", args=[item.pk])
    client.post(reverse("library_item_remove", args=[item.pk]))
    assert not LibraryItem.objects.exists()
    assert client.get(open_page).status_code == 404
    answer = client.post(open_page, TYPED | {"base_version": "1"})
    assert answer.status_code in {404, 422}
    assert not LibraryItem.objects.exists()


@pytest.mark.parametrize(
    "name", ["library_item", "library_item_remove", "library_file", "library_file_add", "library_file_remove"]
)
def test_anothers_library_is_not_there(world, name: str) -> None:
    item = kept(world)
    file = item.files.get().file_id
    args = [item.pk, file] if name in {"library_file", "library_file_remove"} else [item.pk]
    other = client_of(world.new_applicant())
    sent = name in {"library_file_add", "library_file_remove"}
    assert other.post(reverse("library_item_remove", args=[item.pk])).status_code == 404
    data = {"file": SimpleUploadedFile("a.pdf", w.pdf("a"))} if name == "library_file_add" else {}
    answer = other.post(reverse(name, args=args), data) if sent else other.get(reverse(name, args=args))
    assert answer.status_code == 404
    assert item.files.get().file_id == file


def test_file_is_brought_looked_at_and_taken_out(world, client) -> None:
    item = keep_item(actor=world.applicant, kind="education", content={"school": "新疆农业大学"})
    data = {"file": SimpleUploadedFile("毕业证书.pdf", w.pdf("diploma")), "paper": "education.diploma"}
    answer = client.post(reverse("library_file_add", args=[item.pk]), data, follow=True)
    assert "已存入资料库" in page(answer)
    row = item.files.get()
    assert (row.slot, row.paper) == ("education", "diploma")
    answer = client.get(reverse("library_file", args=[item.pk, row.file_id]))
    assert b"".join(answer.streaming_content) == w.pdf("diploma")
    client.post(reverse("library_file_remove", args=[item.pk, row.file_id]))
    assert not item.files.exists()


def test_file_that_is_none_is_refused_beside_its_control(world, client) -> None:
    item = kept(world)
    data = {"file": SimpleUploadedFile("a.exe", b"MZ" * 400)}
    answer = client.post(reverse("library_file_add", args=[item.pk]), data)
    assert answer.status_code == 422
    assert "field-error" in page(answer)
    assert item.files.count() == 1


def test_one_press_takes_an_application_over(world, client) -> None:
    application = filled(world)
    answer = client.post(reverse("library_take_over"), {"application": application.pk}, follow=True)
    assert "新增 15 项" in page(answer)
    again = client.post(reverse("library_take_over"), {"application": application.pk}, follow=True)
    assert "资料库里都有了" in page(again)
    assert LibraryItem.objects.count() == 15
    assert client_of(world.new_applicant()).post(reverse("library_take_over"), {"application": application.pk}).status_code == 404


def test_emptying_asks_first_and_leaves_the_application_alone(world, client) -> None:
    application = filled(world)
    keep_in_library(actor=world.applicant, application_id=application.pk)
    files = materials_of(application).count()
    assert "15 项" in page(client.get(reverse("library_empty")))
    client.post(reverse("library_empty"))
    assert not LibraryItem.objects.exists()
    assert materials_of(application).count() == files


def test_section_offers_what_fits_ticked_and_fills_it_in_with_what_was_typed(world, client) -> None:
    keep_in_library(actor=world.applicant, application_id=filled(world).pk)
    second = w.start(world, specialty="construction")
    address = reverse("application_section", args=[second.pk, "education"])
    shown = client.get(address)
    [offer] = shown.context["library"]["offers"]
    assert offer["ticked"]
    typed = {"row": "0a1b2c3d", "0a1b2c3d-school": "博州职业学院", "base_version": "0"}
    answer = client.post(address, typed | {"take": "1", "from_library": [offer["pk"]]}, follow=True)
    assert "已从资料库填入" in page(answer)
    assert [row["school"] for row in draft_of(second).contents["education"]] == ["博州职业学院", "新疆农业大学"]
    assert materials_of(second).count() == 2
    assert "from-library" not in page(answer)


def test_nothing_ticked_says_so_and_keeps_what_was_typed_on_the_page(world, client) -> None:
    keep_in_library(actor=world.applicant, application_id=filled(world).pk)
    second = w.start(world, specialty="construction")
    typed = {"row": "0a1b2c3d", "0a1b2c3d-school": "博州职业学院", "base_version": "0", "take": "1"}
    answer = client.post(reverse("application_section", args=[second.pk, "education"]), typed)
    assert answer.status_code == 422
    assert "请先勾选" in page(answer)
    assert "博州职业学院" in page(answer)


def test_row_is_kept_as_one_goes(world, client) -> None:
    application = w.start(world)
    address = reverse("application_section", args=[application.pk, "education"])
    typed = {"row": "0a1b2c3d", "0a1b2c3d-school": "博州职业学院", "base_version": "0", "keep": "0a1b2c3d"}
    answer = client.post(address, typed, follow=True)
    assert "已存入资料库" in page(answer)
    assert content_of(LibraryItem.objects.get())["school"] == "博州职业学院"
    assert version_of(application, "education") == 1


def test_library_costs_the_same_for_one_item_and_for_many(world, client) -> None:
    kept(world)
    counts = []
    for number in (1, 12):
        for each in range(number):
            keep_item(actor=world.applicant, kind="awards", content={"name": f"奖{number}-{each}"})
        client.get(reverse("library"))
        with asking() as asked:
            client.get(reverse("library"))
        counts.append(asked.count)
    assert counts[0] == counts[1] <= 8


def test_file_used_before_is_offered_in_its_box_with_where_it_was_used(world, client) -> None:
    application = filled(world)
    before = next(m for m in materials_of(application) if m.slot == "continuing_education")
    second = w.start(world, specialty="construction")
    client.post(
        reverse("application_section", args=[second.pk, "current_title"]),
        {f"current_title-{name}": value for name, value in w.sections()["current_title"].items()} | {"base_version": "0"},
    )
    client.post(
        reverse("application_section", args=[second.pk, "education"]),
        {"row": "0a1b2c3d", **{f"0a1b2c3d-{n}": v for n, v in w.sections()["education"][0].items()}, "base_version": "0"},
    )
    shown = page(client.get(reverse("application_slot", args=[second.pk, "continuing_education"])))
    assert f"用于2023年度申请书 {application.number}" in shown
    pressed = f"{before.file_id}.continuing_education-{before.year}.{before.paper}"
    assert f'value="{pressed}"' in shown
    address = reverse("application_use_file", args=[second.pk, "continuing_education"])
    answer = client.post(address, {"use_file": pressed}, follow=True)
    assert "已放入" in page(answer)
    assert [m.file_id for m in materials_of(second)] == [before.file_id]


def test_file_of_another_is_not_put_in(world, client) -> None:
    other = world.new_applicant()
    foreign = w.start(world, other)
    w.fill(other, foreign)
    mine = w.start(world)
    file = materials_of(foreign)[0]
    address = reverse("application_use_file", args=[mine.pk, "commitment"])
    answer = client.post(address, {"use_file": f"{file.file_id}.commitment.commitment"}, follow=True)
    assert "没有找到这个文件" in page(answer)
    assert not materials_of(mine).exists()


def test_new_application_begins_with_what_an_earlier_one_holds(world, client) -> None:
    application = filled(world)
    slug = notice_of(world.version).slug
    choice = {"series": "engineering", "specialty": "construction", "title": "engineer"}
    shown = client.get(reverse("application_choose", args=[slug]), choice)
    assert [source["pk"] for source in shown.context["sources"]] == [application.pk]
    answer = client.post(reverse("application_choose", args=[slug]), choice | {"bring": application.pk}, follow=True)
    second = Application.objects.latest("pk")
    assert answer.redirect_chain[-1][0] == reverse("application_bring", args=[second.pk]) + f"?from={application.pk}"
    shown = page(answer)
    assert "重新签名" in shown and "已带入的" in shown
    assert all(f"<li>{name}</li>" in shown for name in ("基本信息", "学历学位（1项）", "继续教育（4项）", "专业技术工作总结"))
    files = {m.file.name for m in materials_of(second)}
    assert files and all(f"<li>{name}</li>" in shown for name in files)
    assert answer.context["next_url"] == reverse("application_slot", args=[second.pk, "commitment"])
    assert draft_of(second).contents["summary"] == draft_of(application).contents["summary"]


def test_bringing_in_nothing_or_anothers_is_told(world, client) -> None:
    application = w.start(world)
    other = world.new_applicant()
    foreign = w.start(world, other)
    address = reverse("application_bring", args=[application.pk])
    assert "请先选择" in page(client.post(address, {}))
    assert client.post(address, {"bring": foreign.pk}).status_code == 404
    assert client.get(address + f"?from={foreign.pk}").status_code == 404
    assert "没有可以带入" in page(client.get(address))
