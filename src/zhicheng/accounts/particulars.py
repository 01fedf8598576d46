"""What is wrong with particulars and a password as typed; asks nothing of the database. ``conflicts_with_others`` is in the queries."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zhicheng.accounts import rules
from zhicheng.accounts.models import User
from zhicheng.accounts.rules import Particulars
from zhicheng.documents.fonts import is_written_in, missing_glyphs
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem


def check_registration(
    *,
    person: Particulars,
    password: str | None,
    with_identity: bool = True,
    with_mobile: bool = True,
    units: tuple[str, ...] = (),
) -> list[Problem]:
    """Everything wrong with tidied particulars and a password; asks nothing of the database.

    A name is what the card says: whether today's fonts have its characters is no question here.

    ``password`` None: the owner will set one later. ``with_identity`` / ``with_mobile`` say whether these may be left out;
    ``units`` what the unit is called that the account will belong to: anybody guesses it in the password.
    """
    problems = rules.check_particulars(person, today=clock.today(), with_identity=with_identity, with_mobile=with_mobile)
    return problems if password is None else problems + check_password(password, person=person, units=units)


def check_printable(text: str, *, where: str) -> list[Problem]:
    """Whether the papers' fonts can print every sign: asked when it is saved, not when it is printed.

    For titles, not for names of persons. Hanzi and letters are taken as they are, for a unit is called what its licence says, and papers leave
    a frame for one that no font has.
    """
    missing = [c for c in missing_glyphs(text) if not is_written_in(c)]
    if not missing:
        return []
    return [
        Problem(
            _("“%(characters)s”（%(codes)s）无法打印。请核对是否输错，改用文字或常用符号。")
            % {"characters": "".join(missing), "codes": "、".join(f"U+{ord(c):04X}" for c in missing)},
            where=where,
            code="glyph_missing",
        )
    ]


def check_password(password: str, *, person: Particulars, units: tuple[str, ...] = ()) -> list[Problem]:
    """The password rules of the settings, each broken one as its own sentence."""
    if not password:
        return [Problem(_("请设置密码。"), where="password", code="password_missing")]
    try:
        validate_password(password, _as_known(person, units))
    except ValidationError as error:
        return [Problem(message, where="password", code="password_weak") for message in error.messages]
    return []


def _as_known(person: Particulars, units: tuple[str, ...]) -> User:
    """An account that is not written, with what a password must not be put together from."""
    words = {"username": person.username, "name": person.name, "email": person.email, "mobile": person.mobile}
    known = User(**words, id_number=person.id_number)
    known.units_named = units
    return known
