"""docs/security/authorization.md says what the code does: states against the lifecycle's table, fields against the models."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from zhicheng.applications.desks import BY_ROLE, WAITING
from zhicheng.applications.lifecycle import MOVES, TAKES_BACK
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.organizations.actors import Role

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "security" / "authorization.md").read_text(encoding="utf-8")
SECTIONS = {
    tuple(re.findall(r"`(\w+\.\w+)`", title)): body
    for title, body in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    if "`" in title
}
# Of two records in one section each may have a field of this name: it is named once.
TOLD = [label for labels in SECTIONS for label in labels]


# What a desk does where nothing waits for it, besides taking back what it has just passed on.
BESIDE = {Role.PREFECTURE: "fraud, annulment", Role.COUNTY: "lifting an objection"}


def state_row(state: State) -> str:
    own = "、".join(str(move.label) for move in MOVES if move.role is Role.APPLICANT and state in move.sources)
    deciding = [role for role, states in WAITING.items() if state in states]
    others = [move for move in MOVES if state in move.sources and move.role in BY_ROLE and move.role not in deciding]
    more = dict.fromkeys(move.role for move in others if move.name not in TAKES_BACK)
    back = [str(move.role) for move in others if move.name in TAKES_BACK]
    desks = [str(role) for role in deciding] + [f"{role} ({BESIDE[role]})" for role in more]
    desks += [f"to take its pass back: {' or '.join(back)}"] if back else []
    return f"| `{state}` | {'yes' if state in OPEN_FOR_APPLICANT else 'no'} | {own or '—'} | {', '.join(desks) or '—'} |"


def test_states_are_those_of_the_lifecycle_and_say_who_may() -> None:
    told = re.findall(r"^\| `\w+` \| (?:yes|no) \|.*$", PAGE, re.MULTILINE)
    assert told == [state_row(state) for state in State]


@pytest.mark.parametrize("labels", SECTIONS, ids=", ".join)
def test_every_field_of_a_record_is_ruled(labels: tuple[str, ...]) -> None:
    named = [
        field
        for cell in re.findall(r"^\| (`[^|]*`) \|", SECTIONS[labels], re.MULTILINE)
        for field in re.findall(r"`(\w+)`", cell)
    ]
    columns = [field for label in labels for field in apps.get_model(label)._meta.concrete_fields if not field.primary_key]
    fields = {field.name for field in columns if not field.name.endswith("_algorithm")}  # what made the hash beside it
    assert sorted(set(named)) == sorted(fields)
    assert len(named) == len(set(named)), "one rule for a field"


def test_every_record_with_a_persons_data_has_its_section() -> None:
    """A new record of these rooms is either ruled here, or named as one that no form writes and no page shows by field."""
    known = set(TOLD) | {
        *("accounts.KnownDevice", "accounts.NoticeAcceptance", "accounts.IdentityCorrection", "accounts.IdentityConfirmation"),
        *(
            "accounts.NumberRelease",
            "organizations.Membership",
            "organizations.SeriesCharge",
            "organizations.OfficerChange",
            "organizations.FactorReset",
        ),
        *("applications.PersonYear", "applications.StatusChange", "applications.NumberCounter"),
        *("documents.SerialCounter", "documents.MissingCharacter"),
        *(
            "evidence.Intake",
            "evidence.ResumableUpload",
            "campaigns.Campaign",
            "campaigns.CampaignVersion",
            "campaigns.CalendarVersion",
        ),
    }
    ours = {model._meta.label for model in apps.get_models() if model.__module__.startswith("zhicheng.")}
    assert {label for label in ours if not label.startswith("foundation.")} == known
