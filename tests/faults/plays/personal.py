"""What a person does with 我的数据, and what the worker and the clock do with it."""

from __future__ import annotations

from tests.faults.stage import Stage, play
from zhicheng.accounts.models import AccountKind
from zhicheng.foundation import holding
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.personal.models import DataCopy


def _who(stage: Stage) -> Actor:
    user = stage.account(AccountKind.APPLICANT)
    return actor_for(user) if user is not None and stage.dice.percent(90) else stage.anybody()


@play("personal.ask_copy", "personal.remove_copy")
def personal_copy(stage: Stage) -> None:
    name = stage.dice.pick(["ask_copy", "ask_copy", "remove_copy"])
    stage.act(f"personal.{name}", actor=_who(stage))


@play("personal.keep_copy", "personal.remove_past_copies")
def personal_worker(stage: Stage) -> None:
    copy = stage.one_of(DataCopy.objects.filter(held=""))
    if copy is not None:
        held = holding.hold([b"a copy"])
        stage.act("personal.keep_copy", owner_id=copy.owner_id, round_asked=copy.round, asked_at=copy.asked_at, held=held)
    stage.act("personal.remove_past_copies")
