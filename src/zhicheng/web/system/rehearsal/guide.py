"""The story's stations, as the guide on 演练入口 tells them: what to try, as whom, and where it begins."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Station:
    """One station: ``username`` signs in ("" for a visitor), ``page`` is the URL name it begins at."""

    number: int
    title: Words
    text: Words
    username: str
    page: str

    @property
    def href(self) -> str:
        """The address of the page; the first page of all where that audience's pages are missing."""
        try:
            return reverse(self.page)
        except NoReverseMatch:
            return reverse("home")


STATIONS: tuple[Station, ...] = (
    Station(0, _("首页"), _("看通知、受理时间、正在公示的名单和帮助。"), "", "home"),
    Station(1, _("单位注册"), _("以访客身份注册一个新单位；确认邮件在“演练邮箱”里。再以县（市）职称办身份审核。"), "", "register_unit_notice"),
    Station(2, _("个人注册"), _("以访客身份注册一个新申报人，选择已注册的单位。"), "", "register_person"),
    Station(3, _("新增申请书"), _("阅读提示信息，选择系列、专业和任职资格，点“我要申报”。"), "sbr63", "my_applications"),
    Station(4, _("填写和上传"), _("从任务清单逐项填写，上传佐证材料，随时离开再回来。"), "sbr05", "my_applications"),
    Station(5, _("再次核对、上报"), _("这份申请书已经填完：预览、承诺、上报，看回执。"), "sbr08", "my_applications"),
    Station(6, _("单位审核"), _("打开一份上报，对照附件审核，通过或者退回并写明原因。"), "danwei-shuili", "desk_queue"),
    Station(7, _("评审表和文书"), _("审核通过后打开案卷，下载评审表和各种模板。"), "danwei-shuili", "desk_queue"),
    Station(8, _("公示"), _("开始公示，试一试提前结束；把时间拨到期满，上传三项材料；登记和处理异议。"), "danwei-gouqi", "desk_queue"),
    Station(9, _("县（市）审核、州终审"), _("登记纸质材料，审核上报；有主管单位的先经主管单位。"), "xian-bole", "desk_queue"),
    Station(10, _("三次机会"), _("这里有第 1、2、3 次到达终审的申请书；第 3 次退回后本年度不再受理。"), "zhou", "desk_queue"),
    Station(11, _("已受理"), _("申报人看到每一步的时间和经办部门，邮箱里有每一步的通知。"), "sbr54", "my_applications"),
    Station(12, _("弄虚作假"), _("州局登记诚信档案，申报人在其后五年不得申报。"), "zhou", "office_integrity"),
)  # fmt: skip
