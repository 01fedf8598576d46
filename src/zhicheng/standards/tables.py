"""The national code tables of the application form, and the project's own short lists (domain §3.3–3.8).

National codes are stored as the standard writes them, leading zeros included; own codes are English words.
"""

from __future__ import annotations

from dataclasses import dataclass

from .code_table import CodeTable, Entry
from .natures import UNIT_NATURES as _NATURES
from .resources import read_json

__all__ = [
    "APPOINTMENT_KINDS",
    "APPRAISAL_RESULTS",
    "DEGREES",
    "EDUCATION",
    "ETHNIC_GROUPS",
    "GRADES",
    "LEVELS",
    "LICENCE_KINDS",
    "MATERIAL_KINDS",
    "OBJECTION_CHANNELS",
    "OBTAINED_BY",
    "POLITICAL_STATUS",
    "PUBLICATION_KINDS",
    "RECUSAL_REASONS",
    "RETURN_REASONS",
    "SANCTION_KINDS",
    "SEX",
    "STUDY_FORMS",
    "TITLE_STEPS",
    "UNIT_NATURES",
    "CodeTable",
    "Entry",
]


@dataclass(frozen=True, slots=True)
class EthnicGroup(Entry):
    """``letters`` is the two-letter code of GB/T 3304, "" for the codes outside the 56."""

    letters: str = ""


@dataclass(frozen=True, slots=True)
class Education(Entry):
    """``is_graduation``: 毕业, the only outcome that counts for eligibility. 17 研究生班毕业 is one, but counts by policy only.
    ``level`` is the first digit (1 postgraduate … 9 other); ``is_group`` marks a heading that is not chosen."""

    is_graduation: bool = False
    is_group: bool = False
    by_policy: bool = False

    @property
    def selectable(self) -> bool:
        return not self.is_group

    @property
    def level(self) -> str:
        return self.code[0]


@dataclass(frozen=True, slots=True)
class TitleStep(Entry):
    """A step of the ladder: ``level`` and ``grade`` as stored, ``rank`` 1 (员级) to 5 (正高级)."""

    level: str = ""
    grade: str = ""
    rank: int = 0


def _short(key: str, source: str, *rows: tuple[str, str, str]) -> CodeTable[Entry]:
    return CodeTable(key, source, tuple(Entry(*row) for row in rows))


def _load_ethnic_groups() -> CodeTable[EthnicGroup]:
    data = read_json("tables/ethnic_groups.json")
    return CodeTable("ethnic_groups", data["source"], tuple(EthnicGroup(*row) for row in data["rows"]))


def _load_education() -> CodeTable[Education]:
    data = read_json("tables/education.json")
    rows = (
        Education(code, zh, en, is_graduation="毕业" in zh, is_group=code.endswith("0") and code != "90", by_policy=code == "17")
        for code, zh, en in data["rows"]
    )
    return CodeTable("education", data["source"], tuple(rows))


def _load_plain(key: str) -> CodeTable[Entry]:
    data = read_json(f"tables/{key}.json")
    return CodeTable(key, data["source"], tuple(Entry(*row) for row in data["rows"]))


ETHNIC_GROUPS = _load_ethnic_groups()
EDUCATION = _load_education()
# Extensible: 艺术学 and the newer professional degrees came after the text of 2003. Use ``DEGREES.extended(...)``.
DEGREES = _load_plain("degrees")

