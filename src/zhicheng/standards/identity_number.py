"""公民身份号码, GB 11643-1999 (ISO 7064 MOD 11-2), and the two cards that share its form (domain §3.1).

The region in the first six digits is never a reason to refuse: codes retire, people keep their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .errors import InvalidNumber
from .regions import find_region, is_known_region, region_name
from .text import DIGITS, compact, refuse_strangers, strangers

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
MINIMUM_AGE = 16
MAXIMUM_AGE = 120
# Men and women in technical posts before the reform of 2025; only a warning hangs on it (人社部令40号 第十三条: in post).
RETIREMENT_AGE = {"1": 60, "2": 55}

RESIDENT = "resident"
RESIDENCE_PERMIT = "residence_permit"
FOREIGN_RESIDENT = "foreign_resident"


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A valid number. ``sex`` is a code of GB/T 2261.1 ("1" male, "2" female); ``kind`` says which card carries it;
    ``region_name`` is empty where the region is unknown; ``warnings`` are codes of ``errors.MESSAGES``."""

    number: str
    region_code: str
    birth_date: date
    sex: str
    region_known: bool
    region_name: str
    kind: str = RESIDENT
    warnings: tuple[str, ...] = ()

    def age_on(self, day: date) -> int:
        """Full years (周岁) on ``day``."""
        return age_on(self.birth_date, day)


def age_on(birth: date, day: date) -> int:
    """Full years between ``birth`` and ``day``; somebody born on 29 February turns on 1 March in common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def check_character(first_seventeen: str) -> str:
    """The 18th character for 17 digits: ``"10X98765432"[Σ(digit × weight) mod 11]``."""
    return CHECK_CHARACTERS[sum(int(d) * w for d, w in zip(first_seventeen, WEIGHTS, strict=True)) % 11]


def check_identity_number(text: str, *, today: date) -> IdentityNumber:
    """Read an 18-character number as typed; ``today`` is the day in Beijing on which the age counts.

    Raises :class:`InvalidNumber` with one of the codes ``identity.*``. Source: GB 11643-1999, domain §3.1.
    """
    number = _checked_form(compact(text))
    birth = _birth_date(number[6:14])
    if birth > today:
        raise InvalidNumber("identity.future", birth=birth.isoformat())
    age = age_on(birth, today)
    if age < MINIMUM_AGE:
        raise InvalidNumber("identity.too_young", age=age)
    if age > MAXIMUM_AGE:
        raise InvalidNumber("identity.too_old", birth=birth.isoformat())
    sex = "1" if int(number[16]) % 2 else "2"
    kind, lookup, warnings = _region_of(number)
    if age >= RETIREMENT_AGE[sex]:
        warnings.append("identity.retirement_age")
    return IdentityNumber(
        number=number,
        region_code=number[:6],
        birth_date=birth,
        sex=sex,
        region_known=is_known_region(lookup),
        region_name=region_name(lookup),
        kind=kind,
        warnings=tuple(warnings),
    )


def _checked_form(number: str) -> str:
    if not number:
        raise InvalidNumber("identity.empty")
    body, last = number[:-1], number[-1]
    refuse_strangers(strangers(body, DIGITS) + strangers(last, DIGITS | {"X"}), "identity.characters")
    if len(number) == 15 and last != "X":
        raise InvalidNumber("identity.first_generation")
    if len(number) != 18:
        raise InvalidNumber("identity.length", length=len(number))
    if check_character(body) != last:
        raise InvalidNumber("identity.checksum")
    return number


def _birth_date(eight: str) -> date:
    try:
        return date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        raise InvalidNumber("identity.no_such_date", birth=f"{eight[:4]}-{eight[4:6]}-{eight[6:]}") from None


def _region_of(number: str) -> tuple[str, str, list[str]]:
    """Kind of card, the code to look the region up by, and the warnings about both."""
    if number[0] == "9":
        # Card of 2023: 9, two digits for the province that issued it, three for the nationality.
        return FOREIGN_RESIDENT, number[1:3], ["identity.foreign_resident"]
    if number[:2] in {"81", "82", "83"}:
        return RESIDENCE_PERMIT, number[:2], ["identity.residence_permit"]
    code = number[:6]
    if not is_known_region(code):
        return RESIDENT, code, ["identity.region_unknown"]
    region = find_region(code)
    if region is not None and region.is_retired:
        return RESIDENT, code, ["identity.region_retired"]
    return RESIDENT, code, []
