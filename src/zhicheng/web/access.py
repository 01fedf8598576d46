"""The one table of who may open which address: URL name → roles. An address that is not here opens for nobody.

Objects behind an address are guarded a second time, by the jurisdiction in the query that fetches them.
"""

from __future__ import annotations

from zhicheng.organizations.actors import Role

EVERYBODY = frozenset(Role)
SIGNED_IN = EVERYBODY - {Role.ANONYMOUS, Role.SYSTEM}
DESKS = frozenset({Role.UNIT, Role.SUPERVISING, Role.COUNTY, Role.PREFECTURE})
OFFICES = frozenset({Role.SUPERVISING, Role.COUNTY, Role.PREFECTURE})

PUBLIC: dict[str, frozenset[Role]] = {
    "home": EVERYBODY,
    "home_signed_in": SIGNED_IN,
}
APPLICANT: dict[str, frozenset[Role]] = {}
UNIT: dict[str, frozenset[Role]] = {}
OFFICE: dict[str, frozenset[Role]] = {}
SYSTEM: dict[str, frozenset[Role]] = {}

ACCESS: dict[str, frozenset[Role]] = {**PUBLIC, **APPLICANT, **UNIT, **OFFICE, **SYSTEM}
