"""One invented person's application in a rehearsal: who acts for it in which office, and what its papers look like."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import User
from zhicheng.accounts.rules import last_characters
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.actions import keep_sample
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.foundation.fields import mask_id_number_on_paper
from zhicheng.organizations import actions as organizations
from zhicheng.organizations.actors import Actor, Role, actor_for
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import unit_may_work
from zhicheng.publicity.actions import NoticeText
from zhicheng.rehearsal import acts, samples
from zhicheng.rehearsal.cast import Cast, mailbox_taken
from zhicheng.rehearsal.people import MAILBOXES, PASSWORD, Career, Person, form_of
from zhicheng.rehearsal.steps import Step, Traveller
from zhicheng.review.rules import ReturnReason

PERSONAL = {"education", "title_certificate", "appointment", "commitment"}  # whose samples carry the person's name
PORTRAIT = "photo"  # the box and its only paper
OF_TWO_PAGES = {"work_summary", "publications"}
RETURNS = (
    ReturnReason("education", "illegible", "毕业证书扫描件右下角的印章不清晰，请重新扫描上传。"),
    ReturnReason("material:work_summary", "unsigned", "专业技术工作总结缺少本人签名和单位盖章，请补齐后上传。"),
    ReturnReason("continuing_education", "incorrect", "2021年度继续教育总学时与证书不一致，请核对后修改。"),
    ReturnReason("summary", "incorrect", "工作总结没有写明任期内本人承担的具体工作，请补充。"),
)


def personal_lines(person: Person) -> list[str]:
    """Whose sample scan it is. Nothing beside the mask tells more than the mask of a paper may: what is shown here is taken for an example."""
    return [f"姓名：{person.name}", f"身份证号：{mask_id_number_on_paper(person.id_number)}"]


def publicity_text(person: Career) -> NoticeText:
    """What a unit writes on T1 of somebody."""
    return NoticeText(
        political_conduct="拥护中国共产党的领导，遵纪守法，恪守职业道德，无不良从业行为。",
        results=f"近五年承担{'、'.join(person.trade.projects)}等工作，较好地完成了各项技术任务。",
        contribution="负责方案编制、现场技术指导和质量控制。",
        office="人事",
        phone="0909-2318800",
    )


class Case(Traveller):
    """The application of ``person`` on its way through ``unit``.

    ``id_number`` is what the account is registered with, where that is not the card's; ``card_seen``: soon after the registration, where
    the unit may work. ``publicity_days``: how long a publicity lasts that is opened.
    """

    def __init__(
        self,
        cast: Cast,
        person: Person,
        unit: str,
        *,
        id_number: str = "",
        card_seen: bool = True,
        publicity_days: int = 4,
    ) -> None:
        self.cast, self.person, self.unit = cast, person, unit
        self.id_number = id_number or person.id_number
        self.card_seen = card_seen
        self.publicity_days = publicity_days
        self.version = cast.version

    # --- the road's questions ----------------------------------------------------------------------------------------

    def has_desk(self, role: Role) -> bool:
        return role is not Role.SUPERVISING or self.cast.units[self.unit].supervising_body_id is not None

    def desk(self, role: Role) -> Actor:
        if role is Role.UNIT:
            return self.cast.admins[self.unit]
        if role is Role.COUNTY:
            return self.cast.desk_of(self.unit)
        return self.cast.bureau if role is Role.PREFECTURE else self.cast.officers[role.value]

    def choice(self) -> dict[str, str]:
        trade = self.person.trade
        return {"series": trade.series, "specialty": trade.specialty, "title": trade.title}

    def contents(self) -> dict[str, Any]:
        unit = self.cast.units[self.unit]
        form = form_of(self.person, employer=unit.name, nature=unit.nature)
        return {key: typed for key, typed in form.items() if typed}

    def bring(self, box: SlotRequirement, paper: str) -> EvidenceFile:
        if box.slot == PORTRAIT:
            return self._kept(samples.portrait(self.person.name), "照片.jpg", by=self.applicant)
        label = next(str(p.label.zh) for p in box.papers if p.key == paper)
        lines = personal_lines(self.person) if box.slot in PERSONAL else [f"用途：{label}"]
        if box.year:
            lines.append(f"年度：{box.year}")
        if box.row_label:
            lines.append(f"内容：{box.row_label}")
        content = samples.pdf(label, tuple(lines), pages=2 if box.slot in OF_TWO_PAGES else 1)
        return self._kept(content, f"{label}{box.year or ''}.pdf", by=self.applicant)

    def optional_papers(self) -> list[tuple[SlotRequirement, str]]:
        return [(box, PORTRAIT) for box in acts.boxes_of(self.application) if box.slot == PORTRAIT]

    def bring_after_publicity(self, which: str) -> EvidenceFile:
        period = self.period
        who = (f"姓名：{self.person.name}", f"公示时间：{period.starts_on}至{period.ends_on}")
        name, content = samples.after_publicity(which, who)
        return self._kept(content, name, by=self.desk(Role.UNIT))

    def publicity_ends_on(self) -> date:
        return clock.today() + timedelta(days=self.publicity_days)

    def publicity_text(self) -> NoticeText:
        return publicity_text(self.person)

    def correct(self) -> None:
        """A better summary."""
        text = self.contents()["summary"]["text"]
        count = self.application.submissions.count()
        more = f"\n（第{count}次补正：补充了任期内承担的具体工作。）"
        acts.save(self.applicant, self.application, "summary", {"text": text + more})

    def reasons(self, count: int) -> list[ReturnReason]:
        return [RETURNS[(self.person.serial + n) % len(RETURNS)] for n in range(count)]

    def opinion(self, role: Role) -> str:
        return "" if role is Role.UNIT else "材料齐全，同意上报。"

    @staticmethod
    def _kept(content: bytes, name: str, *, by: Actor) -> EvidenceFile:
        return keep_sample(content=content, name=name, actor_id=by.account_id)

    # --- the account -------------------------------------------------------------------------------------------------

    def register(self) -> None:
        """个人注册, with the mailbox confirmed."""
        user = organizations.register_applicant(
            name=self.person.name,
            id_number=self.id_number,
            mobile=self.person.mobile,
            email=self.person.email,
            username=self.person.username,
            password=PASSWORD,
            employer_id=self.cast.units[self.unit].pk,
            acceptance=acts.accepted("registration_notice_person", self.notice.texts.registration_notice_person),
        )
        if user is None:
            raise mailbox_taken(self.person.email)
        accounts.confirm_mailbox(user_id=user.pk, actor=f"user:{user.pk}")
        self.applicant = actor_for(User.objects.get(pk=user.pk))
        unit = Organization.objects.get(pk=self.cast.units[self.unit].pk)
        if self.card_seen and not unit_may_work(unit, self.notice.year):
            self.show_card()

    def show_card(self) -> None:
        """The unit has seen the person's card and says so."""
        organizations.confirm_people(
            actor=self.desk(Role.UNIT),
            cards={self.applicant.account_id: last_characters(self.person.id_number)},
            card_seen_on=clock.today(),
            checked=True,
            year=self.notice.year,
        )
        self.applicant = actor_for(User.objects.get(pk=self.applicant.account_id))

    def lose_mailbox(self) -> None:
        """The unit asks for another mailbox for somebody who has lost the old one."""
        organizations.request_mailbox(
            actor=self.desk(Role.UNIT),
            user_id=self.applicant.account_id,
            email=f"{self.person.username}-new{MAILBOXES}",
            statement="5月19日本人持身份证到单位人事科，当面核对无误；原邮箱绑定的手机号已停用。",
            identity_checked=True,
            year=self.notice.year,
        )

    def correct_number(self) -> None:
        """The unit asks that the number typed wrongly at registration be put right, with a scan of the card."""
        card = samples.jpeg("居民身份证（样本）", (f"姓名：{self.person.name}", f"号码：{self.person.id_number}"))
        organizations.request_correction(
            actor=self.desk(Role.UNIT),
            user_id=self.applicant.account_id,
            name=self.person.name,
            id_number=self.person.id_number,
            statement="注册时身份证号输错，5月19日本人持身份证到单位人事科，当面核对无误。",
            identity_checked=True,
            scan_id=self._kept(card, "身份证.jpg", by=self.desk(Role.UNIT)).pk,
            year=self.notice.year,
        )


REGISTER = Step("register", Case.register)
SHOW_CARD = Step("show_card", Case.show_card)
LOSE_MAILBOX = Step("lose_mailbox", Case.lose_mailbox)
CORRECT_NUMBER = Step("correct_number", Case.correct_number)
