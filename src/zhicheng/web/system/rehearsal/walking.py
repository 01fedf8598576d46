"""One application of the rehearsal: each method is what one person does at a desk or at home, through the real actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from zhicheng.accounts import actions as accounts
from zhicheng.accounts.actions import accept_text
from zhicheng.accounts.models import User
from zhicheng.accounts.rules import last_characters
from zhicheng.applications import actions as applications
from zhicheng.applications.completeness import requirements_of
from zhicheng.applications.models import Application
from zhicheng.applications.queries import draft_of
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.documents.queries import papers_of
from zhicheng.evidence.actions import keep_sample
from zhicheng.foundation import clock
from zhicheng.foundation.fields import mask_id_number_on_paper
from zhicheng.organizations import actions as organizations
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import unit_may_work
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.queries import current_period
from zhicheng.review import actions as review
from zhicheng.review.rules import Reason
from zhicheng.web.system.rehearsal import evidence
from zhicheng.web.system.rehearsal.people import PASSWORD, Person, form_of
from zhicheng.web.system.rehearsal.places import Places, accepted

PERSONAL = {"education", "title_certificate", "appointment", "commitment"}  # whose samples carry the person's name
RETURNS = (
    Reason("education", "illegible", "毕业证书扫描件右下角的印章不清晰，请重新扫描上传。"),
    Reason("material:work_summary", "unsigned", "专业技术工作总结缺少本人签名和单位盖章，请补齐后上传。"),
    Reason("continuing_education", "incorrect", "2021年度继续教育总学时与证书不一致，请核对后修改。"),
    Reason("summary", "incorrect", "工作总结没有写明任期内本人承担的具体工作，请补充。"),
)


def personal_lines(person: Person) -> list[str]:
    """Whose sample scan it is. Nothing beside the mask tells more than the mask of a paper may: what is shown here is taken for an example."""
    return [f"姓名：{person.name}", f"身份证号：{mask_id_number_on_paper(person.id_number)}"]


@dataclass
class Case:
    """One person's application on its way through a unit."""

    places: Places
    person: Person
    unit: str
    id_number: str = ""
    card_seen: bool = True  # soon after the registration, where the unit may work

    def __post_init__(self) -> None:
        self.pk = 0
        self.applicant: Actor

    # --- the applicant -----------------------------------------------------------------------------------------------

    def register(self) -> None:
        """个人注册, with the mailbox confirmed."""
        user = organizations.register_applicant(
            name=self.person.name,
            id_number=self.id_number or self.person.id_number,
            mobile=self.person.mobile,
            email=self.person.email,
            username=self.person.username,
            password=PASSWORD,
            employer_id=self.places.units[self.unit].pk,
            acceptance=accepted("registration_notice_person", self.places.notice.texts.registration_notice_person),
        )
        if user is None:
            raise RuntimeError(f"the mailbox of {self.person.username} is taken")
        accounts.confirm_mailbox(user_id=user.pk, actor=f"user:{user.pk}")
        self.applicant = actor_for(User.objects.get(pk=user.pk))
        unit = Organization.objects.get(pk=self.places.units[self.unit].pk)
        if self.card_seen and not unit_may_work(unit, self.places.notice.year):
            self.show_card()

    def show_card(self) -> None:
        """The unit has seen the person's card and says so."""
        organizations.confirm_people(
            actor=self.desk("unit"),
            cards={self.applicant.account_id: last_characters(self.person.id_number)},
            card_seen_on=clock.today(),
            checked=True,
            year=self.places.notice.year,
        )
        self.applicant = actor_for(User.objects.get(pk=self.applicant.account_id))

    def lose_mailbox(self) -> None:
        """The unit asks for another mailbox for somebody who has lost the old one."""
        organizations.request_mailbox(
            actor=self.desk("unit"),
            user_id=self.applicant.account_id,
            email=f"{self.person.username}-new@bozhou.example",
            statement="5月19日本人持身份证到单位人事科，当面核对无误；原邮箱绑定的手机号已停用。",
            identity_checked=True,
            year=self.places.notice.year,
        )

    def correct_number(self) -> None:
        """The unit asks that the number typed wrongly at registration be put right, with a scan of the card."""
        card = evidence.jpeg("居民身份证（样本）", (f"姓名：{self.person.name}", f"号码：{self.person.id_number}"))
        organizations.request_correction(
            actor=self.desk("unit"),
            user_id=self.applicant.account_id,
            name=self.person.name,
            id_number=self.person.id_number,
            statement="注册时身份证号输错，5月19日本人持身份证到单位人事科，当面核对无误。",
            identity_checked=True,
            scan_id=keep_sample(content=card, name="身份证.jpg", actor_id=self.desk("unit").account_id).pk,
            year=self.places.notice.year,
        )

    def start(self) -> None:
        """The prompt is read, 我要申报."""
        notice, trade = self.places.notice, self.person.trade
        accept_text(user_id=self.applicant.account_id, text=accepted(f"prompt:{notice.slug}", notice.texts.prompt))
        self.pk = applications.start_application(
            actor=self.applicant,
            campaign_version_id=self.places.version.pk,
            series=trade.series,
            specialty=trade.specialty,
            title=trade.title,
        ).pk

    def row(self) -> Application:
        """The application as it stands."""
        return Application.objects.select_related("applicant", "employer", "campaign_version", "current_submission").get(
            pk=self.pk
        )

    def save_section(self, key: str, typed: Any) -> None:
        """Save one section."""
        version = draft_of(self.row()).versions[key]
        applications.save_section(actor=self.applicant, application_id=self.pk, key=key, typed=typed, base_version=version)

    def fill(self, *, sections: int = 99, materials: int = 99) -> None:
        """Fill the first ``sections`` sections and put a file into the first ``materials`` boxes that must have one."""
        unit = self.places.units[self.unit]
        for key, typed in list(form_of(self.person, employer=unit.name, nature=unit.nature).items())[:sections]:
            if typed:
                applications.save_section(actor=self.applicant, application_id=self.pk, key=key, typed=typed, base_version=0)
        row = self.row()
        wanted = [b for b in requirements_of(row, draft_of(row).contents) if b.upload and b.owner == "applicant" and b.required]
        for box in wanted[:materials]:
            offered = [p for p in box.papers if p.stands_for is None]
            for paper in offered[:1] if box.mode == "one_of" else offered:
                self._put(box, paper.key, str(paper.label.zh))
        if sections > 12 and materials > 12:
            self._put_portrait()

    def _put(self, box: SlotRequirement, paper: str, label: str) -> None:
        lines = [f"用途：{label}"]
        if box.slot in PERSONAL:
            lines = personal_lines(self.person)
        if box.year:
            lines.append(f"年度：{box.year}")
        if box.row_label:
            lines.append(f"内容：{box.row_label}")
        content = evidence.pdf(label, tuple(lines), pages=2 if box.slot in {"work_summary", "publications"} else 1)
        self._add(content, f"{label}{box.year or ''}.pdf", slot=box.slot, paper=paper, year=box.year, row=box.row_id or "")

    def _put_portrait(self) -> None:
        content = evidence.portrait(self.person.name)
        self._add(content, "照片.jpg", slot="photo", paper="photo", year=None, row="")

    def _add(self, content: bytes, name: str, **place: Any) -> None:
        file = keep_sample(content=content, name=name, actor_id=self.applicant.account_id)
        applications.add_material(actor=self.applicant, application_id=self.pk, file_id=file.pk, **place)

    def submit(self) -> None:
        """再次核对, 上报."""
        texts = self.places.notice.texts
        applications.confirm_check(actor=self.applicant, application_id=self.pk)
        applications.submit_application(
            actor=self.applicant,
            application_id=self.pk,
            form_token=f"rehearsal-{self.pk}-{self.row().submissions.count()}",
            commitment_version=texts.commitment.version,
            liability_version=texts.liability.version,
        )

    def correct(self) -> None:
        """After a return: a better summary, sent again."""
        typed = form_of(self.person, employer=self.places.units[self.unit].name, nature="institution")["summary"]["text"]
        count = self.row().submissions.count()
        self.save_section("summary", {"text": typed + f"\n（第{count}次补正：补充了任期内承担的具体工作。）"})
        self.submit()

    def withdraw(self) -> None:
        applications.withdraw_application(actor=self.applicant, application_id=self.pk)

    def discard(self) -> None:
        applications.discard_application(actor=self.applicant, application_id=self.pk)

    # --- the desks ---------------------------------------------------------------------------------------------------

    @property
    def admin(self) -> Actor:
        return self.places.admins[self.unit]

    @property
    def supervised(self) -> bool:
        return self.places.units[self.unit].supervising_body_id is not None

    def desk(self, name: str) -> Actor:
        """The actor at ``unit``, ``supervising``, ``county`` or ``prefecture``."""
        if name == "unit":
            return self.admin
        if name == "supervising":
            return self.places.officers["supervising"]
        return self.places.desk_of(self.unit) if name == "county" else self.places.bureau

    def _now_submitted(self) -> dict[str, Any]:
        return {"application_id": self.pk, "submission_id": self.row().current_submission_id or 0}

    def pass_at(self, desk: str) -> None:
        """审核通过; the higher desks record the paper dossier first."""
        if desk != "unit":
            self.dossier(desk)
        review.pass_application(
            actor=self.desk(desk), opinion="" if desk == "unit" else "材料齐全，同意上报。", **self._now_submitted()
        )

    def return_at(self, desk: str, *, reasons: int = 2) -> None:
        """退回, with its reasons."""
        chosen = [RETURNS[(self.person.serial + n) % len(RETURNS)] for n in range(reasons)]
        review.return_application(actor=self.desk(desk), reasons=chosen, **self._now_submitted())

    def dossier(self, desk: str, **found: Any) -> None:
        """Record the paper dossier at a desk, in order unless ``found`` says otherwise."""
        paper = papers_of(f"application:{self.pk}").filter(kind="review_form", voided_at__isnull=True).latest("id")
        facts: dict[str, Any] = {
            "received_on": clock.today(),
            "copies": 2,
            "duplex_with_watermark": True,
            "handwritten_opinion": True,
            "signed": True,
            "sealed": True,
            "printed_mark": paper.serial,
        }
        review.record_dossier(actor=self.desk(desk), **self._now_submitted(), **(facts | found))

    def open_publicity(self, ends_on: date) -> PublicityPeriod:
        """公示 from today to ``ends_on``."""
        trade = self.person.trade
        return publicity.open_publicity(
            actor=self.admin,
            starts_on=clock.today(),
            ends_on=ends_on,
            text=publicity.NoticeText(
                political_conduct="拥护中国共产党的领导，遵纪守法，恪守职业道德，无不良从业行为。",
                results=f"近五年承担{'、'.join(trade.projects)}等工作，较好地完成了各项技术任务。",
                contribution="负责方案编制、现场技术指导和质量控制。",
                office="人事",
                phone="0909-2318800",
            ),
            **self._now_submitted(),
        )

    def period(self) -> PublicityPeriod:
        found = current_period(self.row())
        if found is None:
            raise RuntimeError(f"application {self.pk} has no publicity period")
        return found

    def publicity_papers(self) -> None:
        """The three uploads after the period, and T2."""
        period, actor = self.period(), self.admin
        publicity.make_publicity_result(actor=actor, period_id=period.pk)
        dates = f"{period.starts_on}至{period.ends_on}"
        who = (f"姓名：{self.person.name}", f"公示时间：{dates}")
        samples = {
            "notice_file": ("公示.pdf", evidence.pdf("推荐单位公示", who)),
            "photo_file": ("公示照片.jpg", evidence.jpeg("公示栏照片", who)),
            "result_file": ("公示结果.pdf", evidence.pdf("推荐单位公示结果", who)),
        }
        for which, (name, content) in samples.items():
            file = keep_sample(content=content, name=name, actor_id=actor.account_id)
            publicity.add_publicity_paper(actor=actor, period_id=period.pk, which=which, file_id=file.pk)

    def object(self, *, channel: str = "phone", content: str = "反映申报人业绩材料中的一个项目并非本人主持。") -> int:
        """An objection comes in."""
        received: datetime = clock.now() - timedelta(minutes=20)
        return publicity.register_objection(
            actor=self.admin, period_id=self.period().pk, channel=channel, content=content, received_at=received, from_name="匿名"
        ).pk

    def decide(self, objection: int, *, upheld: bool) -> None:
        finding = "经核实，该项目确非本人主持，异议成立。" if upheld else "经调阅项目任务书和验收资料核实，反映的情况不属实。"
        publicity.decide_objection(actor=self.admin, objection_id=objection, upheld=upheld, finding=finding)

    def stop(self) -> None:
        publicity.stop_for_objection(actor=self.admin, application_id=self.pk)

    def report(self) -> None:
        """公示期满上报."""
        publicity.report_upward(actor=self.admin, **self._now_submitted())

    def reject(self) -> None:
        review.reject_for_fraud(
            actor=self.places.bureau,
            application_id=self.pk,
            reason="经向发证机关核查，所交继续教育证书系伪造，申报人已书面承认。",
        )
