"""What can be wrong with a number or a name: stable codes, and one plain sentence per code.

Standards know no gettext. ``gettext_noop`` below only marks the Chinese sentences, so that message extraction finds them; the
rooms above translate ``error.template`` and fill in ``error.values``.
"""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Mark ``message`` for extraction and return it unchanged."""
    return message


MESSAGES: dict[str, str] = {
    "identity.empty": gettext_noop("请填写身份证号。"),
    "identity.length": gettext_noop("身份证号应为 18 位，您填写了 {length} 位。"),
    "identity.characters": gettext_noop("身份证号只能由数字组成，最后一位可以是 X。请检查“{characters}”。"),
    "identity.checksum": gettext_noop("身份证号校验不通过，通常是输错或颠倒了某一位，请对照证件核对。"),
    "identity.no_such_date": gettext_noop("身份证号中的出生日期 {birth} 不存在，请对照证件核对。"),
    "identity.future": gettext_noop("身份证号中的出生日期 {birth} 晚于今天，请对照证件核对。"),
    "identity.too_young": gettext_noop("身份证号显示年龄为 {age} 周岁，未满 16 周岁不能注册。"),
    "identity.too_old": gettext_noop("身份证号中的出生日期 {birth} 距今超过 120 年，请对照证件核对。"),
    "identity.first_generation": gettext_noop("15 位的第一代身份证号自 2013 年起停止使用，请填写 18 位身份证号。"),
    "identity.region_unknown": gettext_noop("身份证号前六位 {region} 不在行政区划表中，请再核对一次。"),
    "identity.region_retired": gettext_noop("身份证号前六位 {region} 是已撤销的区划代码，属于正常情况。"),
    "identity.residence_permit": gettext_noop("这是港澳台居民居住证号码，审核时请核对居住证原件。"),
    "identity.foreign_resident": gettext_noop("这是外国人永久居留身份证号码，审核时请核对证件原件。"),
    "identity.retirement_age": gettext_noop("身份证号显示已到法定退休年龄附近，请核实是否在职。"),
    "letters.cyrillic": gettext_noop("号码中的{characters}是西里尔字母，不是拉丁字母。请切换到英文输入法，重新输入。"),
    "letters.greek": gettext_noop("号码中的{characters}是希腊字母，不是拉丁字母。请切换到英文输入法，重新输入。"),
    "credit.empty": gettext_noop("请填写统一社会信用代码。"),
    "credit.length": gettext_noop("统一社会信用代码应为 18 位，您填写了 {length} 位。"),
    "credit.characters": gettext_noop(
        "统一社会信用代码不使用“{characters}”；字母 I、O、S、V、Z 常与数字 1、0、5、2 混淆，请核对。"
    ),
    "credit.region": gettext_noop("统一社会信用代码第 3 至 8 位应为数字，您填写的是 {region}。"),
    "credit.checksum": gettext_noop("统一社会信用代码校验不通过，通常是输错或颠倒了某一位，请对照证照核对。"),
    "credit.department_unknown": gettext_noop("统一社会信用代码第 1 位“{department}”不是已知的登记管理部门代码，请再核对一次。"),
    "credit.kind_unknown": gettext_noop("统一社会信用代码前两位“{kind}”不是已知的机构类别代码，请再核对一次。"),
    "credit.region_unknown": gettext_noop("统一社会信用代码中的区划代码 {region} 不在行政区划表中，请再核对一次。"),
    "credit.region_retired": gettext_noop("统一社会信用代码中的区划代码 {region} 已撤销，请再核对一次。"),
    "credit.organization_code": gettext_noop(
        "代码中的组织机构代码 {organization_code} 校验不一致（个别单位如此），请再核对一次。"
    ),
    "phone.empty": gettext_noop("请填写电话号码。"),
    "phone.characters": gettext_noop("电话号码中有不能识别的字符“{characters}”。"),
    "phone.mobile_length": gettext_noop("手机号码应为 11 位，您填写了 {length} 位。"),
    "phone.mobile_prefix": gettext_noop("手机号码应以 13 至 19 开头，请核对。"),
    "phone.area_code_missing": gettext_noop("固定电话请带区号填写，例如 0909-2318888。"),
    "phone.area_code_unknown": gettext_noop("固定电话区号 {area} 不正确，博州的区号是 0909。"),
    "phone.landline_length": gettext_noop("区号 {area} 之后应为 {expected} 位号码，您填写了 {length} 位。"),
    "phone.landline_prefix": gettext_noop("固定电话号码应以 2 至 8 开头，请核对。"),
    "phone.neither": gettext_noop("请填写 11 位手机号码，或带区号的固定电话，例如 0909-2318888。"),
    "isbn.empty": gettext_noop("请填写书号（ISBN）。"),
    "isbn.length": gettext_noop("书号（ISBN）应为 10 位或 13 位，您填写了 {length} 位。"),
    "isbn.characters": gettext_noop("书号（ISBN）中有不能识别的字符“{characters}”。"),
    "isbn.prefix": gettext_noop("13 位书号（ISBN）应以 978 或 979 开头。"),
    "isbn.checksum": gettext_noop("书号（ISBN）校验不通过，请对照版权页核对。"),
    "issn.empty": gettext_noop("请填写国际刊号（ISSN）。"),
    "issn.length": gettext_noop("国际刊号（ISSN）应为 8 位（格式 1234-5678），您填写了 {length} 位。"),
    "issn.characters": gettext_noop("国际刊号（ISSN）中有不能识别的字符“{characters}”。"),
    "issn.checksum": gettext_noop("国际刊号（ISSN）校验不通过，请对照期刊封面或版权页核对。"),
    "cn.empty": gettext_noop("请填写国内统一刊号（CN）。"),
    "cn.format": gettext_noop("国内统一刊号（CN）的格式是 CN65-1234/G4，请核对。"),
    "cn.region": gettext_noop("国内统一刊号（CN）中的地区号 {region} 不存在，请核对是否为正规期刊。"),
    "cn.class_missing": gettext_noop("期刊的国内统一刊号（CN）应带分类号，例如 CN65-1234/G4。"),
    "doi.empty": gettext_noop("请填写 DOI。"),
    "doi.format": gettext_noop("DOI 的格式是 10.1234/abcd，请核对。"),
    "patent.empty": gettext_noop("请填写专利号。"),
    "patent.format": gettext_noop("专利号应为 ZL 加 13 位（2003 年 10 月前为 9 位），例如 ZL200310102344.5。"),
    "patent.kind": gettext_noop("专利号中的种类号 {kind} 不存在，请对照专利证书核对。"),
    "patent.checksum": gettext_noop("专利号校验不通过，请对照专利证书核对。"),
    "publication.number": gettext_noop("不能识别这个编号，请填写 CN 刊号、ISSN、ISBN 或 DOI。"),
    "chsi.empty": gettext_noop("请填写学信网在线验证码。"),
    "chsi.length": gettext_noop("学信网在线验证码应为 12 位或 16 位，您填写了 {length} 位。"),
    "chsi.characters": gettext_noop("学信网在线验证码只能由数字和字母组成，请检查“{characters}”。"),
    "name.empty": gettext_noop("请填写姓名。"),
    "name.too_long": gettext_noop("姓名不能超过 {limit} 个字，您填写了 {length} 个字。"),
    "name.digits": gettext_noop("姓名中不能有数字“{characters}”。"),
    "name.symbols": gettext_noop("姓名中不能有符号“{characters}”；少数民族姓名的间隔号请用“·”。"),
    "name.script": gettext_noop("姓名请用汉字或拉丁字母填写，与身份证一致；“{characters}”不能使用。"),
    "name.private_use": gettext_noop("姓名中有自造字（{codepoints}），不能打印，请改用国家标准 GB 18030 中的汉字。"),
    "name.unassigned": gettext_noop("姓名中有未定义的字符（{codepoints}），请重新输入这个字。"),
    "name.dot_position": gettext_noop("间隔号“·”应在两个字之间，不能在开头、结尾或连续出现。"),
    "date.unreadable": gettext_noop("没有看懂。请按“2023-05-08”的样式填写。"),
    "date.short_year": gettext_noop("年份只有两位，看不出是哪一年。请写四位，例如 2023-05-08。"),
    "date.year_alone": gettext_noop("只有年份。请把月、日也写上，例如 2023-05-08。"),
    "date.month_alone": gettext_noop("只有年、月。请把日也写上，例如 2023-05-08。"),
    "date.order": gettext_noop("看不出哪个是月、哪个是日。请按年、月、日的顺序写，例如 2023-05-08。"),
    "date.two": gettext_noop("这里写了两个时间。开始和结束请分开填写，例如 2023-05-08。"),
    "date.no_such_day": gettext_noop("没有这一天，请核对。样式是 2023-05-08。"),
    "date.until_now": gettext_noop("这里要写一个日期，例如 2023-05-08，不能写“至今”。"),
    "calendar.not_published": gettext_noop("{year} 年的放假安排尚未公布，不能计算工作日。"),
    "calendar.missing": gettext_noop("{where}：缺少内容。"),
    "calendar.level": gettext_noop("level：层级“{value}”不存在，可用的有 {levels}。"),
    "calendar.years": gettext_noop("published_years：应为年份的列表，现在是 {value}。"),
    "calendar.row": gettext_noop("{where}：格式不正确。"),
    "calendar.date": gettext_noop("{where}：“{value}”不是有效日期，请按 2026-01-31 的样式填写。"),
    "calendar.boolean": gettext_noop("{where}：应为 true 或 false，现在是“{value}”。"),
    "calendar.twice": gettext_noop("{day} 在同一层中出现了两次。"),
}


class InvalidNumber(ValueError):
    """A number, code or name that breaks its rule.

    ``code`` is stable and a key of :data:`MESSAGES`; ``values`` fill its placeholders. ``template`` is the unformatted Chinese
    sentence (the msgid), ``message`` is the finished one.
    """

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values: dict[str, object] = values
        super().__init__(self.message)

    @property
    def template(self) -> str:
        return MESSAGES[self.code]

    @property
    def message(self) -> str:
        return MESSAGES[self.code].format(**self.values)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders in background jobs; the default would drop the keyword values.
        return _rebuild, (type(self), self.code, self.values)


def _rebuild(kind: type[InvalidNumber], code: str, values: dict[str, object]) -> InvalidNumber:
    error = kind.__new__(kind)
    InvalidNumber.__init__(error, code, **values)
    return error
