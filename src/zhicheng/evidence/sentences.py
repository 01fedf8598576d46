"""What an examination found, in words: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from zhicheng.evidence.inspection.verdicts import (
    ABSENT,
    COMPOSED,
    CONVERTED,
    EXPIRED,
    FAILED,
    GREY,
    ILLEGIBLE,
    LONG,
    MENDED,
    MENDED_COPY,
    NOT_SEALED,
    NOT_SIGNED,
    OF_THE_TEXT,
    OFF,
    RENAMED,
    SEVERAL,
    SHRUNK,
    TURNED,
    UNCHECKED,
    UNREAD,
    WRONG_PAPER,
    WRONG_PERSON,
    WRONG_YEAR,
    Bounds,
    Rejected,
)
from zhicheng.evidence.names import claimed_extension

_SHORT = {"application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG", "image/heic": "HEIC"}


NOT_EXAMINED = "not_examined"
Values = dict[str, int | str]
"""What stands in the sentence of a refusal, the same in every language."""


def refusal_sentence(refusal: Rejected, *, declared_name: str, limits: Bounds) -> str:
    """The sentence for a refused file, in the active language. ``limits`` are the ones it was measured against."""
    return sentence_of(refusal.code, values_of(refusal, limits=limits), declared_name=declared_name)


def sentence_of(code: str, values: Values, *, declared_name: str) -> str:
    """The sentence of a refusal that was kept as its code and :func:`values_of`, in the active language."""
    if code == "wrong_type":
        return _wrong_type(str(values.get("kind", "unknown")), declared_name)
    return _refusals().get(code, _refusals()["unreadable"]) % values


def values_of(refusal: Rejected, *, limits: Bounds) -> Values:
    """What the sentence of ``refusal`` needs besides its code and the file's name."""
    if refusal.code == "wrong_type":
        return {"kind": refusal.params.get("kind", "unknown")}
    return {
        "limit": megabytes(limits.max_bytes),
        "max_pages": limits.max_pages,
        "min_edge": limits.min_edge,
        "ten_thousands": limits.max_pixels // 10_000,
        "size": megabytes(int(refusal.params.get("size", 0))),
        "pages": refusal.params.get("pages", 0),
        "declared": refusal.params.get("declared", 0),
        "width": refusal.params.get("width", 0),
        "height": refusal.params.get("height", 0),
    }


def megabytes(size: int) -> str:
    """``20`` for 20 MiB, one decimal where it matters; never rounds a size over the limit down to the limit."""
    tenths = -(-size * 10 // (1024 * 1024))
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths / 10:.1f}"


