"""What each check of the instance is called when it raises an alarm."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

_ALARMS: dict[str, str | Promise] = {
    "database": gettext_lazy("数据库不能写入"),
    "storage": gettext_lazy("文件存储不能写入"),
    "worker": gettext_lazy("后台任务没有响应"),
    "examiner": gettext_lazy("上传的文件没有人检查"),
    "mail": gettext_lazy("邮件服务器没有应答"),
    "sms": gettext_lazy("短信网关没有应答"),
    "effects": gettext_lazy("办理的后续事项没有及时处理"),
    "failed": gettext_lazy("有后续事项失败"),
    "jobs": gettext_lazy("定时任务没有按时运行"),
    "ledger": gettext_lazy("台账核验没有通过，或者两天没有核验"),
    "system": gettext_lazy("全面核验发现不一致，或者两天没有核验"),
    "head": gettext_lazy("台账校验点没有按天签发"),
    "backup": gettext_lazy("超过一天没有新的备份"),
    "archive": gettext_lazy("数据库日志没有归档"),
    "second": gettext_lazy("文件没有存入第二处"),
    "original": gettext_lazy("这是恢复出来的副本，没有发送任何邮件"),
    "disk": gettext_lazy("磁盘即将用完"),
}


def alarm_words(name: str) -> str:
    """What is wrong when the check ``name`` is bad, in a few words."""
    return str(_ALARMS.get(name, name))
