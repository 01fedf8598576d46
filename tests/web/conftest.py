"""What many tests of the pages begin with."""

from __future__ import annotations

from django.test import override_settings

from tests.support import world as w
from tests.support.forms import token_for
from tests.support.told_once import told_once
from tests.web.posts import EXAMPLES, THROUGH_THE_OUTBOX, Press
from zhicheng.applications.models import Application


@told_once(with_cache=True)
def ready(world: w.World, name: str) -> tuple[Press, str]:
    """The form of this name, ready to be pressed, with the token of its page: made once for all that is done to it, in every file."""
    with override_settings(EMAIL_BACKEND=THROUGH_THE_OUTBOX):
        press = EXAMPLES[name](world)
        return press, token_for(press.client)


@told_once(dear=True)
def thirty(world: w.World) -> list[Application]:
    """One more than thirty applications, of as many people, at the desk of the world's unit; one at its neighbour's."""
    w.submitted(world, world.new_applicant(unit=world.other_unit))
    return [w.submitted(world, world.new_applicant()) for _n in range(31)]