def _refusals() -> dict[str, str]:
    return {
        "empty": _("这个文件是空的（0 字节），可能没有保存完整。请打开原文件确认有内容，再重新选择上传。"),
        "too_large": _(
            "文件大小为 %(size)s MB，超过每个文件 %(limit)s MB 的上限。请降低扫描分辨率（建议 200–300 dpi）或拆成几个文件再上传。"
        ),
        "encrypted": _("这个 PDF 文件设置了打开密码，审核人员无法查看。请在原软件中取消密码，另存后再上传。"),
        "damaged": _("文件已损坏或不完整，可能没有下载完或传输中断。请打开原文件确认能完整显示，重新保存或扫描后再上传。"),
        "unreadable": _("这个文件无法正常读取。请用原软件打开并另存为 PDF 或 JPG，或重新扫描后再上传。"),
        "page_missing": _(
            "这个 PDF 文件标明有 %(declared)s 页，实际有 %(pages)s 页，可能没有保存完整。请从原软件重新导出或重新扫描后再上传。"
        ),
        "no_pages": _("这个 PDF 文件里没有页面。请重新导出或扫描后再上传。"),
        "too_many_pages": _(
            "这个 PDF 文件有 %(pages)s 页，超过每个文件 %(max_pages)s 页的上限。请只保留需要的页面，或拆成几个文件后再上传。"
        ),
        "script": _("这个 PDF 文件里带有可以运行的脚本，不能接收。请打开它，用“打印为 PDF”另存一份，再上传。"),
        "launch": _("这个 PDF 文件里带有会自动执行的动作或多媒体内容，不能接收。请打开它，用“打印为 PDF”另存一份，再上传。"),
        "attachment": _(
            "这个 PDF 文件里嵌入了不能接收的文件（只可以嵌入 XML、PDF/A 或图片）。"
            "请用“打印为 PDF”另存一份；嵌入的文件如需提交，请单独上传。"
        ),
        "form_xfa": _("这个 PDF 是动态表单，很多软件无法显示。请填写后用“打印为 PDF”另存一份，再上传。"),
        "too_many_pixels": _("图片的尺寸过大（超过 %(ten_thousands)s 万像素），无法处理。请缩小尺寸或降低扫描分辨率后再上传。"),
        "absurd_size": _("页面尺寸不正常（%(width)s × %(height)s）。请按 A4 大小重新扫描或另存后再上传。"),
        "too_small": _(
            "图片只有 %(width)s × %(height)s 像素，看不清任何内容（每边至少 %(min_edge)s 像素）。请上传清晰的原图或重新拍照。"
        ),
        "animated": _("这是一张动态图片。请另存为普通的 JPG 或 PNG 图片后再上传。"),
        "too_complex": _("这个文件过于复杂，系统无法完成检查。请用“打印为 PDF”另存一份，或重新扫描后再上传。"),
        NOT_EXAMINED: _("这个文件检查了几次都没有完成，没有接收。请用“打印为 PDF”另存一份，或重新扫描后再上传。"),
        "nothing_to_mend": _("没有找到可以校直或者裁去的部分，文件没有改动。需要时请重新拍照或扫描。"),
        "no_such_page": _("要用的页在原来的文件里没有，没有合成。请打开原文件核对页码。"),
        "virus": _("这个文件被识别为病毒，不能接收。请用杀毒软件检查您的电脑，再从可靠的来源重新取得文件。"),
        "no_scanner": _("暂时无法检查病毒，请稍后再试。这个文件没有收下，您填写的内容没有丢失。"),
        "busy": _("现在上传的人较多，这个文件还没有检查。您填写的内容没有丢失，请稍等一分钟再上传一次。"),
    }


def _wrong_type(kind: str, declared_name: str) -> str:
    advice = {
        "new_picture": _("这是 AVIF 或 JPEG XL 图片，部分电脑无法打开。请另存为 JPG 或 PNG 后再上传。"),
        "picture": _("这种图片格式（例如 TIFF、BMP、GIF、WebP）不能接收。请另存为 JPG 或 PNG 后再上传。"),
        "office": _("这是 Word、WPS 或表格文档。请在软件中选择“另存为 PDF”（或“输出为 PDF”）后再上传。"),
        "ofd": _("这是 OFD 版式文件。请用阅读软件把它转换为 PDF 后再上传。"),
        "archive": _("这是压缩包。请先解压，再把里面的 PDF 或图片逐个上传。"),
        "program": _("这是程序文件，不能接收。请确认选对了文件，上传 PDF、JPG 或 PNG 格式的材料。"),
        "web": _("这是网页或 SVG 文件。请用浏览器打开，用“打印为 PDF”另存后再上传。"),
        "media": _("这是音频或视频文件，不能接收。请上传 PDF、JPG 或 PNG 格式的材料。"),
        "text": _("这是纯文本文件。请复制到文档中，另存为 PDF 后再上传。"),
    }
    sentence = advice.get(kind) or _("无法识别这个文件的格式。请另存为 PDF、JPG 或 PNG 后再上传。")
    extension = claimed_extension(declared_name)
    if extension in {".pdf", ".jpg", ".jpeg", ".png", ".heic", ".heif"}:
        return (
            _("文件名以 %(extension)s 结尾，但内容不是这种格式（改文件名不会改变格式）。") % {"extension": extension} + sentence
        )
    return sentence


