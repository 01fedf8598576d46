"""``zhicheng rehearse`` on an instance for real people: it says no, whatever that instance holds."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from zhicheng.accounts.models import User
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.organizations.actors import SYSTEM


@pytest.mark.django_db
@pytest.mark.parametrize("words", [[], ["--accounts"]])
def test_office_with_the_same_round_is_not_taken_for_a_rehearsal(settings: Any, words: list[str]) -> None:
    publish_campaign(text=BORTALA_2023.read_text("utf-8"), actor=SYSTEM)
    settings.MODE = "production"
    with pytest.raises(CommandError, match="演练"):
        call_command("rehearse", *words)
    assert not User.objects.exists()
