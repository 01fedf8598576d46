"""Help at each question of the form: what is meant, a right example, the common mistake. Words alone: what is right is in ``rules.py``.

The one line that always stands beside a field is ``Field.help`` in ``sections.py``; these unfold.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class FieldHelp:
    """``meant``: what is asked; ``example``: a right answer as it is typed, empty where one chooses from a list; ``mistake``: what others got
    wrong, empty where nothing is known. ``drawn``: the kind of sheet (``campaigns.drawings``) and the place on it where it stands.
    """

    meant: Words
    example: Words = ""
    mistake: Words = ""
    drawn: tuple[str, str] | None = None


_SPAN = {
    "started_on": FieldHelp(
        _("这一段从哪一天开始。只记得年月的，写年月，按当月1日算。"),
        _("2018-05-08、2018.5.8、2018年5月、201805"),
        _("两位数的年份（如 18.5）看不出是哪一年，请写四位。"),
    ),
    "ended_on": FieldHelp(
        _("这一段到哪一天为止。现在还在继续的留空，或写“至今”。"),
        _("2021-06-30、2021年6月、至今"),
        _("不要写成今天的日期：今天还在继续的就是“至今”。"),
    ),
}

FIELD_HELP: dict[str, dict[str, FieldHelp]] = {
    "basic": {
        "former_name": FieldHelp(
            _("身份证、户口簿或学历证书上用过的另一个姓名。"), _("阿依古丽"), _("没有用过别的姓名的留空，不要写“无”。")
        ),
        "ethnic_group": FieldHelp(_("按居民身份证上的民族选择。"), mistake=_("不要按籍贯选择。")),
        "political_status": FieldHelp(
            _("现在的政治面貌。没有参加党派的选“群众”。"), mistake=_("共青团员超过28周岁一般已经退团。")
        ),
        "work_started_on": FieldHelp(
            _("第一次参加工作的时间，以人事档案的记载为准。"),
            _("2010-08-01、2010年8月"),
            _("不是到现在这个单位的时间，也不是签劳动合同的时间。"),
        ),
        "mobile": FieldHelp(
            _("本人正在使用的手机号码，审核时可能打来。"), "13900000000", _("不要写单位的座机，也不要写代办人的号码。")
        ),
        "email": FieldHelp(_("本人能收到信的邮箱，退回和通知都发到这里。"), "zhangsan@example.cn", _("常把 .com 写成 .con。")),
        "current_specialty": FieldHelp(
            _("现在实际从事的专业技术工作的专业名称。"), _("水利工程"), _("不是毕业证书上的专业，也不是职务名称。")
        ),
        "current_specialty_years": FieldHelp(
            _("从事上面这个专业一共几年，合起来算，不足一年的舍去。"), "6", _("只写数字，不写“6年”“六年半”。")
        ),
        "post": FieldHelp(_("现任的行政职务，以任职文件为准。"), _("水利管理科副科长"), _("没有行政职务的留空，不写职称。")),
    },
    "education": {
        "school": FieldHelp(
            _("毕业证书上印的学校全称，学校后来改名的也照证书写。"),
            _("新疆农业大学"),
            _("不写简称（如“新农大”），也不写院、系。"),
        ),
        "major": FieldHelp(_("毕业证书上印的专业全称。"), _("农业水利工程"), _("不要写成学位证书上的学科门类（如“工学”）。")),
        "education": FieldHelp(
            _("毕业证书上写明的学历层次。"), mistake=_("选“毕业”的那一种：结业、肄业不能作为申报学历。学历和学位分开填写。")
        ),
        "degree": FieldHelp(
            _("学位证书上的学位。专业学位（如工程硕士、会计硕士）也在列表中，可以输入名称或拼音首字母查找。"),
            mistake=_("没有学位证书的留空：大专没有学位。"),
        ),
        "study_form": FieldHelp(_("毕业证书上写明的学习形式。"), mistake=_("证书上写函授、业余、自考、网络的，不是全日制。")),
        "started_on": FieldHelp(
            _("毕业证书上的入学年月。"), _("2012-09-01、2012年9月"), _("两位数的年份（如 12.9）看不出是哪一年，请写四位。")
        ),
        "graduated_on": FieldHelp(
            _("毕业证书上的毕业年月或发证日期。"),
            _("2016-06-30、2016年6月"),
            _("不是学位证书的日期，也不是参加工作的日期。"),
            ("certificate", "date"),
        ),
        "certificate_number": FieldHelp(
            _("毕业证书上“证书编号”一行，字母、数字照抄。"),
            "100001201605001234",
            _("不是学位证书编号，也不是身份证号或学号。"),
            ("certificate", "number"),
        ),
        "verification_code": FieldHelp(
            _("《教育部学历证书电子注册备案表》上的在线验证码。"),
            "ABCD1234EFGH5678",
            _("验证报告有有效期，到期以后要在学信网延长或者重新申请。"),
        ),
    },
    "current_title": {
        "first_title": FieldHelp(_("从来没有取得过任何级别职称的勾选，下面的各项不用再填。")),
        "title_name": FieldHelp(
            _("资格证书上的资格名称。"),
            _("助理工程师"),
            _("不写岗位名称（如“专业技术十二级”），也不写职业资格。"),
            ("certificate", "text"),
        ),
        "series": FieldHelp(_("资格证书上的系列和专业。"), _("工程系列（水利）"), _("不是这次要申报的专业。")),
        "step": FieldHelp(_("现在这个资格的级别。"), mistake=_("助理工程师、二级教师等是助理级；技术员、三级教师等是员级。")),
        "acquired_on": FieldHelp(
            _("资格证书或批准文件上的取得时间，任职年限一般从这一天算起。"),
            _("2018-12-20、2018年12月"),
            _("不是发证时间，也不是聘任时间：证书上两个日期都有的，写“取得时间”或评审通过的那一个。"),
            ("certificate", "date"),
        ),
        "authority": FieldHelp(
            _("批准这个资格的机关，见证书上的印章或批准文件。"),
            _("博尔塔拉蒙古自治州人力资源和社会保障局"),
            _("照落款写全称，不写简称。"),
            ("certificate", "seal"),
        ),
        "certificate_number": FieldHelp(
            _("资格证书上的“证书编号”或“管理号”，照抄。"),
            "2018650500123",
            _("不是身份证号。证书上没有编号的，写批准文件的文号。"),
            ("certificate", "number"),
        ),
        "obtained_by": FieldHelp(
            _("这个资格是怎样取得的。"), mistake=_("大中专毕业见习期满直接取得的是初定或认定；参加全国考试取得的是考试。")
        ),
    },
    "appointment": {
        "post": FieldHelp(_("聘书或合同上的岗位或职务。"), _("助理工程师（专业技术十二级）"), _("不写行政职务。")),
        "contract_kind": FieldHelp(_("手里有的是聘书还是劳动合同，有一种就可以。"), mistake=_("上传的材料要与这里选的一致。")),
        "party": FieldHelp(
            _("聘书或合同盖的是谁的章。"), _("博乐市人力资源服务有限公司"), _("劳务派遣的写派遣单位；与申报单位相同的留空。")
        ),
        "appointed_on": FieldHelp(
            _("这一次聘任从哪一天开始。"),
            _("2019-01-01、2019年1月"),
            _("不是取得资格的时间，聘任一般在取得以后。"),
            ("letter", "date"),
        ),
        "appointed_until": FieldHelp(
            _("聘书或合同上写的截止日期。"), "2023-12-31", _("写“长期”或无固定期限的留空；已经到期的，不能证明现在的聘任。")
        ),
    },
    "work_history": {
        **_SPAN,
        "employer": FieldHelp(
            _("那一段时间的工作单位全称，以当时的名称为准。"), _("博乐市水利局"), _("不写简称，不写“同上”；换过单位的分开填写。")
        ),
        "employer_nature": FieldHelp(_("那时所在单位的性质。"), mistake=_("现在的单位不用选，以县（市）核实的为准。")),
        "duty": FieldHelp(_("做的是哪一种专业技术工作。"), _("灌区工程管理"), _("不要只写“技术员”“工作人员”。")),
        "post": FieldHelp(_("那时担任的职务。"), _("技术负责人"), _("没有的留空。")),
    },
    "continuing_education": {
        "year": FieldHelp(_("继续教育证书上的年度，四位数。"), "2022", _("不是发证那一年；一年填一行，同一年不要填两行。")),
        "exempt": FieldHelp(_("本年度有批准的《继续教育学习免试审批表》的勾选。"), mistake=_("还没有批准的不能勾选。")),
        "hours_total": FieldHelp(
            _("本年度公需科目和专业科目合计的学时。"), "90", _("只写整数，不写“90学时”；几张证书的学时加在一起写。")
        ),
        "hours_professional": FieldHelp(_("合计里专业科目的学时。"), "60", _("不能多于总学时；证书上没有分开写的留空。")),
    },
    "appraisals": {
        "year": FieldHelp(
            _("考核的是哪一年，四位数。"),
            "2022",
            _("不是填表或盖章的那一年：2022年度的考核常在2023年初填写。"),
            ("form", "heading"),
        ),
        "result": FieldHelp(
            _("考核表上的考核等次。"),
            mistake=_("以单位盖章的意见为准，不是本人的自我评价。"),
            drawn=("form", "opinion"),
        ),
        "employer_nature": FieldHelp(_("考核那一年所在单位的性质。"), mistake=_("在企业工作的年度照样填写，不用上传登记表。")),
        "second_nature": FieldHelp(_("那一年换过单位的，另一个单位的性质。"), mistake=_("没有换过单位的留空。")),
    },
    "achievements": {
        "name": FieldHelp(
            _("项目或工作的名称，与佐证材料上的一致。"), _("博乐市某灌区节水改造工程"), _("不写“多个项目”：一项填一行。")
        ),
        **_SPAN,
        "role": FieldHelp(
            _("本人在其中担任什么，写明排名。"), _("技术负责人，排名第2"), _("不写“参加”两个字了事；集体的写明第几。")
        ),
        "description": FieldHelp(
            _("做了什么、用了什么办法、有什么结果，尽量有数字。"),
            _("完成渠系防渗改造12公里，灌溉水利用系数由0.52提高到0.61，年节水80万立方米，2021年11月通过验收。"),
            _("不要写成单位的工作总结，也不要只写“效果显著”。"),
        ),
        "contribution": FieldHelp(
            _("其中哪一部分是本人做的。公示时同单位的人都能看到。"),
            _("负责渠道断面设计和施工技术交底，独立完成设计变更3处。"),
            _("不要把集体的成绩全写成本人的。"),
        ),
    },
    "publications": {
        "kind": FieldHelp(_("发表的论文、出版的论著，还是结题的课题报告。"), mistake=_("内部交流的材料不是论文。")),
        "title": FieldHelp(_("题目全称，与刊物上印的一致。"), _("干旱区灌溉渠道防渗技术的应用"), _("不要加书名号以外的说明。")),
        "publication": FieldHelp(
            _("论文写刊物名称和年、期；论著写出版社；课题写立项单位。"),
            _("《某某水利》2021年第3期"),
            _("只有录用通知的还不算发表。"),
        ),
        "number": FieldHelp(
            _("刊物的 CN 或 ISSN 号，论著的 ISBN 号，课题的项目编号。"),
            _("CN65-1234/TV、ISSN 1000-0001"),
            _("在版权页上找，不是条形码下面的数字，也不是 DOI。"),
        ),
        "author_rank": FieldHelp(_("本人第几作者，一共几位。"), "1/3", _("通讯作者也按署名的顺序写。")),
        "published_on": FieldHelp(
            _("出版或结题的日期，只知道年月的写年月。"), _("2021-03-15、2021年3月"), _("不是投稿或录用的日期。")
        ),
    },
    "awards": {
        "name": FieldHelp(
            _("获奖证书或文件上的奖项全称。"), _("自治州科学技术进步奖"), _("不要只写“先进个人”，写明是什么先进。")
        ),
        "issuer": FieldHelp(
            _("证书或文件上盖章的单位。"),
            _("博尔塔拉蒙古自治州人民政府"),
            _("不是本人的单位（除非是它授的奖）。"),
            ("certificate", "seal"),
        ),
        "grade": FieldHelp(_("分等级的写等级。"), _("二等奖"), _("不分等级的留空。")),
        "rank": FieldHelp(_("集体的奖写本人第几、共几人。"), "3/7", _("证书上没有名单的，附获奖人员名单。")),
        "awarded_on": FieldHelp(
            _("证书或文件上的日期。"), _("2020-12-01、2020年12月"), _("不是完成项目的日期。"), ("certificate", "date")
        ),
    },
    "training": {
        "name": FieldHelp(_("培训班或进修的名称。"), _("全疆水利工程质量管理培训班"), _("已经填在“继续教育”里的不用再填。")),
        "organiser": FieldHelp(_("组织培训的单位，见结业证书的印章。"), _("新疆维吾尔自治区水利厅"), _("不是培训地点。")),
        "started_on": _SPAN["started_on"],
        "ended_on": FieldHelp(_("培训结束的日期。"), _("2021-06-30、2021.6.30"), _("只有一天的，开始和结束写同一天。")),
        "hours": FieldHelp(_("结业证书上的学时。"), "40", _("只写数字；写天数的不要换算，留空即可。")),
    },
    "social_posts": {
        "organization": FieldHelp(_("学会、协会等组织的全称。"), _("新疆水利学会"), _("不是本人的工作单位。")),
        "post": FieldHelp(_("在其中担任的职务。"), _("理事"), _("普通会员写“会员”。")),
        **_SPAN,
    },
    "summary": {
        "text": FieldHelp(
            _("按任职以来的时间写：承担了什么、解决了什么技术问题、有什么成果、带了什么人、今后的打算。可以先在别处写好再粘贴。"),
            _("任现职以来，主要承担……；针对……问题，采用……办法，使……由……提高到……。"),
            _("不写思想汇报，不抄单位总结；任职以前的工作不用写。"),
        ),
    },
}


def help_for(section: str, field: str) -> FieldHelp | None:
    """The help of one question; ``None`` where there is nothing to explain."""
    return FIELD_HELP.get(section, {}).get(field)