POLITICAL_STATUS = _short(
    "political_status",
    "GB/T 4762-1984",
    ("01", "中国共产党党员", "Member of the Communist Party of China"),
    ("02", "中国共产党预备党员", "Probationary member of the Communist Party of China"),
    ("03", "中国共产主义青年团团员", "Member of the Communist Youth League of China"),
    ("04", "中国国民党革命委员会会员", "Member of the Revolutionary Committee of the Chinese Kuomintang"),
    ("05", "中国民主同盟盟员", "Member of the China Democratic League"),
    ("06", "中国民主建国会会员", "Member of the China National Democratic Construction Association"),
    ("07", "中国民主促进会会员", "Member of the China Association for Promoting Democracy"),
    ("08", "中国农工民主党党员", "Member of the Chinese Peasants' and Workers' Democratic Party"),
    ("09", "中国致公党党员", "Member of the China Zhi Gong Party"),
    ("10", "九三学社社员", "Member of the Jiusan Society"),
    ("11", "台湾民主自治同盟盟员", "Member of the Taiwan Democratic Self-Government League"),
    ("12", "无党派民主人士", "Personage without party affiliation"),
    ("13", "群众", "No party"),
)
SEX = _short(
    "sex",
    "GB/T 2261.1-2003",
    ("0", "未知", "Unknown"),
    ("1", "男", "Male"),
    ("2", "女", "Female"),
    ("9", "未说明", "Not stated"),
)
STUDY_FORMS = _short(
    "study_forms",
    "domain §3.8",
    ("full_time", "全日制", "Full-time"),
    ("correspondence", "函授", "Correspondence course"),
    ("evening", "夜大", "Evening university"),
    ("self_study", "自学考试", "Self-study examination"),
    ("online", "网络教育", "Online education"),
    ("party_school", "党校", "Party school"),
    ("part_time", "其他在职学习", "Other part-time study"),
)
OBTAINED_BY = _short(
    "obtained_by",
    "domain §2.5, §3.8",
    ("review", "评审", "Reviewed"),
    ("recognition", "认定", "Recognised"),
    ("initial", "初定", "Initially determined"),
    ("conferral", "授予", "Conferred"),
    ("higher", "高定", "Determined one step higher (访惠聚)"),
    ("exam", "考试", "By examination"),
    ("confirmation", "确认", "Confirmed from elsewhere"),
    ("transfer", "转评", "Transferred from another series"),
)
APPRAISAL_RESULTS = _short(
    "appraisal_results",
    "S-60",
    ("excellent", "优秀", "Excellent"),
    ("competent", "合格", "Competent"),
    ("basically_competent", "基本合格", "Basically competent"),
    ("incompetent", "不合格", "Not competent"),
)
LEVELS = _short(
    "levels",
    "S-04, S-65",
    ("senior", "高级", "Senior"),
    ("intermediate", "中级", "Intermediate"),
    ("junior", "初级", "Junior"),
)
GRADES = _short(
    "grades",
    "domain §2.4",
    ("full", "正高级", "Full senior"),
    ("associate", "副高级", "Associate senior"),
    ("assistant", "助理级", "Assistant"),
    ("technician", "员级", "Technician"),
)
TITLE_STEPS: CodeTable[TitleStep] = CodeTable(
    "title_steps",
    "domain §2.4",
    (
        TitleStep("senior_full", "正高级", "Full senior", "senior", "full", 5),
        TitleStep("senior_associate", "副高级", "Associate senior", "senior", "associate", 4),
        TitleStep("intermediate", "中级", "Intermediate", "intermediate", "", 3),
        TitleStep("junior_assistant", "助理级", "Junior (assistant)", "junior", "assistant", 2),
        TitleStep("junior_technician", "员级", "Junior (technician)", "junior", "technician", 1),
    ),
)
RETURN_REASONS = _short(
    "return_reasons",
    "domain §3.8; 人社部令40号 第十八条",
    ("missing", "缺少材料", "Material missing"),
    ("illegible", "材料不清晰", "Not legible"),
    ("wrong_file", "上传了错误的文件", "Wrong file"),
    ("inconsistent", "前后信息不一致", "Inconsistent information"),
    ("incorrect", "填写内容有误", "Incorrect entry"),
    ("expired", "证件或证明已过期", "Expired"),
    ("not_eligible", "不符合申报条件", "Conditions not met"),
    ("format", "格式不符合要求", "Wrong format"),
    ("orientation", "图片方向不正", "Not upright"),
    ("unsigned", "缺少签字或盖章", "Signature or seal missing"),
    ("out_of_period", "不在任期或规定年限内", "Outside the tenure or the years asked for"),
    ("other_person", "材料不是本人的", "Belongs to another person"),
    ("unverified", "真实性待核实", "Authenticity to be verified"),
    ("other", "其他", "Other"),
)
RECUSAL_REASONS = _short(
    "recusal_reasons",
    "人社部令40号 第二十五条; domain §3.8",
    ("self", "本人申报", "Own application"),
    ("relative", "与申报人有亲属关系", "Relative of the applicant"),
    ("same_unit", "与申报人同单位", "Same employer"),
    ("tutor", "与申报人有师生关系", "Teacher or student of the applicant"),
    ("co_author", "与申报人合作成果", "Co-author of the applicant"),
    ("interest", "其他利害关系", "Other interest"),
    ("declared", "本人主动申请回避", "Own request"),
)
SANCTION_KINDS = _short(
    "sanction_kinds",
    "人社部令40号 第十三条; domain §3.8",
    ("warning", "警告", "Warning"),
    ("demerit", "记过", "Demerit"),
    ("serious_demerit", "记大过", "Serious demerit"),
    ("demotion", "降低岗位等级", "Lowered post grade"),
    ("removal", "撤职", "Removal from post"),
    ("dismissal", "开除", "Dismissal"),
)
LICENCE_KINDS = _short(
    "licence_kinds",
    "S-13",
    ("organization_code_certificate", "机构代码证", "Organisation code certificate"),
    ("institution_certificate", "事业单位法人证书／统一社会信用代码证书", "Institution or unified credit code certificate"),
    ("business_licence", "营业执照", "Business licence"),
)
MATERIAL_KINDS = _short(
    "material_kinds",
    "S-47…S-62",
    ("review_form", "评审表", "Review form"),
    ("publicity", "公示、公示照片及公示结果", "Publicity notice, photo and result"),
    ("diploma", "毕业证书", "Diploma"),
    ("degree_registration", "教育部学历证书电子注册备案表", "Online registration of the diploma"),
    ("title_certificate", "专业技术职务任职资格证书", "Title certificate"),
    ("appointment_letter", "专业技术职务聘书", "Appointment letter"),
    ("labour_contract", "劳动合同书", "Labour contract"),
    ("work_summary", "专业技术工作总结", "Summary of work"),
    ("publication", "论文、论著、课题报告", "Paper, book or project report"),
    ("achievement", "业绩成果材料", "Achievement"),
    ("award", "获奖证书或文件", "Award certificate or document"),
    ("continuing_education", "继续教育证书", "Continuing-education certificate"),
    ("continuing_education_exemption", "继续教育学习免试审批表", "Continuing-education exemption form"),
    ("annual_appraisal", "年度考核登记表", "Annual appraisal form"),
    ("commitment", "个人承诺书", "Personal commitment"),
    ("other", "其它相关材料", "Other"),
)
PUBLICATION_KINDS = _short(
    "publication_kinds",
    "S-55",
    ("paper", "论文", "Paper"),
    ("book", "论著", "Book"),
    ("report", "课题报告", "Project report"),
)
OBJECTION_CHANNELS = _short(
    "objection_channels",
    "S-70",
    ("phone", "电话", "Telephone"),
    ("written", "书面", "Written"),
    ("visit", "来访", "Visit"),
    ("online", "网上", "Online"),
)
APPOINTMENT_KINDS = _short(
    "appointment_kinds",
    "S-54",
    ("appointment_letter", "聘书", "Appointment letter"),
    ("labour_contract", "劳动合同", "Labour contract"),
)
UNIT_NATURES = _short("natures", "S-11, 人社部令40号 第一条至第三条", *((n.code, n.zh, n.en) for n in _NATURES))
