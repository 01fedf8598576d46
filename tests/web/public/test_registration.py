"""单位注册 and 个人注册 over HTTP, as a visitor's browser does it (S-07…S-18, S-35, S-36)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.web.registering import (
    IN_WINDOW,
    accepted,
    errors_of,
    licence_upload,
    link_in,
    mails,
    page_of,
    person_typed,
    publish,
    summary_of,
    unit_typed,
)
from zhicheng.accounts.confirmation_keys import make_key
from zhicheng.accounts.devices import devices_of
from zhicheng.accounts.models import NoticeAcceptance, User
from zhicheng.accounts.queries import was_asked_to_confirm
from zhicheng.accounts.rules import LINK_LIVES
from zhicheng.campaigns.models import Campaign
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.organizations.models import Organization, UnitVerification
from zhicheng.web.shared import limits

pytestmark = pytest.mark.django_db
PERSON, UNIT, DONE = (reverse(name) for name in ("register_person", "register_unit", "register_done"))


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        publish()
        yield


# --- 注册须知 ---


def test_the_form_of_a_unit_cannot_be_reached_around_the_notice() -> None:
    client = Client()
    for answer in (client.get(UNIT), client.post(UNIT, {"name": "x"})):
        assert answer.status_code == 302 and answer["Location"] == reverse("register_unit_notice") + "?first=1"
    assert "请先阅读并同意注册须知" in client.get(answer["Location"]).content.decode()


def test_going_on_without_the_tick_says_what_to_do() -> None:
    answer = Client().post(reverse("register_unit_notice"), {"shown": "x" * 64})
    assert answer.status_code == 422 and summary_of(answer) == ["请先阅读注册须知，勾选“我已认真阅读并同意”后再继续。"]
    assert page_of(answer).title.get_text().startswith("错误：")


def test_a_notice_that_changed_while_it_was_read_has_to_be_read_again() -> None:
    answer = Client().post(reverse("register_unit_notice"), {"shown": "0" * 64, "accepted": "on"})
    assert answer.status_code == 422 and "刚刚更新" in summary_of(answer)[0]
    assert page_of(answer).select_one("input[name=accepted]").get("checked") is None


@pytest.mark.parametrize(
    ("ticked", "shown", "said"),
    [
        (False, "", "请先阅读注册须知，勾选“我已认真阅读并同意”后再继续。"),
        (True, "0" * 64, "注册须知刚刚更新，请重新阅读下面的内容后再勾选。"),
    ],
)
def test_person_reads_the_notice_above_the_form_and_accepts_that_very_text(ticked: bool, shown: str, said: str) -> None:
    typed = person_typed(employer_id=str(ex.approved_unit().pk))
    typed |= {"shown": shown} if shown else {}
    answer = Client().post(PERSON, typed if ticked else {k: v for k, v in typed.items() if k != "accepted"})
    assert answer.status_code == 422 and summary_of(answer) == [said] == [errors_of(answer, "accepted").removeprefix("错误：")]
    page = page_of(answer)
    assert page.select_one("input[name=accepted]").get("checked") is None and page.select_one(".notice-text p")
    assert page.select_one("input[name=name]")["value"] == typed["name"] and not User.objects.filter(username="person1").exists()
    again = typed | {"accepted": "on", "shown": page.select_one("input[name=shown]")["value"]}
    assert Client().post(PERSON, again).status_code == 303


def test_looking_for_the_employer_keeps_the_tick() -> None:
    answer = Client().post(PERSON, person_typed(employer_words="中学", find="1"))
    assert page_of(answer).select_one("input[name=accepted]").get("checked") is not None


def test_before_any_notice_is_published_nobody_can_register(settings) -> None:
    Campaign.objects.update(published=False)
    page = Client().get(reverse("register_unit_notice"))
    assert page.status_code == 200 and "暂未开放注册" in page.content.decode()
    assert Client().get(UNIT).status_code == 302
    assert "暂未开放注册" in Client().get(PERSON).content.decode()


# --- 个人注册 ---


def test_person_registers_confirms_and_signs_in() -> None:
    employer = ex.approved_unit()
    client = accepted("person")
    with clock.travel(clock.now() + timedelta(minutes=5)):
        answer = client.post(PERSON, person_typed(employer_id=str(employer.pk)))
    assert answer.status_code == 303 and answer["Location"] == DONE
    assert "person1@mail.example" in client.get(DONE).content.decode()
    user = User.objects.get(username="person1")
    kept = NoticeAcceptance.objects.get(user=user)
    assert kept.text_key == "bortala-2023:registration_notice_person" and kept.accepted_at == IN_WINDOW + timedelta(minutes=5)
    sign_in = {"login": "person1", "password": ex.PASSWORD}
    assert "_auth_user_id" not in (client.post(reverse("account_login"), sign_in) and client.session)
    link = link_in(mails("person1@mail.example")[0])
    assert "确认后直接登录" in client.get(link).content.decode()
    assert client.post(link, follow=True).redirect_chain[-1][0] == reverse("my_titles")
    assert client.session["_auth_user_id"] == str(user.pk)
    for again in (client, Client()):  # the link once more, looked at and sent, signed in or elsewhere
        for answer in (again.get(link), again.post(link)):
            assert answer.status_code == 200 and "这个邮箱已经确认过了" in answer.content.decode()


def _registered(client: Client, number: int = 1, **changes: str) -> str:
    """``client`` registers; the link in the mail."""
    typed = person_typed(number, employer_id=str(ex.approved_unit(number).pk), **changes)
    assert client.post(PERSON, typed).status_code == 303
    return link_in(mails(typed["email"])[-1])


def test_link_signs_in_no_other_browser() -> None:
    link = _registered(Client())
    other = Client()
    assert "确认后直接登录" not in other.get(link).content.decode()
    assert other.post(link)["Location"] == reverse("account_login") and "_auth_user_id" not in other.session


def test_link_signs_in_nobody_but_who_registered_here_last() -> None:
    client = Client()
    first, _second = _registered(client), _registered(client, 2)
    client.post(first)
    assert "_auth_user_id" not in client.session


def test_link_signs_in_no_later_than_it_lives_and_only_once() -> None:
    client = Client()
    link = _registered(client)
    with clock.travel(clock.now() + LINK_LIVES - timedelta(minutes=1)):
        assert client.get(link).status_code == 200
    with clock.travel(clock.now() + LINK_LIVES + timedelta(minutes=1)):
        fresh = make_key(User.objects.get(username="person1").emailaddress_set.get())
        client.post(reverse("account_confirm_email", args=[fresh]))
    assert "_auth_user_id" not in client.session, "a mail that was asked for again, a day later"
    assert "这个邮箱已经确认过了" in client.post(link).content.decode() and "_auth_user_id" not in client.session


def test_whoever_is_signed_in_already_stays_who_they_are() -> None:
    client = Client()
    link = _registered(client)
    other = ex.registered_applicant(ex.approved_unit(3), 3)
    client.post(reverse("account_login"), {"login": other.username, "password": ex.PASSWORD})
    client.post(link)
    assert client.session.get("_auth_user_id") in {None, str(other.pk)}


def test_browser_that_is_signed_in_by_the_link_is_not_remembered_as_a_device() -> None:
    client = Client()
    client.post(_registered(client))
    user = User.objects.get(username="person1")
    assert client.session["_auth_user_id"] == str(user.pk) and not devices_of(user.pk)


def test_person_with_everything_wrong_reads_everything_at_once_and_loses_nothing() -> None:
    typed = person_typed(
        name="张3",
        id_number="652722198502290016",
        mobile="123",
        email="li@qq.con",
        username="张三",
        password="123",
        password_again="124",
    )
    answer = accepted("person").post(PERSON, typed)
    assert answer.status_code == 422
    assert "1985-02-29 不存在" in errors_of(answer, "id_number")
    assert "li@qq.com" in errors_of(answer, "email")
    assert {"name", "id_number", "mobile", "email", "username", "password", "password_again", "employer_id"} <= {
        f for f in [*typed, "employer_id"] if errors_of(answer, f)
    }
    page = page_of(answer)
    for field in ("name", "id_number", "mobile", "email", "username"):
        assert page.select_one(f"input[name={field}]")["value"] == typed[field]
    assert "123" not in str(page.select_one("input[name=password]"))
    targets = [a["href"][1:] for a in page.select("[data-error-summary] a")]
    assert targets and all(page.find(id=target) for target in targets)


def test_wrong_checksum_is_said_beside_the_number() -> None:
    answer = accepted("person").post(PERSON, person_typed(id_number="652701199003071234"))
    assert "校验不通过" in errors_of(answer, "id_number")


@pytest.mark.parametrize(
    ("typed", "kept"), [("𬍛㛃•龑", "𬍛㛃·龑"), ("张\U00032000", "张\U00032000"), ("阿卜来提ꞏ如则", "阿卜来提·如则")]
)
def test_names_of_every_hanzi_are_kept_with_the_one_dot(typed: str, kept: str) -> None:
    answer = accepted("person").post(PERSON, person_typed(name=typed, employer_id=str(ex.approved_unit().pk)))
    assert answer.status_code == 303
    assert User.objects.get(username="person1").name == kept


def test_two_people_with_one_identity_number_see_the_same_page() -> None:
    employer = ex.approved_unit()
    first = ex.registered_applicant(employer)
    answer = accepted("person").post(PERSON, person_typed(2, id_number=first.id_number, employer_id=str(employer.pk)))
    assert answer.status_code == 303 and answer["Location"] == DONE
    assert User.objects.filter(id_number_index=first.id_number_index).count() == 2


def test_a_taken_mailbox_looks_the_same_on_the_screen() -> None:
    employer = ex.approved_unit()
    owner = ex.registered_applicant(employer)
    fresh, taken = accepted("person"), accepted("person")
    fresh.post(PERSON, person_typed(2, employer_id=str(employer.pk)))
    taken.post(PERSON, person_typed(3, email=owner.email, employer_id=str(employer.pk)))
    seen = [page_of(c.get(DONE)).main.decode() for c in (fresh, taken)]
    assert seen[0].replace("person2@mail.example", "@") == seen[1].replace(owner.email, "@")
    assert owner.username in mails(owner.email)[-1]["body"]


def test_a_taken_mailbox_looks_the_same_at_sign_in() -> None:
    """Who registered with a mailbox that is not theirs learns nothing by signing in with it and the password they set."""
    employer = ex.approved_unit()
    owner = ex.registered_applicant(employer)
    seen = []
    for serial, mailbox in ((2, "free@mail.example"), (3, owner.email)):
        own = "lantern-orchard-77"
        typed = person_typed(serial, email=mailbox, employer_id=str(employer.pk), password=own, password_again=own)
        accepted("person").post(PERSON, typed)
        by_name, by_mailbox = (
            Client().post(reverse("account_login"), {"login": login, "password": typed["password"]})
            for login in (typed["username"], mailbox)
        )
        seen.append((by_name.status_code, by_name.get("Location"), by_mailbox.status_code, summary_of(by_mailbox)))
    assert seen[0] == seen[1]


def test_a_taken_mailbox_looks_the_same_at_sign_in_after_wrong_passwords_for_the_login_name() -> None:
    employer = ex.approved_unit()
    owner = ex.registered_applicant(employer)
    seen = []
    for serial, mailbox in ((2, "free@mail.example"), (3, owner.email)):
        typed = person_typed(serial, email=mailbox, employer_id=str(employer.pk))
        accepted("person").post(PERSON, typed)
        tries = [
            Client().post(reverse("account_login"), {"login": login, "password": "wrong"}, REMOTE_ADDR=f"198.51.100.{serial}")
            for login in [typed["username"]] * 8 + [mailbox]
        ]
        seen.append([summary_of(answer) for answer in tries])
    assert seen[0] == seen[1]
    assert seen[0][7] != seen[0][8], "the brake on the login name says nothing of the mailbox"


def test_employer_is_found_without_a_script_and_everything_typed_stays() -> None:
    employer = ex.approved_unit()
    ex.registered_unit(2)
    answer = accepted("person").post(PERSON, person_typed(employer_words="中学", find="1"))
    page = page_of(answer)
    assert answer.status_code == 200 and summary_of(answer) == []
    assert page.select_one("input[name=id_number]")["value"] == person_typed()["id_number"]
    found = {option["value"]: option.parent.get_text(" ", strip=True) for option in page.select("input[name=employer_id]")}
    assert employer.name in found[str(employer.pk)] and "待审核" not in found[str(employer.pk)]
    assert sum("注册待审核" in words for words in found.values()) == 1


def test_the_script_gets_the_employers_and_keeps_the_chosen_one() -> None:
    employer = ex.approved_unit()
    address = reverse("register_employers")
    chosen = Client().get(address, {"employer_words": "没有这样的单位", "employer_id": str(employer.pk)})
    assert page_of(chosen).select_one("input[checked]")["value"] == str(employer.pk)
    assert "单位注册" in Client().get(address, {"employer_words": "没有这样的单位"}).content.decode()
    assert Client().get(address, {"employer_words": "%", "employer_id": "9" * 40}).status_code == 200


# --- 单位注册 ---


def test_unit_registers_and_its_county_sees_it_after_the_mailbox_is_confirmed() -> None:
    client = accepted("unit")
    answer = client.post(UNIT, unit_typed() | {"licence": licence_upload()})
    assert answer.status_code == 303
    done = client.get(DONE).content.decode()
    assert "admin1@unit.example" in done and "博乐市人社局职称办" in done
    verification = UnitVerification.objects.get()
    assert (verification.year, verification.licence.media_type) == (2023, "image/jpeg")
    assert NoticeAcceptance.objects.get().text_key == "bortala-2023:registration_notice_unit"
    client.post(link_in(mails("admin1@unit.example")[0]))
    client.post(reverse("account_login"), {"login": "unit-admin1", "password": ex.PASSWORD})
    assert "单位注册待审核" in client.get(reverse("unit_information")).content.decode()


def test_an_uploaded_licence_survives_every_error_of_the_form() -> None:
    client = accepted("unit")
    wrong = client.post(
        UNIT, unit_typed(uscc="126527004576001290", licence_issued_on="2021-02-30") | {"licence": licence_upload()}
    )
    assert wrong.status_code == 422
    assert "校验不通过" in errors_of(wrong, "uscc") and "没有这一天" in errors_of(wrong, "licence_issued_on")
    token = page_of(wrong).select_one("input[name=licence_token]")["value"]
    assert "营业执照.jpg" in wrong.content.decode()
    assert client.post(UNIT, unit_typed(licence_token=token)).status_code == 303
    assert EvidenceFile.objects.count() == 1


def test_a_missing_licence_is_told_at_its_box_and_in_the_order_of_the_form() -> None:
    client = accepted("unit")
    empty = client.post(UNIT, {})
    page = page_of(empty)
    links = [str(a["href"]) for a in page.select("[data-error-summary] a")]
    at = links.index("#at-licence")
    assert links[at - 1] == "#id_licence_kind_0" and links[at + 1] == "#id_licence_issued_on"
    assert links.count("#at-licence") == 1
    box = page.select_one("#at-licence")
    assert "请上传" in box.select_one("[data-upload-error]").get_text() and not box.select_one("[data-upload-error]").has_attr(
        "hidden"
    )
    assert box.select_one(".field-wrong input[aria-invalid]") and not box.has_attr("data-mended")
    ahead = client.post(reverse("register_unit_licence"), {"licence": licence_upload()}, headers={"HX-Request": "true"})
    assert page_of(ahead).select_one("#at-licence").has_attr("data-mended"), "the script takes the sentence out of the summary"


def test_a_bad_licence_is_refused_with_a_sentence_and_the_rest_is_kept() -> None:
    lie = SimpleUploadedFile("执照.pdf", b"MZ this is a program", content_type="application/pdf")
    answer = accepted("unit").post(UNIT, unit_typed() | {"licence": lie})
    assert answer.status_code == 422
    (said,) = summary_of(answer)  # what is wrong with the file, and not also that there is none
    assert "这是程序文件，不能接收" in said
    assert page_of(answer).select_one("input[name=unit_name]")["value"] == "博乐市第1中学"
    assert not EvidenceFile.objects.exists() and not UnitVerification.objects.exists()


def test_the_licence_can_be_sent_ahead_with_and_without_a_script() -> None:
    client = accepted("unit")
    ahead = client.post(reverse("register_unit_licence"), {"licence": licence_upload()}, headers={"HX-Request": "true"})
    assert ahead.status_code == 200
    token = page_of(ahead).select_one("input[name=licence_token]")["value"]
    kept = client.post(UNIT, unit_typed(keep="1", licence_token=token))
    assert kept.status_code == 200 and summary_of(kept) == []
    assert page_of(kept).select_one("input[name=licence_token]")
    empty = client.post(
        reverse("register_unit_licence"), {"licence": SimpleUploadedFile("a.pdf", b"")}, headers={"HX-Request": "true"}
    )
    assert empty.status_code == 422 and not page_of(empty).select_one("[data-upload-error]").has_attr("hidden")


def test_a_token_that_is_not_ours_is_no_licence() -> None:
    answer = accepted("unit").post(UNIT, unit_typed(licence_token="eyJmaWxlIjoxfQ:made-up:signature"))
    assert answer.status_code == 422 and any("上传本单位机构代码证或营业执照" in line for line in summary_of(answer))


def test_one_credit_code_twice() -> None:
    ex.registered_unit(1)
    answer = accepted("unit").post(UNIT, unit_typed(2, uscc=ex.uscc(1)) | {"licence": licence_upload()})
    assert answer.status_code == 422 and "已由“博乐市第1中学”注册" in errors_of(answer, "uscc")


def test_the_credit_code_helps_and_suggests_but_never_overwrites() -> None:
    ex.county("精河县人社局职称办", "652722")
    address = reverse("register_credit_code")
    page = page_of(Client().get(address, {"uscc": ex.uscc(5, region="652722"), "receiving_office": ""}))
    said = page.get_text()
    assert "读出：登记部门 机构编制（事业单位）；登记地 新疆" in said and "精河县；单位性质一般为“事业单位”，" in said
    assert page.select_one("#nature-field input[checked]")["value"] == "institution"
    assert page.select_one("#receiving-office-field option[selected]").get_text() == "精河县人社局职称办"
    chosen = {"uscc": ex.uscc(5, region="652722"), "receiving_office": str(ex.county().pk), "nature": "enterprise"}
    page = page_of(Client().get(address, chosen))
    assert page.select_one("#nature-field") is None and page.select_one("#receiving-office-field") is None
    assert "不在同一县（市）" in page.get_text()
    assert "校验不通过" in Client().get(address, {"uscc": "126527004576001290"}).content.decode()
    assert "已由“" in Client().get(address, {"uscc": ex.approved_unit(7).uscc}).content.decode()


def test_the_county_chosen_preselects_its_office() -> None:
    jinghe = ex.county("精河县人社局职称办", "652722")
    address = reverse("register_credit_code")
    page = page_of(Client().get(address, {"uscc": "", "region_code": "652722", "receiving_office": ""}))
    assert page.select_one("#receiving-office-field option[selected]").get_text() == "精河县人社局职称办"
    assert page.select_one("#region-field") is None
    code = {"uscc": ex.uscc(5, region="652701"), "region_code": "652722", "receiving_office": ""}
    page = page_of(Client().get(address, code))  # the county where the unit is goes before the one of its code
    assert page.select_one("#receiving-office-field option[selected]").get_text() == "精河县人社局职称办"
    chosen = {"uscc": "", "region_code": "652722", "receiving_office": str(ex.county().pk)}
    assert page_of(Client().get(address, chosen)).select_one("#receiving-office-field") is None
    typed = unit_typed(region_code="652722", receiving_office="")  # a browser without scripts
    assert accepted("unit").post(UNIT, typed | {"licence": licence_upload()}).status_code == 303
    assert Organization.objects.get(uscc=typed["uscc"]).verifications.get().proposed["receiving_office_id"] == jinghe.pk


def test_another_county_than_the_codes_is_only_a_warning() -> None:
    client = accepted("unit")
    other = ex.uscc(9, region="650102")
    assert client.post(UNIT, unit_typed(uscc=other) | {"licence": licence_upload()}).status_code == 303
    assert "不在同一县（市）" in client.get(DONE).content.decode()


def test_only_county_offices_can_receive() -> None:
    answer = accepted("unit").post(UNIT, unit_typed(receiving_office=str(ex.prefecture().pk)) | {"licence": licence_upload()})
    assert answer.status_code == 422 and errors_of(answer, "receiving_office")


def test_one_address_cannot_go_on_for_ever() -> None:
    client = accepted("person")
    cache.set("stranger:registration:127.0.0.1", 300, 3600)
    assert client.post(PERSON, person_typed()).status_code == 429


def test_who_mends_mistakes_with_one_number_is_not_braked_and_who_tries_another_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_HOUR_AND_PREFIX", 2)
    client, own, employer = accepted("person"), person_typed()["id_number"], ex.approved_unit(1)
    tried = [client.post(PERSON, person_typed(id_number=own, password="1")).status_code for _ in range(6)]
    assert tried == [422] * 6
    others = [f"{own[:14]}{n:03d}1" for n in (901, 902, 903)]
    assert [client.post(PERSON, person_typed(id_number=one)).status_code for one in others] == [422, 429, 429]
    assert client.post(PERSON, person_typed(id_number=others[1])).status_code == 429, "what was refused was not tried"
    assert client.post(PERSON, person_typed(id_number=own, employer_id=str(employer.pk))).status_code == 303


def test_what_was_typed_is_sent_again_when_the_brake_is_over() -> None:
    client, typed = accepted("person"), person_typed(employer_id=str(ex.approved_unit(1).pk))
    cache.set("stranger:registration:127.0.0.1", limits.PER_HOUR, 3600)
    braked = client.post(PERSON, typed)
    page = page_of(braked)
    assert braked.status_code == 429 and typed["name"] in page.select_one("#main").get_text()
    form = page.select_one("#main form")
    again = {one["name"]: one.get("value", "") for one in form.select("input[name]")}
    assert typed["password"] not in braked.content.decode() and again["password"] == ""
    assert again["accepted"] == "on" and again["shown"] == typed["shown"], "the notice that was read is not forgotten meanwhile"
    cache.delete("stranger:registration:127.0.0.1")
    again |= {name: value for name, value in typed.items() if "password" in name}
    assert client.post(form["action"], again).status_code == 303


def test_one_address_beyond_its_limit_does_not_use_up_what_is_everybodys() -> None:
    client = accepted("person")
    cache.set("stranger:registration:127.0.0.1", limits.PER_HOUR - 1, 3600)
    assert [client.post(PERSON, person_typed()).status_code for _ in range(4)] == [422, 429, 429, 429]
    assert cache.get("registration-in-all") == 1


def test_a_disk_that_refuses_keeps_everything_typed(settings, tmp_path) -> None:
    blocked = tmp_path / "not-a-folder"
    blocked.write_bytes(b"")
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": blocked / "files"}}
    }
    answer = accepted("unit").post(UNIT, unit_typed() | {"licence": licence_upload()})
    assert answer.status_code == 422 and any("没有丢失" in line for line in summary_of(answer))
    assert page_of(answer).select_one("input[name=unit_name]")["value"] == "博乐市第1中学"


def test_signing_in_straight_after_registering_sends_no_second_mail() -> None:
    """As the page says (a few minutes); whose mailbox it is anyway is not told twice either, so that both look the same."""
    employer = ex.approved_unit()
    taken = ex.registered_applicant(employer)
    for serial, mailbox in ((2, "free@mail.example"), (3, taken.email)):
        typed = person_typed(serial, email=mailbox, employer_id=str(employer.pk))
        before = len(mails(mailbox))
        assert accepted("person").post(PERSON, typed).status_code == 303
        user = User.objects.get(username=typed["username"])
        for minutes in (1, 2):
            cache.clear()  # the library's own brake, which does not know of the first mail
            with clock.travel(IN_WINDOW + timedelta(minutes=minutes)):
                Client().post(reverse("account_login"), {"login": typed["username"], "password": typed["password"]})
            assert len(mails(mailbox)) == before + 1, (mailbox, minutes)
        with clock.travel(IN_WINDOW + timedelta(minutes=4)):
            assert not was_asked_to_confirm(user, mailbox=mailbox), "then it is sent again"


def test_person_whose_mailbox_looks_mistyped_is_asked_once_and_keeps_it() -> None:
    client = accepted("person")
    typed = person_typed(email="li@qq.con", employer_id=str(ex.approved_unit().pk))
    answer = client.post(PERSON, typed)
    assert answer.status_code == 422 and "您要写的是不是“li@qq.com”" in errors_of(answer, "email")
    assert not User.objects.filter(email="li@qq.con").exists()
    asked = {i["name"]: i["value"] for i in page_of(answer).select('input[name="email_asked"]')}
    assert client.post(PERSON, typed | asked).status_code == 303
    assert User.objects.get(email="li@qq.con").username == typed["username"]
