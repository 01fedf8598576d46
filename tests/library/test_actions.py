"""Keeping, changing and removing what is one's own; nothing of another's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import world as w
from tests.support.verified import everything_holds
from zhicheng.accounts.models import AccountKind
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import unused_files
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.library.actions import add_file, empty_library, keep_item, remove_file, remove_item
from zhicheng.library.models import Library, LibraryItem
from zhicheng.library.queries import content_of, get_file, get_item, items_of
from zhicheng.library.rules import MOST_OF_A_KIND
from zhicheng.organizations.actors import Actor, actor_for

pytestmark = pytest.mark.django_db
AWARD = {"name": "科技进步奖", "issuer": "博州人民政府", "grade": "二等", "rank": "1/5", "awarded_on": "2021-05-08"}


def keep(actor: Actor, content: dict[str, Any] | None = None, **more: Any) -> LibraryItem:
    return keep_item(actor=actor, kind="awards", content=content or AWARD, **more)


@pytest.fixture
def other(world: w.World) -> Actor:
    return actor_for(w.person(AccountKind.APPLICANT, "other", serial=78))


def test_item_is_kept_sealed_and_read_by_its_owner_alone(world: w.World, other: Actor) -> None:
    item = keep(world.applicant)
    assert content_of(LibraryItem.objects.get()) == AWARD
    raw = LibraryItem.objects.extra(select={"raw": "content || ''"}).get().raw
    assert "科技进步奖" not in raw
    assert get_item(world.applicant, item.pk) is not None
    assert get_item(other, item.pk) is None
    assert not items_of(world.unit_admin).exists()


def test_unit_keeps_no_library(world: w.World) -> None:
    with pytest.raises(Refused) as refused:
        keep(world.unit_admin)
    assert refused.value.has("not_found")
    assert not Library.objects.exists()


def test_older_page_never_overwrites_a_newer_change(world: w.World) -> None:
    item = keep(world.applicant)
    keep(world.applicant, AWARD | {"rank": "2/5"}, item_id=item.pk, base_version=1)
    with pytest.raises(Refused) as refused:
        keep(world.applicant, AWARD | {"rank": "3/5"}, item_id=item.pk, base_version=1)
    assert refused.value.has("conflict")
    assert content_of(LibraryItem.objects.get())["rank"] == "2/5"
    assert keep(world.applicant, AWARD | {"rank": "2/5"}, item_id=item.pk, base_version=1).version == 2  # the same again


def test_item_removed_in_another_tab_is_told_and_not_made_anew(world: w.World) -> None:
    item = keep(world.applicant)
    remove_item(actor=world.applicant, item_id=item.pk)
    remove_item(actor=world.applicant, item_id=item.pk)
    with pytest.raises(Refused) as refused:
        keep(world.applicant, AWARD | {"rank": "2/5"}, item_id=item.pk, base_version=1)
    assert refused.value.has("not_found")
    assert not LibraryItem.objects.exists()


def test_nobody_changes_or_removes_anothers(world: w.World, other: Actor) -> None:
    item = keep(world.applicant)
    with pytest.raises(Refused):
        keep(other, AWARD | {"rank": "2/5"}, item_id=item.pk, base_version=1)
    remove_item(actor=other, item_id=item.pk)
    empty_library(actor=other)
    assert content_of(LibraryItem.objects.get()) == AWARD


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("summary", {"text": "x"}, "not_found"),
        ("awards", {"name": "", "issuer": ""}, "blank"),
        ("awards", {"name": "长" * 40_000}, "too_long"),
    ],
)
def test_what_cannot_be_kept_is_refused(world: w.World, kind: str, content: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        keep_item(actor=world.applicant, kind=kind, content=content)
    assert refused.value.has(code)
    assert not Library.objects.exists()


def test_a_kind_has_an_end(world: w.World) -> None:
    for number in range(MOST_OF_A_KIND):
        keep(world.applicant, {"name": f"奖{number}"})
    with pytest.raises(Refused) as refused:
        keep(world.applicant)
    assert refused.value.has("too_many")


def test_file_is_referred_to_and_given_to_its_owner_alone(world: w.World, other: Actor) -> None:
    item = keep(world.applicant)
    own, foreign = w.evidence(world.applicant.account_id, "award"), w.evidence(other.account_id, "foreign")
    for _time in range(2):
        add_file(actor=world.applicant, item_id=item.pk, file_id=own.pk, slot="awards", paper="proof")
    with pytest.raises(Refused):
        add_file(actor=world.applicant, item_id=item.pk, file_id=foreign.pk)
    assert [row.file_id for row in item.files.all()] == [own.pk]
    assert get_file(world.applicant, item.pk, own.pk) == own
    assert get_file(other, item.pk, own.pk) is None
    assert get_file(world.applicant, item.pk, foreign.pk) is None


def test_file_of_a_library_stays_until_it_is_taken_out(world: w.World) -> None:
    item = keep(world.applicant)
    file = w.evidence(world.applicant.account_id, "award")
    add_file(actor=world.applicant, item_id=item.pk, file_id=file.pk)
    with clock.travel(w.IN_WINDOW.replace(year=w.IN_WINDOW.year + 1)):
        assert file not in unused_files()
        remove_file(actor=world.applicant, item_id=item.pk, file_id=file.pk)
        assert file in unused_files()


def test_emptying_removes_everything_and_tells_the_ledger_how_much(world: w.World) -> None:
    item = keep(world.applicant)
    file = w.evidence(world.applicant.account_id, "award")
    add_file(actor=world.applicant, item_id=item.pk, file_id=file.pk)
    assert [empty_library(actor=world.applicant) for _time in range(2)] == [1, 0]
    assert not Library.objects.exists()
    assert not LibraryItem.objects.exists()
    assert EvidenceFile.objects.filter(pk=file.pk).exists()
    entry = LedgerEntry.objects.get(event="library.emptied")
    assert entry.data == {"items": 1, "because": "asked"}
    assert entry.subject == entry.actor == world.applicant.ref


def test_whatever_was_done_leaves_the_invariants_true(world: w.World) -> None:
    item = keep(world.applicant)
    add_file(actor=world.applicant, item_id=item.pk, file_id=w.evidence(world.applicant.account_id, "award").pk)
    everything_holds()