def warning_sentence(warning: Mapping[str, object]) -> str:
    """One warning in plain words, in the active language. An unknown code gives ``""``."""
    values = {
        "page": warning.get("page", 1),
        "width": warning.get("width", 0),
        "height": warning.get("height", 0),
        "count": warning.get("count", 0),
        "degrees": warning.get("degrees", 0),
        "missing": warning.get("missing", ""),
        "wanted": warning.get("wanted", ""),
        "seen": warning.get("seen", ""),
        "found": warning.get("found", ""),
        "year": warning.get("year", ""),
        "day": warning.get("day", ""),
        "type": _SHORT.get(str(warning.get("media_type", "")), ""),
    }
    code = str(warning.get("code"))
    if code == "low_resolution" and warning.get("width"):  # of before: then the pixels of a picture were counted
        return _("图片只有 %(width)s × %(height)s 像素，打印后文字可能看不清。如有更清晰的原图，请重新上传。") % values
    if code == MENDED:
        return _mended(warning)
    sentence = _of_text(code, warning) if code in OF_THE_TEXT else _of_file(code) or of_page(code)
    return sentence % values


def _mended(note: Mapping[str, object]) -> str:
    known = {"turned": _("转正"), "straightened": _("校直"), "cropped": _("裁边")}
    done = _("、").join(word for name, word in known.items() if note.get(name))
    return _("由系统按申报人的要求处理（{done}），原件另行保存。").format(done=done)


def _of_file(code: str) -> str:
    return {
        TURNED: _("照片带有旋转标记，系统已自动转正显示。请核对预览中的方向是否正确。"),
        "repaired": _("文件结构有小的错误，已自动修复，请核对预览。"),
        CONVERTED: _("手机照片（HEIC 格式）已转换为 JPG，这里显示和下载的是转换后的照片，请核对预览；原件另行保存。"),
        SEVERAL: _("这个文件里有 %(count)s 张照片，只显示和审核其中的主照片。其余照片如需提交，请单独上传。"),
        "font_missing": _("字体未嵌入，预览用系统自带的字体显示，请核对预览中的文字。如有不同，请在原软件中嵌入字体后重新导出。"),
        COMPOSED: _("由申报人从 %(count)s 个文件中选取页面生成，原来的文件另行保存。"),
        SHRUNK: _("照片上传前已由浏览器缩小，原图 %(width)s × %(height)s 像素。"),
        RENAMED: _("文件名的后缀与内容不一致，已按内容作为 %(type)s 文件保存。"),
        UNCHECKED: _("从第 %(page)s 页起，系统没有做清晰度检查（未做）。请自行逐页核对。"),
        "pages_missing": _(
            "页码标明共 %(count)s 页，文件里没有第 %(missing)s 页。请补全后重新上传；确实只需要这几页的，请确认。"
        ),
    }.get(code, "")


def _of_text(code: str, warning: Mapping[str, object]) -> str:
    """What a machine read, as advice: the reader knows better."""
    if code == UNREAD:
        return _of_unread(str(warning.get("why", "")))
    if code == WRONG_PAPER and warning.get("seen"):
        return _("第 %(page)s 页上有“%(seen)s”字样，看起来不是这里要的材料。请核对是否传错；没有传错的，请确认。")
    if code == WRONG_PERSON and "left" in warning:
        return _("第 %(page)s 页框出的姓名不是申报人的，看起来是别人的材料。请核对；确是本人材料的（如用的是曾用名），请确认。")
    return {
        WRONG_PAPER: _("没有读到“%(wanted)s”等字样，看起来不是这里要的材料。请核对是否传错；没有传错的，请确认。"),
        WRONG_PERSON: _(
            "第 %(page)s 页：没有读到申报人的姓名或身份证号，可能是别人的材料。请核对；确是本人材料的（如用的是曾用名），请确认。"
        ),
        WRONG_YEAR: _("第 %(page)s 页写的是 %(found)s 年，看起来不是 %(year)s 年度的材料。请核对是否传错；没有传错的，请确认。"),
        NOT_SEALED: _("没有看到红色公章或者电子签章。请核对是否漏盖、漏扫盖章的一页；已经盖章的，请确认。"),
        NOT_SIGNED: _("第 %(page)s 页框出的签名处看起来没有签名。请签名后重新扫描上传；已经签名的，请确认。"),
        EXPIRED: _("第 %(page)s 页写明的有效期到 %(day)s，已经过期。请换成有效期内的；仍然有效的，请确认。"),
    }.get(code, "")


