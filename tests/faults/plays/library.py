"""What a person does with 我的资料库, and what the clock does with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.faults.stage import Stage, play
from tests.support import world as w
from zhicheng.accounts.models import AccountKind
from zhicheng.applications.models import Application
from zhicheng.applications.queries import draft_of
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.states import OPEN_FOR_APPLICANT
from zhicheng.applications.to_library import KNOWN_BY
from zhicheng.foundation import clock
from zhicheng.library.models import LibraryItem
from zhicheng.library.rules import KINDS, Fact
from zhicheng.organizations.actors import Actor, actor_for

OPEN = tuple(OPEN_FOR_APPLICANT)


def _who(stage: Stage) -> Actor:
    user = stage.account(AccountKind.APPLICANT)
    return actor_for(user) if user is not None and stage.dice.percent(90) else stage.anybody()


def _content(stage: Stage, kind: str) -> dict[str, Any]:
    found = w.sections()[kind] if stage.dice.percent(80) else {}
    row = found[0] if isinstance(found, list) and found else found
    return dict(row) if isinstance(row, dict) and row else {KNOWN_BY[kind][0]: stage.dice.text()}


def _item(stage: Stage, actor: Actor) -> LibraryItem | None:
    rows = LibraryItem.objects.all() if stage.dice.percent(20) else LibraryItem.objects.filter(library_id=actor.user_id)
    found: LibraryItem | None = stage.one_of(rows)
    return found


@play("library.keep_item", weight=2)
def library_keep(stage: Stage) -> None:
    actor, kind = _who(stage), stage.dice.pick(KINDS)
    item = _item(stage, actor) if stage.dice.percent(40) else None
    stage.act(
        "library.keep_item",
        actor=actor,
        kind=item.kind if item is not None else kind if stage.dice.percent(95) else "summary",
        content=_content(stage, item.kind if item is not None else kind) if stage.dice.percent(95) else {"name": "长" * 40_000},
        valid_until=clock.today() + timedelta(days=stage.dice.number(-40, 60)) if stage.dice.percent(30) else None,
        item_id=item.pk if item is not None else None,
        base_version=item.version - stage.dice.number(0, 1) if item is not None else 0,
    )


@play("library.keep_facts")
def library_keep_facts(stage: Stage) -> None:
    kind = stage.dice.pick(KINDS)
    fact = Fact(kind=kind, content=_content(stage, kind), known_by=KNOWN_BY[kind], saved_at=clock.now())
    stage.act("library.keep_facts", actor=_who(stage), facts=[fact])


@play("library.add_file", "library.remove_file")
def library_files(stage: Stage) -> None:
    actor = _who(stage)
    item = _item(stage, actor)
    if item is None:
        return
    file = w.evidence(actor.user_id or 0, f"library-{item.pk}-{stage.dice.number(1, 30)}") if actor.user_id else None
    if file is not None:
        stage.act("library.add_file", actor=actor, item_id=item.pk, file_id=file.pk)
    if stage.dice.percent(40) and (row := item.files.first()) is not None:
        stage.act("library.remove_file", actor=actor, item_id=item.pk, file_id=row.file_id)


@play("library.remove_item")
def library_remove(stage: Stage) -> None:
    actor = _who(stage)
    if (item := _item(stage, actor)) is not None:
        stage.act("library.remove_item", actor=actor, item_id=item.pk)


@play("library.empty_library")
def library_empty(stage: Stage) -> None:
    if stage.dice.percent(30):
        stage.act("library.empty_library", actor=_who(stage))


@play("library.keep_on", "library.tell_unused", "library.remove_unused", "library.tell_of_ends")
def library_the_years(stage: Stage) -> None:
    for name in ("tell_unused", "remove_unused", "tell_of_ends"):
        stage.act(f"library.{name}")
    if stage.dice.percent(30):
        stage.act("library.keep_on", actor=_who(stage))


@play("applications.keep_in_library")
def library_take_over(stage: Stage) -> None:
    application = stage.application()
    if application is not None:
        actor = stage.owner(application) if stage.dice.percent(90) else stage.anybody()
        key = stage.dice.pick(["", *BY_KEY])
        stage.act("applications.keep_in_library", actor=actor, application_id=application.pk, key=key)


@play("applications.take_from_library")
def library_fill_in(stage: Stage) -> None:
    application = stage.application(*OPEN) if stage.dice.percent(90) else stage.application()
    if application is None:
        return
    actor, key = stage.owner(application), stage.dice.pick(KINDS)
    draft = draft_of(application)
    kept = LibraryItem.objects.filter(library_id=actor.user_id, kind=key).values_list("pk", flat=True)
    stage.act(
        "applications.take_from_library",
        actor=actor,
        application_id=application.pk,
        key=key if stage.dice.percent(95) else "summary",
        typed=draft.contents[key],
        base_version=draft.versions[key] - (stage.dice.number(0, 1) if stage.dice.percent(20) else 0),
        item_ids=list(kept)[:3] + ([4711] if stage.dice.percent(10) else []),
    )


@play("applications.carry_application")
def library_carry(stage: Stage) -> None:
    application = stage.application(*OPEN) if stage.dice.percent(90) else stage.application()
    other = stage.one_of(Application.objects.filter(applicant=application.applicant)) if application is not None else None
    if application is not None and other is not None:
        actor = stage.owner(application) if stage.dice.percent(90) else stage.anybody()
        stage.act("applications.carry_application", actor=actor, application_id=application.pk, from_id=other.pk)
