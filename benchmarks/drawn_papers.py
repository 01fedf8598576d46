"""Papers as people hand them in, drawn from nothing: letters, forms, certificates, cards, lists, covers. Colours at 300 dpi, before any camera or
scanner has seen them. Names, numbers and offices are invented.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont

DPI = 300
_MM = DPI / 25.4
_SHIPPED = Path(pylopdf_fonts_zh_cn.__file__).parent
_MORE = (Path("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf"),)
_FONTS = [_SHIPPED / "NotoSerifSC-Regular.otf", _SHIPPED / "NotoSansSC-Regular.otf", *filter(Path.exists, _MORE)]
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马胡朱郭何罗高林"
_GIVEN = "明华丽军芳敏静强磊洋艳勇杰娟涛超霞平刚桂英建国文玉兰志红春梅晓东海燕"
_OFFICES = [
    "博乐市第二中学",
    "精河县人民医院",
    "温泉县水利管理站",
    "博州交通规划设计院",
    "阿拉山口市实验小学",
    "博州农业技术推广中心",
]
_SENTENCES = [
    "该同志在任现职期间能够认真履行岗位职责，按时完成各项工作任务。",
    "经研究，同意聘任为中级专业技术职务，聘期三年，自发文之日起计算。",
    "参加继续教育公需科目学习，累计九十学时，考核成绩合格，准予结业。",
    "主持完成渠道防渗改造工程设计，获得自治区优秀工程设计三等奖。",
    "本人承诺以上所填内容真实有效，如有不实，愿意承担相应责任。",
    "论文发表于《西北水电》二〇二一年第三期，为第一作者。",
    "年度考核等次为优秀，按照有关规定给予嘉奖一次。",
    "学习形式为函授，学制三年，修完教学计划规定的全部课程。",
]
_LABELS = [
    "姓名",
    "性别",
    "出生年月",
    "身份证号",
    "工作单位",
    "参加工作时间",
    "现任职务",
    "任职时间",
    "毕业院校",
    "专业",
    "学历",
    "学位",
]
_TITLES = [
    "继续教育证书",
    "专业技术职务聘任通知",
    "年度考核登记表",
    "荣誉证书",
    "毕业证书",
    "工作证明",
    "业绩成果说明",
    "培训结业证",
]


@cache
def _font(which: int, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS[which % len(_FONTS)], pixels)


def brush(pixels: int) -> ImageFont.FreeTypeFont | None:
    """Letters as written with a brush, where the machine has such a font."""
    return _font(len(_FONTS) - 1, pixels) if len(_FONTS) > 2 else None


class Sheet:
    """One side of a paper of ``width`` × ``height`` mm while it is written on; sizes in points, places in mm."""

    def __init__(self, rng: random.Random, width: float, height: float, paper: str = "white") -> None:
        self.rng, self.width, self.height = rng, width, height
        self.image = Image.new("RGB", (round(width * _MM), round(height * _MM)), paper)
        self.pen = ImageDraw.Draw(self.image)
        self.face = rng.randrange(len(_FONTS))

    def write(self, x: float, y: float, text: str, points: float = 12, colour: str = "#101010", *, middle: bool = False) -> None:
        """``text`` from its upper left corner on, or about ``x``."""
        font = _font(self.face, round(points / 72 * DPI))
        self.pen.text((x * _MM, y * _MM), text, font=font, fill=colour, anchor="ma" if middle else "la")

    def paragraph(self, x: float, y: float, width: float, text: str, points: float = 12) -> float:
        """Lines of ``text`` no longer than ``width`` mm; where the next one would stand."""
        fits = max(int(width / (points * 0.3528)), 1)
        for start in range(0, len(text), fits):
            self.write(x, y, text[start : start + fits], points)
            y += points * 0.3528 * 1.6
        return y

    def frame(self, x: float, y: float, width: float, height: float, thick: float = 0.4, colour: str = "#202020") -> None:
        """A rectangle."""
        self.pen.rectangle([n * _MM for n in (x, y, x + width, y + height)], outline=colour, width=max(round(thick * _MM), 1))

    def line(self, x: float, y: float, to_x: float, to_y: float, thick: float = 0.3, colour: str = "#202020") -> None:
        """A ruled line."""
        self.pen.line([n * _MM for n in (x, y, to_x, to_y)], fill=colour, width=max(round(thick * _MM), 1))

    def seal(self, x: float, y: float, size: float = 40) -> None:
        """A round red seal about a place."""
        red, half = "#d0202a", size / 2
        self.pen.ellipse([n * _MM for n in (x - half, y - half, x + half, y + half)], outline=red, width=round(1.1 * _MM))
        self.write(x, y - 3, "★", 26, red, middle=True)
        self.write(x, y + half * 0.45, self.rng.choice(_OFFICES)[:7], size / 4.2, red, middle=True)

    def portrait(self, x: float, y: float, width: float = 25, height: float = 35) -> None:
        """A head before a plain ground."""
        box = [n * _MM for n in (x, y, x + width, y + height)]
        self.pen.rectangle(box, fill=self.rng.choice(["#4a86c8", "#e8e8f0", "#c03a3a"]))
        middle, skin = x + width / 2, "#d8a888"
        self.pen.ellipse([n * _MM for n in (x, y + height * 0.72, x + width, y + height * 1.3)], fill="#24262c")
        self.pen.rectangle(
            [n * _MM for n in (x - 1, y + height, x + width + 1, y + height * 1.35)], fill=self.image.getpixel((5, 5))
        )
        self.pen.ellipse(
            [n * _MM for n in (middle - width * 0.24, y + height * 0.15, middle + width * 0.24, y + height * 0.7)], fill=skin
        )
        self.pen.pieslice(
            [n * _MM for n in (middle - width * 0.26, y + height * 0.1, middle + width * 0.26, y + height * 0.6)],
            180,
            360,
            fill="#1a1a1a",
        )

    def words(self, count: int) -> str:
        """``count`` sentences."""
        return "".join(self.rng.choice(_SENTENCES) for _ in range(count))


def name(rng: random.Random) -> str:
    """An invented name of two or three characters."""
    return rng.choice(_SURNAMES) + "".join(rng.choice(_GIVEN) for _ in range(rng.choice((1, 2, 2))))


def _day(rng: random.Random) -> str:
    return f"{rng.randrange(2015, 2024)}年{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日"


def _value(rng: random.Random, label: str) -> str:
    if "号" in label:
        return "6527" + "".join(str(rng.randrange(10)) for _ in range(14))
    if "时间" in label or "年月" in label:
        return _day(rng)
    return {"姓名": name(rng), "性别": rng.choice("男女"), "工作单位": rng.choice(_OFFICES)}.get(
        label, rng.choice(_SENTENCES)[:6]
    )


def letter(rng: random.Random) -> Image.Image:
    """A4 with a heading, paragraphs, a seal over the date."""
    sheet = Sheet(rng, 210, 297)
    points = rng.choice((10.5, 12, 14, 16))
    sheet.write(105, 30, rng.choice(_TITLES), 22, middle=True)
    y = 55.0
    for _ in range(rng.randrange(2, 6)):
        y = sheet.paragraph(26, y, 158, "　　" + sheet.words(rng.randrange(2, 5)), points) + 2
        if y > 215:
            break
    sheet.write(130, max(y + 12, 225), rng.choice(_OFFICES), points)
    sheet.write(130, max(y + 20, 233), _day(rng), points)
    sheet.seal(150, max(y + 20, 233), rng.uniform(36, 42))
    return sheet.image


def form(rng: random.Random) -> Image.Image:
    """A4 with a ruled table, a portrait, long answers."""
    sheet = Sheet(rng, 210, 297)
    sheet.write(105, 18, rng.choice(_TITLES), 20, middle=True)
    left, top, row = 20, 36, rng.uniform(10, 13)
    right = 190
    for number in range(6):
        y = top + number * row
        sheet.line(left, y, right, y)
        for column in range(2):
            label = rng.choice(_LABELS)
            sheet.write(left + 3 + column * 68, y + row * 0.28, label, 10.5)
            sheet.write(left + 32 + column * 68, y + row * 0.28, _value(rng, label)[:9], 10.5)
    for x in (left, left + 29, left + 68, left + 97, left + 138, right):
        sheet.line(x, top, x, top + 6 * row)
    sheet.portrait(160, top + 5)
    y = top + 6 * row
    for _ in range(rng.randrange(2, 4)):
        height = rng.uniform(38, 50)
        sheet.frame(left, y, right - left, height)
        sheet.paragraph(left + 5, y + 5, right - left - 12, "　　" + sheet.words(3), 10.5)
        y += height
    sheet.write(130, y + 5, f"签名：{name(rng)}　{_day(rng)}", 10.5)
    return sheet.image


def certificate(rng: random.Random) -> Image.Image:
    """A landscape sheet with an ornamental frame on tinted paper."""
    sheet = Sheet(rng, 285, 210, rng.choice(["#fdf8ea", "#f4f8fc", "#ffffff", "#fbf3f0"]))
    gold = rng.choice(["#b8902c", "#a03030", "#386890"])
    sheet.frame(9, 9, 267, 192, 2.4, gold)
    sheet.frame(13, 13, 259, 184, 0.6, gold)
    for x in range(16, 270, 6):
        for y in (10.4, 199.4):
            sheet.frame(x, y, 2, 0.3, 0.3, gold)
    sheet.write(142, 34, rng.choice(_TITLES), 40, rng.choice(["#b01820", "#202020"]), middle=True)
    sheet.paragraph(40, 78, 205, f"　　{name(rng)}，{rng.choice('男女')}，{_day(rng)}生，" + sheet.words(2), 18)
    sheet.write(45, 160, f"证书编号：{rng.randrange(10**11, 10**12)}", 12)
    sheet.write(180, 152, rng.choice(_OFFICES), 16)
    sheet.write(190, 166, _day(rng), 14)
    sheet.seal(205, 160, 42)
    return sheet.image


def card(rng: random.Random) -> Image.Image:
    """15 × 10 cm: a portrait and a few lines of small print."""
    sheet = Sheet(rng, 150, 100, rng.choice(["#eef5ee", "#f6f1e4", "#eaf1f8", "#ffffff"]))
    sheet.write(80, 8, rng.choice(_TITLES), 16, "#902020", middle=True)
    sheet.portrait(10, 24)
    for number, label in enumerate(rng.sample(_LABELS, 6)):
        sheet.write(42, 24 + number * 9.5, f"{label}：{_value(rng, label)}", 10.5)
    sheet.write(12, 86, f"编号 {rng.randrange(10**9, 10**10)}", 9)
    sheet.seal(112, 78, 30)
    return sheet.image


def dense_list(rng: random.Random) -> Image.Image:
    """A4 full of small print in columns."""
    sheet = Sheet(rng, 210, 297)
    sheet.write(105, 15, "成绩登记表", 18, middle=True)
    for number in range(34):
        y = 32 + number * 7.2
        sheet.line(15, y - 1.2, 195, y - 1.2, 0.15)
        sheet.write(18, y, f"{number + 1:02d}", 9)
        sheet.write(30, y, rng.choice(_SENTENCES)[:11], 9)
        sheet.write(95, y, _day(rng), 9)
        sheet.write(140, y, f"{rng.randrange(60, 100)}", 9)
        sheet.write(160, y, name(rng), 9)
    return sheet.image


def sparse(rng: random.Random) -> Image.Image:
    """A4 with a heading and a signature, and nothing else: not blank."""
    sheet = Sheet(rng, 210, 297)
    sheet.write(105, rng.uniform(60, 130), rng.choice(_TITLES), rng.choice((16, 22, 30)), middle=True)
    sheet.write(92, rng.uniform(200, 240), f"{rng.choice(_OFFICES)}　{_day(rng)}", 14)
    return sheet.image


def cover(rng: random.Random) -> Image.Image:
    """The dark cover of a booklet with its title in gold: not too dark."""
    sheet = Sheet(rng, 120, 170, rng.choice(["#7a1420", "#14305c", "#1c4a34"]))
    for number, character in enumerate(rng.choice(_TITLES)[:4]):
        sheet.write(60, 35 + number * 18, character, 36, "#e6c66a", middle=True)
    sheet.write(60, 135, rng.choice(_OFFICES), 14, "#e6c66a", middle=True)
    return sheet.image


def empty(rng: random.Random) -> Image.Image:
    """Nothing on it."""
    return Sheet(rng, 210, 297, rng.choice(["#ffffff", "#fdfcf6", "#f7f7f4"])).image


PAPERS: dict[str, Callable[[random.Random], Image.Image]] = {
    "letter": letter, "form": form, "certificate": certificate, "card": card, "list": dense_list, "sparse": sparse, "cover": cover,
}  # fmt: skip
"""Every kind with print on it."""
WRITTEN = ("letter", "form", "certificate", "card", "list")
"""Those with enough print that every defect can be seen in it."""