def _of_unread(why: str) -> str:
    """That nobody read it, and why."""
    return {
        OFF: _("内容核对未做：系统没有开启文字识别。请自行核对是不是本人的、该项的材料。"),
        ABSENT: _("内容核对未做：系统没有安装文字识别。请自行核对是不是本人的、该项的材料。"),
        FAILED: _("内容核对未做：文字识别没有完成。请自行核对是不是本人的、该项的材料。"),
        ILLEGIBLE: _("内容核对未做：文件上的文字没有读清。请自行核对是不是本人的、该项的材料。"),
        GREY: _("公章核对未做：文件是黑白的，看不出有没有盖红章。请自行核对原件已经盖章。"),
        LONG: _("内容只核对了前面几页，其余未做。请自行核对。"),
    }.get(why, "")


def of_page(code: str) -> str:
    """What may be wrong with how a page looks, with the page's number to be filled in; ``""`` for anything else."""
    return {
        "blank": _("第 %(page)s 页看起来是空白页。请确认没有放反或漏扫。"),
        "low_resolution": _("第 %(page)s 页的扫描分辨率偏低，文字可能看不清。如能重新扫描，建议 200–300 dpi。"),
        "sideways": _("第 %(page)s 页看起来转了 %(degrees)s°，不是正向。请转正后重新上传。"),
        "mirrored": _("第 %(page)s 页看起来左右相反（镜像）。请关闭镜像功能，重新拍照或扫描。"),
        "skewed": _("第 %(page)s 页看起来歪斜了约 %(degrees)s°。请摆正后重新扫描或拍照。"),
        "blurred": _("第 %(page)s 页的文字看起来模糊。请对准焦点、拿稳手机，重新拍照或扫描。"),
        "dark": _("第 %(page)s 页太暗，文字可能看不清。请在明亮处重新拍照或扫描。"),
        "burnt": _("第 %(page)s 页的字迹太浅，可能曝光过度或者复印太淡。请重新拍照或扫描。"),
        "glare": _("第 %(page)s 页有反光，可能盖住了文字。请换个角度，避开灯光重新拍照。"),
        "cut": _("第 %(page)s 页的内容在图片边缘被截断。请把整张纸拍完整或扫描完整。"),
        "of_screen": _("第 %(page)s 页看起来是对着屏幕拍的，有条纹。请上传原件的扫描件、照片或者原来的电子文件。"),
    }.get(code, "")


def checking_sentence() -> str:
    """Said of a file whose pages are still to be looked at."""
    return _("清晰度检查中，结果稍后显示；不影响上报。")


def reading_sentence() -> str:
    """Said of a file that is still to be read."""
    return _("内容核对中，结果稍后显示；不影响上报。")


def copy_sentence(why: str) -> str:
    """Said of a file of which readers get a copy (``queries.why_a_copy``); ``""`` where a warning says it already."""
    if why == CONVERTED:
        return ""
    if why == MENDED_COPY:
        return _("文件内部有缺失的资源表，这里显示和下载的是补全后的副本，请核对预览；原件另行保存。")
    return _("文件中带有脚本、自动动作或附件，这里显示和下载的是去除这些内容后的副本，页面不变；原件另行保存。")
