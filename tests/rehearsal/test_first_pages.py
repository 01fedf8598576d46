"""What is there when the first page is shown, and that the rest may come, be ended in the middle and come again."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.campaigns.files import bortala
from zhicheng.accounts.models import User
from zhicheng.applications.desks import BY_ROLE, Desk, Tab
from zhicheng.applications.models import Application
from zhicheng.applications.queries import queue
from zhicheng.applications.states import State
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.organizations.actors import Role, actor_for
from zhicheng.rehearsal import seeding
from zhicheng.rehearsal.people import PASSWORD
from zhicheng.rehearsal.seeding import Seeded
from zhicheng.rehearsal.stories import Story

CROSSED = [BY_ROLE[Role(step.desk)] for step in bortala().chain]


@pytest.fixture
def first(first_pages: Seeded) -> Iterator[Seeded]:
    """What a rehearsal begins with."""
    with clock.travel(seeding.BEGINS):
        yield first_pages


@pytest.mark.parametrize(("desk", "state"), [(desk, state) for desk in CROSSED for state in desk.holds])
def test_first_page_of_each_desk_has_an_application_in_each_state_it_handles(first: Seeded, desk: Desk, state: State) -> None:
    actors = [actor_for(user) for user in User.objects.filter(memberships__until=None)]
    assert any(queue(actor, tab=Tab((state,))).exists() for actor in actors if actor.role is desk.role)


def test_first_page_of_some_applicant_shows_each_state_of_the_road(first: Seeded) -> None:
    held = {state for desk in CROSSED for state in desk.holds}
    elsewhere = {state for desk in BY_ROLE.values() for state in desk.holds} - held | {State.ABANDONED}  # nothing has lapsed yet
    assert set(first.states) == {state.value for state in State if state not in elsewhere}


def test_everybody_who_can_be_entered_has_the_common_password(first: Seeded) -> None:
    assert all(user.check_password(PASSWORD) for user in User.objects.all())


def _everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (User, Application, EvidenceFile, OutboxMessage, LedgerEntry))  # type: ignore[attr-defined]


class Ended(Exception):
    """Ctrl-C in the middle."""


def _ended_after(stories: int) -> Any:
    said: list[str] = []

    def counted(words: str) -> None:
        said.append(words)
        if len(said) == stories:
            raise Ended

    return counted


def test_rest_that_was_ended_goes_on_where_it_was_and_tells_nothing_twice(first: Seeded) -> None:
    waiting = [story.usernames for story in seeding.still_to_come()]
    for told in (2, 4):
        with pytest.raises(Ended):
            seeding.tell_the_rest(_ended_after(2))
        assert [story.usernames for story in seeding.still_to_come()] == waiting[told:]
    numbers = Application.objects.values_list("number", flat=True)
    assert len(numbers) == len(set(numbers))


def _story_of(username: str) -> Story:
    return next(story for story in seeding.still_to_come() if username in story.usernames)


def test_story_that_breaks_in_the_middle_leaves_nothing_and_is_still_to_come(first: Seeded) -> None:
    """A guest has registered with the mailbox of the second person of a story, whose first has begun a form by then."""
    story = next(one for one in seeding.still_to_come() if len(one.people) == 2)
    owner = story.people[1].person
    User.objects.filter(username="sbr08").update(email=owner.email)
    before = _everything()
    assert owner.email in seeding.tell_alone(story)
    assert _everything() == before
    User.objects.filter(username="sbr08").update(email="sbr08@bozhou.example")
    assert seeding.tell_alone(_story_of(owner.username)) == ""
    assert set(story.usernames) <= set(User.objects.values_list("username", flat=True))


def test_mails_of_guests_are_left_to_the_worker(first: Seeded) -> None:
    """Who works in the rehearsal while the rest comes gets mails with the hour of their own, not of a story's act."""
    waiting = OutboxMessage.objects.filter(kind__in=seeding.FOLLOWED_UP).latest("id")
    OutboxMessage.objects.filter(pk=waiting.pk).update(state="pending", done_at=None, created_at=clock.now())
    assert seeding.tell_alone(_story_of("sbr01")) == ""
    assert OutboxMessage.objects.get(pk=waiting.pk).state == "pending"


def test_rehearse_first_makes_only_what_the_first_pages_show(first: Seeded) -> None:
    out, before = StringIO(), _everything()
    call_command("rehearse", first=True, stdout=out)
    assert (_everything(), out.getvalue()) == (before, "")
