"""The papers a notice asks for, drawn as people have them: whose they are, of which year, until when they hold. Everybody is invented."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from benchmarks.drawn_papers import Sheet
from benchmarks.hands import sign
from PIL import Image

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马胡朱郭何罗高林郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
_GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英辉玲建国文玉红春梅晓东海燕鹏飞宇浩然子涵欣怡梓睿博雅思琪志远俊凯婷雪峰莹颖慧琳旭阳嘉豪天佑家栋永康"
_LONG = [
    "阿依古丽·买买提",
    "古丽娜尔·阿不都热依木",
    "巴特尔",
    "叶尔肯·努尔兰",
    "热孜万古丽·吐尔逊",
    "苏和巴图",
    "艾力·玉素甫",
    "孟和吉尔格勒",
]
_SCHOOLS = ["新疆农业大学", "石河子大学", "新疆师范大学", "塔里木大学", "西北农林科技大学", "昌吉学院", "伊犁师范大学"]
_MAJORS = ["水利水电工程", "汉语言文学", "土木工程", "临床医学", "会计学", "农学", "计算机科学与技术", "学前教育"]
_UNITS = [
    "博乐市第二中学",
    "精河县人民医院",
    "温泉县水利管理站",
    "博州交通规划设计院",
    "阿拉山口市实验小学",
    "博州农业技术推广中心",
]
_TITLES = ["助理工程师", "工程师", "一级教师", "主治医师", "农艺师", "讲师"]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Holder:
    """Whose a paper is, of which ``year``, and the last day it holds; ``as_years``: letters and contracts give the term in years instead.
    ``sealed`` and ``signed``: whether the employer and the person have done so.
    """

    name: str
    id_number: str
    born: date
    year: int
    until: date
    as_years: bool = False
    sealed: bool = True
    signed: bool = True


def holder(rng: random.Random, *, today: date) -> Holder:
    """Somebody with papers that are in order on ``today``."""
    born = date(1970, 1, 1) + timedelta(days=rng.randrange(9000))
    digits = f"6527{rng.choice(('01', '02', '22', '23'))}{born:%Y%m%d}{rng.randrange(1, 999):03d}"
    number = digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]
    until = today + timedelta(days=rng.randrange(3, 900))
    return Holder(a_name(rng), number, born, rng.randrange(today.year - 5, today.year), until)


def a_name(rng: random.Random) -> str:
    """Of two or three hanzi, now and then a long one."""
    if rng.random() < 0.12:
        return rng.choice(_LONG)
    return rng.choice(_SURNAMES) + "".join(rng.choice(_GIVEN) for _ in range(rng.choice((1, 2, 2))))


def like(rng: random.Random, name: str) -> str:
    """Another name that differs from ``name`` in one hanzi."""
    at = rng.randrange(1, len(name)) if "·" not in name else 0
    return name[:at] + rng.choice([one for one in _GIVEN if one != name[at]]) + name[at + 1 :]


def in_words(day: date, rng: random.Random) -> str:
    """A day as papers write it."""
    return rng.choice(
        (
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}年{day.month:02d}月{day.day:02d}日",
            f"{day:%Y-%m-%d}",
            f"{day:%Y.%m.%d}",
        )
    )


def _term(rng: random.Random, word: str, begin: date, who: Holder) -> str:
    """How long a letter or contract holds; in years either alone or from a day on."""
    if who.as_years:
        return rng.choice((f"{word}三年", f"{word}为三年", f"{word}自{in_words(begin, rng)}起三年"))
    return f"{word}自{in_words(begin, rng)}起至{in_words(who.until, rng)}止"


def _table(sheet: Sheet, rows: list[tuple[str, str]], top: float, points: float = 11) -> float:
    """A ruled form with two fields in a row; where it ends, mm."""
    height, left = sheet.rng.uniform(10, 13), 18.0
    for number, (label, value) in enumerate(rows):
        x, y = left + number % 2 * 88, top + number // 2 * height
        sheet.frame(x, y, 28, height, 0.25)
        sheet.frame(x + 28, y, 60, height, 0.25)
        sheet.write(x + 2, y + height * 0.3, label, points)
        sheet.write(x + 31, y + height * 0.3, value, points)
    return top + (len(rows) + 1) // 2 * height


def diploma(rng: random.Random, who: Holder) -> list[Image.Image]:
    """《毕业证书》."""
    sheet = Sheet(rng, 285, 210, rng.choice(("#fdf8ea", "#f4f8fc", "#ffffff")))
    sheet.frame(9, 9, 267, 192, 2.0, rng.choice(("#b8902c", "#a03030", "#386890")))
    sheet.write(142, 30, rng.choice(("毕业证书", "普通高等学校毕业证书", "成人高等教育毕业证书")), 34, middle=True)
    begin = who.born.year + 18
    text = (
        f"　　学生　{who.name}　性别　{rng.choice('男女')}，{in_words(who.born, rng)}生，于{begin}年九月至{begin + 4}年七月在本校"
        f"{rng.choice(_MAJORS)}专业四年制本科学习，修完教学计划规定的全部课程，成绩合格，准予毕业。"
    )
    sheet.paragraph(40, 72, 205, text, 18)
    sheet.write(45, 160, f"证书编号：{rng.randrange(10**17, 10**18)}", 12)
    sheet.write(165, 150, f"校名：{rng.choice(_SCHOOLS)}", 15)
    sheet.write(165, 163, f"{begin + 4}年7月1日", 13)
    sheet.seal(205, 160, 42)
    return [sheet.image]


def e_registration(rng: random.Random, who: Holder) -> list[Image.Image]:
    """《教育部学历证书电子注册备案表》."""
    sheet = Sheet(rng, 210, 297)
    sheet.write(105, 22, "教育部学历证书电子注册备案表", 20, middle=True)
    sheet.write(20, 36, f"更新日期：{in_words(who.until - timedelta(days=90), rng)}", 10)
    begin = who.born.year + 18
    end = _table(
        sheet,
        [
            ("姓名", who.name), ("性别", rng.choice("男女")), ("出生日期", in_words(who.born, rng)), ("入学日期", f"{begin}年09月01日"),
            ("毕业日期", f"{begin + 4}年07月01日"), ("学历类别", "普通高等教育"), ("学校名称", rng.choice(_SCHOOLS)), ("专业", rng.choice(_MAJORS)),
            ("层次", "本科"), ("学制", "4年"), ("学习形式", "普通全日制"), ("证书编号", str(rng.randrange(10**17, 10**18))),
        ],
        48,
    )  # fmt: skip
    sheet.write(20, end + 12, f"在线验证码：A{rng.randrange(10**13, 10**14)}XK", 12)
    sheet.write(20, end + 24, f"{rng.choice(('有效期至', '验证有效期', '在线验证有效期至'))}：{in_words(who.until, rng)}", 12)
    sheet.paragraph(
        20,
        end + 42,
        165,
        "　　备案表是依据《高等学校学生学籍学历电子注册办法》对学历证书电子注册复核备案的结果，可以在学信网查询。",
        10.5,
    )
    return [sheet.image]


def title_certificate(rng: random.Random, who: Holder) -> list[Image.Image]:
    """《专业技术职务任职资格证书》."""
    sheet = Sheet(rng, 210, 148, rng.choice(("#eef5ee", "#f6f1e4", "#ffffff")))
    sheet.write(
        105,
        14,
        rng.choice(("专业技术职务任职资格证书", "专业技术资格证书", "新疆维吾尔自治区职称证书")),
        18,
        "#902020",
        middle=True,
    )
    sheet.portrait(16, 40)
    granted = date(who.year - 4, rng.randrange(1, 13), rng.randrange(1, 29))
    lines = [
        ("姓　　名", who.name), ("性　　别", rng.choice("男女")), ("资格名称", rng.choice(_TITLES)), ("专业名称", rng.choice(_MAJORS)),
        ("授予时间", in_words(granted, rng)), ("身份证号", who.id_number),
    ]  # fmt: skip
    for number, (label, value) in enumerate(lines):
        sheet.write(55, 38 + number * 12, f"{label}：{value}", 12)
    sheet.write(16, 120, f"证书编号：{rng.randrange(10**9, 10**10)}", 10)
    sheet.write(120, 120, "评审委员会（章）", 11)
    sheet.seal(150, 112, 36)
    return [sheet.image]


def appointment_letter(rng: random.Random, who: Holder) -> list[Image.Image]:
    """《专业技术职务聘书》."""
    sheet = Sheet(rng, 285, 210, rng.choice(("#fdf8ea", "#ffffff", "#fbf3f0")))
    sheet.frame(9, 9, 267, 192, 2.4, "#a03030")
    sheet.write(142, 32, rng.choice(("聘　书", "聘任书", "专业技术职务聘书")), 40, "#b01820", middle=True)
    begin = date(who.until.year - rng.choice((1, 3)), 1, 1)
    term = _term(rng, "聘期", begin, who)
    sheet.paragraph(40, 80, 205, f"　　兹聘任{who.name}同志为我单位{rng.choice(_TITLES)}，{term}。", 20)
    sheet.write(180, 150, rng.choice(_UNITS), 16)
    sheet.write(190, 164, f"{begin.year}年{begin.month}月{begin.day}日", 14)
    sheet.seal(205, 158, 42)
    return [sheet.image]


def labour_contract(rng: random.Random, who: Holder) -> list[Image.Image]:
    """《劳动合同书》: its first page, the page with its term, that with the signatures."""
    first = Sheet(rng, 210, 297)
    first.write(105, 60, "劳动合同书", 30, middle=True)
    unit = rng.choice(_UNITS)
    for number, line in enumerate((f"甲方（用人单位）：{unit}", f"乙方（劳动者）：{who.name}", f"身份证号码：{who.id_number}")):
        first.write(40, 140 + number * 16, line, 14)
    second, begin = Sheet(rng, 210, 297), date(who.until.year - 3, 1, 1)
    second.write(20, 25, "一、合同期限", 14)
    term = f"　　第一条　本合同为固定期限合同，{_term(rng, '合同期限', begin, who)}。其中试用期二个月。"
    y = second.paragraph(20, 38, 168, term, 12)
    second.write(20, y + 8, "二、工作内容和工作地点", 14)
    second.paragraph(
        20,
        y + 20,
        168,
        "　　第二条　乙方同意根据甲方工作需要，从事专业技术岗位工作，按时完成规定的工作任务，达到规定的质量标准。",
        12,
    )
    third = Sheet(rng, 210, 297)
    third.paragraph(
        20, 30, 168, "　　本合同一式两份，甲乙双方各执一份，自双方签字盖章之日起生效。劳动合同未尽事宜按国家有关规定执行。", 12
    )
    third.write(25, 90, f"甲方（盖章）：{unit}", 12)
    third.write(25, 110, f"乙方（签字）：{who.name}", 12)
    if who.sealed:
        third.seal(70, 95, 40)
    return [first.image, second.image, third.image]


def continuing_education(rng: random.Random, who: Holder) -> list[Image.Image]:
    """《继续教育证书》 of one year."""
    sheet = Sheet(rng, 210, 148, rng.choice(("#eaf1f8", "#ffffff", "#f6f1e4")))
    sheet.write(105, 16, rng.choice(("继续教育证书", "专业技术人员继续教育证书", "继续教育学习证明")), 22, "#203070", middle=True)
    month = rng.randrange(3, 11)
    begin = rng.choice((f"于{who.year}年{month}月", f"在{who.year}年度"))
    text = f"　　{who.name}同志{begin}参加专业技术人员继续教育公需科目和专业科目学习，累计{rng.randrange(90, 130)}学时，考核成绩合格，特发此证。"
    sheet.paragraph(26, 48, 158, text, 14)
    sheet.write(26, 100, f"身份证号：{who.id_number[:6]}********{who.id_number[-4:]}", 11)
    sheet.write(120, 108, f"{who.year}年12月{rng.randrange(1, 31)}日", 12)
    sheet.seal(150, 105, 38)
    return [sheet.image]


def annual_appraisal(rng: random.Random, who: Holder) -> list[Image.Image]:
    """《年度考核登记表》, signed in the next year."""
    sheet = Sheet(rng, 210, 297)
    sheet.write(
        105, 16, rng.choice(("事业单位工作人员年度考核登记表", "年度考核登记表", "专业技术人员年度考核登记表")), 18, middle=True
    )
    sheet.write(105, 27, rng.choice((f"（{who.year}年度）", f"（ {who.year} 年度）")), 13, middle=True)
    rows = [
        ("姓名", who.name), ("性别", rng.choice("男女")), ("出生年月", f"{who.born.year}年{who.born.month}月"), ("政治面貌", rng.choice(("群众", "中共党员"))),
        ("单位及职务", rng.choice(_UNITS)), ("从事或分管工作", rng.choice(_MAJORS)),
    ]  # fmt: skip
    end = _table(sheet, rows, 40)
    sheet.frame(18, end, 176, 90)
    sheet.write(22, end + 4, "个人总结", 11)
    sheet.paragraph(22, end + 14, 165, "　　" + sheet.words(4), 11)
    sheet.frame(18, end + 90, 176, 40)
    sheet.write(22, end + 96, f"考核等次：{rng.choice(('优秀', '合格'))}", 11)
    sheet.write(120, end + 112, f"{who.year + 1}年1月{rng.randrange(3, 28)}日", 11)
    if who.sealed:
        sheet.seal(150, end + 112, 38)
    return [sheet.image]


def work_summary(rng: random.Random, who: Holder) -> list[Image.Image]:
    """专业技术工作总结, signed by its author and sealed by the employer."""
    sheet = Sheet(rng, 210, 297)
    sheet.write(105, 20, rng.choice(("专业技术工作总结", "任期内专业技术工作总结", "工作总结")), 20, middle=True)
    sheet.write(105, 32, f"{rng.choice(_UNITS)}　{who.name}", 12, middle=True)
    end = sheet.paragraph(24, 45, 162, "　　" + sheet.words(rng.randrange(8, 16)), 12) + 12
    x, y = rng.uniform(90, 115), min(end, 250)
    sheet.write(x, y, rng.choice(("本人签名：", "签名：", "签字：")), 12)
    if who.signed:
        sign(sheet, x + rng.uniform(22, 26), y - rng.uniform(1, 4), who.name)
    sheet.write(x, y + 14, in_words(who.until, rng), 12)
    if who.sealed:
        sheet.seal(40 + rng.uniform(0, 15), y + 8, 40)
    return [sheet.image]


def commitment(rng: random.Random, who: Holder) -> list[Image.Image]:
    """《个人承诺书》 as the system prints it, signed."""
    sheet = Sheet(rng, 210, 297)
    sheet.write(105, 28, "个人承诺书", 22, middle=True)
    text = "　　本人申报专业技术职务任职资格，郑重承诺：所填报的内容和提交的材料真实、准确、完整，如有不实，愿意承担由此产生的一切后果。"
    end = sheet.paragraph(26, 50, 158, text, 15) + rng.uniform(15, 40)
    x, points = rng.uniform(88, 104), rng.choice((12, 14, 15))
    sheet.write(x, end, "签字：＿＿＿＿＿＿（承诺人）" if rng.random() < 0.7 else "承诺人（签字）：", points)
    if who.signed:
        sign(
            sheet,
            x + points * 0.3528 * (3.2 if rng.random() < 0.5 else 3.8) + rng.uniform(0, 3),
            end - rng.uniform(2, 5),
            who.name,
        )
    sheet.write(x + 20, end + 16, f"{who.year}年{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日", points)
    return [sheet.image]


def unasked(rng: random.Random, who: Holder) -> list[Image.Image]:
    """What no place asks for: a notice of a meeting, or a bill."""
    sheet = Sheet(rng, 210, 297)
    if rng.random() < 0.5:
        sheet.write(105, 30, rng.choice(("会议通知", "放假安排", "防汛值班表")), 22, middle=True)
        text = "　　各科室：定于下周一上午十时在三楼会议室召开全体职工大会，请准时参加，不得缺席。会后请各科室清点办公用品，关好门窗水电。"
        sheet.paragraph(26, 60, 158, text, 14)
        sheet.write(130, 150, rng.choice(_UNITS), 14)
        return [sheet.image]
    sheet.write(105, 22, rng.choice(("电费缴纳回执", "银行账户明细", "住宿发票")), 20, middle=True)
    _table(
        sheet,
        [
            ("户名", who.name),
            ("金额", f"{rng.randrange(100, 9000)}.00元"),
            ("日期", in_words(who.until, rng)),
            ("流水号", str(rng.randrange(10**11))),
        ],
        45,
    )
    sheet.paragraph(
        20, 90, 168, "　　本回执仅作缴费凭据，请妥善保管，如有疑问请在营业时间内拨打客服热线，或者到就近营业厅查询打印。", 11
    )
    return [sheet.image]


Draw = Callable[[random.Random, Holder], list[Image.Image]]

ASKED: dict[str, Draw] = {
    "diploma": diploma, "e_registration": e_registration, "title_certificate": title_certificate, "appointment_letter": appointment_letter,
    "labour_contract": labour_contract, "continuing_education_certificate": continuing_education, "annual_appraisal": annual_appraisal,
    "work_summary": work_summary, "commitment": commitment,
}  # fmt: skip
"""By the key of the paper in the notice."""
OF_A_YEAR = ("continuing_education_certificate", "annual_appraisal")
SEALED = ("annual_appraisal", "work_summary", "labour_contract")
SIGNED = ("work_summary", "commitment")
WITH_AN_END = {"e_registration": 1, "appointment_letter": 1, "labour_contract": 2}
"""Those that say until when they hold, and the page on which they do."""


def somebody_else(rng: random.Random, who: Holder, *, today: date) -> Holder:
    """Another person with the same papers; one in four has nearly the same name."""
    other = holder(rng, today=today)
    name = like(rng, who.name) if rng.random() < 0.25 else other.name
    if name == who.name:
        name = like(rng, name)
    return replace(who, name=name, id_number=other.id_number, born=other.born)
