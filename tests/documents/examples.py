"""Papers of invented people: one that fills every part, one with only what must be there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from zhicheng.documents.papers import Commitment, PublicityNotice, PublicityResult, ReviewForm, SupervisingOpinion
from zhicheng.documents.receipts import Receipt
from zhicheng.documents.rendering import Marks

CONDUCT = (
    "该同志政治立场坚定，坚决拥护“两个确立”、做到“两个维护”，旗帜鲜明维护民族团结和社会稳定；"
    "遵守职业道德，廉洁从业，未发现违规执业行为。"
)
RESULTS = "近五年承担142项工程的质量监督工作，完成27所中小学63栋校舍的检测鉴定，发表论文1篇，获自治州科学技术进步奖三等奖"
CONTRIBUTION = "主持结构检测方案编制，独立完成21栋校舍的加固设计，节点做法被写入自治州技术导则。"
SHA = "9f2c4e0d7b1a8356c4d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0"


def marks(**changes: Any) -> Marks:
    values: dict[str, Any] = {
        "serial": "PS2023-000123",
        "verification_url": "HTTPS://BOZXT.EXAMPLE.CN/V/PS2023-000123/7KQ2MXW9RT34CDEF7KQ2MXW9RT34",
        "snapshot_sha256": SHA,
        "version_label": "第1次上报",
        "draft": False,
        "created_at": datetime(2023, 10, 9, 4, 30, tzinfo=UTC),
    }
    return Marks(**(values | changes))


def minimal_data(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": "李红",
        "year": 2023,
        "employer": "精河县农业技术推广站",
        "series": "农业技术人员",
        "specialty": "农艺",
        "level": "初级（助理级）",
        "title": "助理农艺师",
        "basic": {"name": "李红"},
    }
    return values | changes


def minimal_form(**changes: Any) -> ReviewForm:
    return ReviewForm.model_validate(minimal_data(**changes))


def _rows() -> dict[str, Any]:
    return {
        "education": [
            {
                "started_on": "2009年9月",
                "graduated_on": "2013年7月",
                "school": "新疆大学",
                "major": "土木工程",
                "education": "大学本科",
                "degree": "工学学士",
                "study_form": "全日制",
                "certificate_number": "107551201305001234",
                "verification_code": "A7K2M9PQXR3T5W8Z",
            },
            {
                "started_on": "2016年9月",
                "graduated_on": "2019年6月",
                "school": "石河子大学水利建筑工程学院",
                "major": "建筑与土木工程",
                "education": "硕士研究生",
                "degree": "工程硕士专业学位",
                "study_form": "在职",
                "certificate_number": "107591201902000567",
            },
        ],
        "work_history": [
            {
                "started_on": "2013年8月",
                "ended_on": "2017年3月",
                "employer": "博尔塔拉蒙古自治州建筑勘察设计院",
                "duty": "房屋建筑结构设计，参与中小学校舍安全工程鉴定与加固设计",
                "post": "技术员",
            },
            {
                "started_on": "2017年4月",
                "employer": "博乐市城乡建设工程质量监督站",
                "duty": "工程质量监督、检测数据审核、技术标准宣贯",
                "post": "监督一科副科长",
            },
        ],
        "continuing_education": [
            {"year": str(year), "hours_total": "90", "hours_professional": "60", "remark": "" if year != 2020 else "经批准免试"}
            for year in range(2018, 2023)
        ],
        "appraisals": [
            {"year": str(year), "result": "优秀" if year == 2021 else "合格", "employer_nature": "事业单位"}
            for year in range(2018, 2023)
        ],
        "publications": [
            {
                "kind": "论文",
                "title": "寒区砌体结构校舍抗震加固效果的现场试验研究",
                "publication": "《新疆建筑科技》",
                "number": "CN 65-1099/TU",
                "author_rank": "1/3",
                "published_on": "2020年6月",
            },
            {
                "kind": "课题报告",
                "title": "Seismic retrofitting of masonry school buildings in cold regions: a field study",
                "publication": "自治州科技局",
                "number": "BZKJ-2021-SF-017",
                "author_rank": "2/5",
                "published_on": "2021年12月",
            },
        ],
        "awards": [
            {
                "name": "自治州科学技术进步奖",
                "issuer": "博尔塔拉蒙古自治州人民政府",
                "grade": "三等奖",
                "awarded_on": "2022年3月",
                "rank": "3/7",
            }
        ],
        "training": [
            {
                "name": "装配式混凝土结构质量验收标准培训",
                "organiser": "自治区住房和城乡建设厅",
                "started_on": "2021年5月",
                "ended_on": "2021年5月",
                "hours": "40",
            }
        ],
        "social_posts": [{"organization": "自治州土木建筑学会", "post": "理事", "started_on": "2020年1月"}],
    }


def _achievements() -> list[dict[str, str]]:
    return [
        {
            "name": "博乐市中小学校舍安全工程（二期）检测鉴定与加固设计",
            "role": "结构专业负责人",
            "started_on": "2018年3月",
            "ended_on": "2020年11月",
            "description": "对全市27所中小学共63栋校舍进行现场检测与抗震鉴定，编制加固设计文件31份，加固总建筑面积11.8万平方米，"
            "全部通过自治区住房和城乡建设厅组织的专项验收。\n项目较概算节约投资640万元，工期提前45天。",
            "contribution": "主持结构检测方案编制与21栋校舍的加固设计，独立完成砌体墙双面钢筋网砂浆面层加固的现场试验，"
            "提出的节点做法被写入自治州技术导则。",
        },
        {
            "name": "自治州工程质量监督信息化管理办法",
            "role": "主要起草人",
            "started_on": "2021年1月",
            "ended_on": "2022年6月",
            "description": "建立检测数据自动上传与异常预警机制，覆盖在建工程142项，质量投诉同比下降38%。",
            "contribution": "负责预警规则的研究与条文起草，组织培训4期、培训人员310人次。",
        },
    ]


def _materials() -> list[dict[str, str]]:
    labels = [
        ("《毕业证书》", "", "毕业证书-新疆大学.pdf", "2"),
        ("《教育部学历证书电子注册备案表》", "", "学信网备案表.pdf", "1"),
        ("《专业技术职务任职资格证书》", "", "助理工程师证书.jpg", "1"),
        ("《专业技术职务聘书》", "", "聘书2018-2023.pdf", "3"),
        *[("《继续教育证书》", str(year), f"继续教育{year}.pdf", "1") for year in range(2018, 2023)],
        *[
            ("《年度考核登记表》", str(year), f"IMG_{year}1231_092233_HDR_scan_final_version(2).pdf", "4")
            for year in range(2018, 2023)
        ],
        ("《个人承诺书》", "2023", "承诺书签字扫描件.pdf", "1"),
    ]
    return [
        {"label": label, "year": year, "name": name, "pages": pages, "sha256": f"{index:02x}" + SHA[2:]}
        for index, (label, year, name, pages) in enumerate(labels)
    ]


def rich_form(**changes: Any) -> ReviewForm:
    summary = (
        "本人自2018年取得助理工程师任职资格以来，坚持以习近平新时代中国特色社会主义思想为指导，立足工程质量监督岗位，"
        "严格执行国家和自治区工程建设标准，较好地完成了各项专业技术工作任务，现将任期内的工作总结如下。\n"
        "一、专业技术工作。先后承担房屋建筑、市政道路、供热管网等142项工程的质量监督工作，累计出具监督报告138份，"
        "发现并督促整改主体结构质量问题217处，未发生质量责任事故。主持编制寒区砌体结构校舍加固的检测方案，"
        "组织完成原位轴压、砂浆回弹、后装拔出等现场试验96组，为加固设计提供了可靠依据。\n"
        "二、科研与技术推广。参与自治州科技计划项目2项，发表论文1篇，提出的双面钢筋网砂浆面层加固节点做法在11所学校推广应用，"
        "单位面积造价较原方案降低12.4%，施工周期缩短约五分之一。\n"
        "三、人才培养。作为技术骨干带教青年技术人员6名，其中4名取得助理工程师任职资格；承担县（市）监督员业务培训4期，"
        "培训310人次，编写培训讲义3册、约8万字。\n"
        "四、不足与努力方向。对装配式建筑、绿色建材等新技术的掌握还不够系统，今后将继续加强学习，不断提高解决复杂技术问题的能力。"
    )
    values: dict[str, Any] = {
        "name": "艾合买提江•吐尔逊",
        "year": 2023,
        "number": "SB2023-652701-00042",
        "employer": "博乐市城乡建设工程质量监督站",
        "series": "工程系列",
        "specialty": "建筑工程",
        "level": "中级",
        "title": "工程师",
        "filled_on": "2023年10月9日",
        "basic": {
            "name": "艾合买提江·吐尔逊",
            "former_name": "艾合买提",
            "sex": "男",
            "birth_date": "1990年3月7日",
            "ethnic_group": "维吾尔族",
            "political_status": "中共党员",
            "id_number": "652701199003071233",
            "work_started_on": "2013年8月",
            "mobile": "13899651234",
            "email": "ahmatjan.tursun1990@example.cn",
            "employer_name": "博乐市城乡建设工程质量监督站",
            "employer_nature": "事业单位",
            "current_specialty": "建筑工程质量监督",
            "current_specialty_years": "10年",
            "post": "监督一科副科长",
        },
        "current_title": {
            "title_name": "助理工程师",
            "series": "工程系列（建筑工程）",
            "level": "初级（助理级）",
            "acquired_on": "2018年9月30日",
            "authority": "博尔塔拉蒙古自治州人力资源和社会保障局",
            "certificate_number": "新职资字2018第27-00931号",
            "obtained_by": "评审",
        },
        "appointment": {
            "post": "助理工程师",
            "appointed_on": "2018年12月1日",
            "appointed_until": "2023年11月30日",
            "contract_kind": "专业技术职务聘书",
        },
        "achievements": _achievements(),
        "summary": summary,
        "materials": _materials(),
    }
    return ReviewForm.model_validate(values | _rows() | changes)


def notice(**changes: Any) -> PublicityNotice:
    values: dict[str, Any] = {
        "name": "艾合买提江·吐尔逊",
        "year": 2023,
        "employer": "博乐市城乡建设工程质量监督站",
        "series": "工程",
        "specialty": "建筑工程",
        "level": "中级",
        "sex": "男",
        "ethnic_group": "维吾尔族",
        "political_status": "中共党员",
        "id_number": "652701199003071233",
        "current_title": "助理工程师",
        "conduct": CONDUCT,
        "results": RESULTS,
        "contribution": CONTRIBUTION,
        "starts_on": "2023年10月9日",
        "ends_on": "2023年10月13日",
        "office": "博乐市城乡建设工程质量监督站办公室",
        "phone": "0909-2318800",
    }
    return PublicityNotice.model_validate(values | changes)


def result(**changes: Any) -> PublicityResult:
    values: dict[str, Any] = {
        "name": "艾合买提江·吐尔逊",
        "year": 2023,
        "employer": "博乐市城乡建设工程质量监督站",
        "series": "工程",
        "specialty": "建筑工程",
        "level": "中级",
        "starts_on": "2023年10月9日",
        "ends_on": "2023年10月13日",
        "days": "5个工作日",
    }
    return PublicityResult.model_validate(values | changes)


def opinion(**changes: Any) -> SupervisingOpinion:
    values: dict[str, Any] = {
        "name": "艾合买提江·吐尔逊",
        "year": 2023,
        "supervising_body": "博乐市住房和城乡建设局",
        "series": "工程",
        "level": "中级",
    }
    return SupervisingOpinion.model_validate(values | changes)


def receipt(**changes: Any) -> Receipt:
    values: dict[str, Any] = {
        "name": "艾合买提江·吐尔逊",
        "year": 2023,
        "number": "2023-65-000012",
        "id_number": "652701199003071233",
        "employer": "博乐市城乡建设工程质量监督站",
        "series": "工程技术人员",
        "specialty": "建筑工程",
        "level": "中级",
        "title": "工程师",
        "sending": "第1次上报",
        "received_at": "2023-10-09 12:30:00",
        "content_sha256": SHA,
        "notice": "关于开展2023年度专业技术职务任职资格评审工作的通知，第1版",
        "checked_at": "2023-10-09 12:20:00",
        "said": [
            {"mark": "申报条件：符合", "text": "取得助理工程师资格满四年。", "source": "通知附件2 第三条"},
            {"mark": "提示", "place": "工作经历 第2项", "text": "两段工作经历之间空了三个月。", "answer": "在家待业。\n有证明。"},
        ],
        "points": [{"text": "论文没有封面", "answer": "已补"}],
        "promises": [{"name": "个人承诺", "version": "2023-1", "read_in": "中文", "text": CONDUCT}],
        "files": [{"label": "身份证", "name": "IMG_20230901_123456_0001_final.pdf", "pages": "2", "sha256": SHA}] * 3,
    }
    return Receipt.model_validate(values | changes)


def commitment(**changes: Any) -> Commitment:
    return Commitment.model_validate({"name": "艾合买提江·吐尔逊", "year": 2023, "number": "SB2023-652701-00042"} | changes)
