"""``zhicheng rehearse`` on an instance for real people: it says no, whatever that instance holds."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.support.identity_masks import ENOUGH, count_candidates
from tests.support.world import World
from zhicheng.accounts.models import User
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.organizations.actors import SYSTEM
from zhicheng.rehearsal.case import personal_lines
from zhicheng.rehearsal.people import MAILBOXES, person
from zhicheng.rehearsal.seeding import account_rows


@pytest.mark.django_db
@pytest.mark.parametrize("words", [[], ["--accounts"]])
def test_office_with_the_same_round_is_not_taken_for_a_rehearsal(settings: Any, words: list[str]) -> None:
    publish_campaign(text=BORTALA_2023.read_text("utf-8"), actor=SYSTEM)
    settings.MODE = "production"
    with pytest.raises(CommandError, match="演练"):
        call_command("rehearse", *words)
    assert not User.objects.exists()


def test_sample_scans_show_no_mask_that_a_paper_may_not_show() -> None:
    """Whoever is trained takes what they see for an example: no mask that a handful of numbers fit."""
    for number in range(1, 9):
        one = person(number)
        masks = re.findall(r"[0-9X*]{18}", " ".join(personal_lines(one)))
        assert masks and all(count_candidates(mask, today=date(2023, 5, 1)) >= ENOUGH for mask in masks)
        assert one.id_number not in masks


@pytest.mark.django_db
def test_only_accounts_of_the_rehearsal_are_listed_with_its_password(world: World) -> None:
    """Whoever registered in it chose a password of their own."""
    assert account_rows() == []
    User.objects.filter(pk=world.applicant.user_id).update(email=f"sbr01{MAILBOXES}")
    assert [row[3] for row in account_rows()] == [User.objects.get(pk=world.applicant.user_id).username]
