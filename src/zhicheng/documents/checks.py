"""What must be true before an instance starts: the fonts of the papers are there, and what signs them can be used. What stands in for another,
or is not there, is said.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography.x509 import Certificate
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from zhicheng.documents import fonts
from zhicheng.documents.signatures import NotValidNow, UnreadableKey, certificates, signing_pair
from zhicheng.foundation import clock

KEY_SIGNER = "zhicheng.documents.signatures.key_signer"  # as settings have it where nobody names another
TOLD_BEFORE = timedelta(days=60)  # the end of a certificate: an authority takes weeks


@register("zhicheng")
def check_fonts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every family the settings name is found; typst would only warn and print in another face. A 仿宋 or 楷体 that nobody named and
    that is not there is printed as 宋体, and the operator of a real instance is told.
    """
    missing = fonts.missing_families()
    if not missing:
        return _stand_ins() if settings.MODE == "production" else []
    return [
        Error(
            _("找不到文书所用的字体：%(families)s。") % {"families": "、".join(missing)},
            hint=_(
                "请把字体文件（TTF、OTF 或 TTC）所在的文件夹写入 ZHICHENG_PAPER_FONT_DIRS，或修改 ZHICHENG_FONT_SONG、"
                "ZHICHENG_FONT_HEI、ZHICHENG_FONT_FANGSONG、ZHICHENG_FONT_KAI、ZHICHENG_FONTS_SUPPLEMENTARY。"
            ),
            id="zhicheng.E101",
        )
    ]


@register("zhicheng")
def check_signer(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What signs receipts can be used. A key that this process cannot read is the worker's to name, which alone needs it: so that is a warning.
    So is a certificate that ended or ends soon: receipts wait for the next one, and nothing else has to stop for it. Without certificates
    receipts say 未签名, and the operator of a real instance is told.
    """
    try:
        known = certificates()
        import_string(settings.PAPER_SIGNER)
        if settings.PAPER_SIGNER != KEY_SIGNER and not known:
            raise ImproperlyConfigured(
                "ZHICHENG_PAPER_SIGNER signs with a certificate, and ZHICHENG_PAPER_CERTIFICATES holds none."
            )
        pair = signing_pair()
    except NotValidNow as error:
        return _ends(error.certificate)
    except (ImproperlyConfigured, ImportError) as error:
        hint = _(
            "请检查环境变量 ZHICHENG_PAPER_SIGNING_KEY、ZHICHENG_PAPER_CERTIFICATES、ZHICHENG_PAPER_SIGNER（docs/operations.md，Keys）。"
        )
        said = _("上报回执的签名不能使用：%(error)s") % {"error": error}
        if isinstance(error, UnreadableKey):
            return [Warning(said, hint=hint, id="zhicheng.W103")]
        return [Error(said, hint=hint, id="zhicheng.E102")]
    if known:
        return _ends(pair[1] if pair is not None else known[0])
    if settings.MODE != "production":
        return []
    hint = _(
        "要签名，请按 docs/operations.md（Keys）制作密钥和证书，写入 ZHICHENG_PAPER_SIGNING_KEY 和 ZHICHENG_PAPER_CERTIFICATES。"
    )
    return [Warning(_("没有设置签名证书，上报回执将注明“未签名”。"), hint=hint, id="zhicheng.W102")]


def _ends(certificate: Certificate) -> list[CheckMessage]:
    """Whether today's certificate ended or ends within ``TOLD_BEFORE``, said to the operator."""
    starts, ends, now = certificate.not_valid_before_utc, certificate.not_valid_after_utc, clock.now()
    if starts <= now < ends - TOLD_BEFORE:
        return []
    days = {"starts": clock.written(starts), "ends": clock.written(ends)}
    if starts <= now <= ends:
        said = _("上报回执的签名证书将于 %(ends)s 到期，到期后新的回执不能签名、不能生成。") % days
    else:
        said = _("上报回执的签名证书现在无效（有效期 %(starts)s 至 %(ends)s），新的回执正在等待，不能生成。") % days
    hint = _("请按 docs/operations.md（Keys）制作新的密钥和证书，新证书放在最前面，原来的证书保留。")
    return [Warning(said, hint=hint, id="zhicheng.W104")]


def _stand_ins() -> list[CheckMessage]:
    styles = fonts.stand_ins()
    if not styles:
        return []
    hint = _(
        "要用本单位的字体，请把字体文件所在的文件夹写入 ZHICHENG_PAPER_FONT_DIRS，字体名写入 ZHICHENG_FONT_FANGSONG、"
        "ZHICHENG_FONT_KAI；楷体也可以安装 fonts-lxgw-wenkai。就用宋体的，请把这两个变量设为 Noto Serif SC。"
    )
    text = _("文书的%(styles)s没有字体，以宋体代替。") % {"styles": "、".join(str(fonts.STYLE_NAMES[style]) for style in styles)}
    return [Warning(text, hint=hint, id="zhicheng.W101")]
