"""Cases of 我的资料库, and of what goes between it and a form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.support import world as w
from tests.support.cases import case
from zhicheng.applications.actions import keep_in_library
from zhicheng.applications.models import Application
from zhicheng.foundation import clock
from zhicheng.library.actions import add_file, keep_item, tell_unused
from zhicheng.library.models import LibraryItem
from zhicheng.library.rules import Fact

KEEPING, ENDING, FORM = "library.actions.keeping", "library.actions.ending", "applications.actions.library"
AWARD = {"name": "科技进步奖", "issuer": "博州人民政府", "awarded_on": "2021-05-08"}
UNUSED = w.IN_WINDOW + timedelta(days=5 * 365)
OVER = UNUSED + timedelta(days=100)


def kept(world: w.World) -> LibraryItem:
    """An award of the applicant's, with its file."""
    item = keep_item(actor=world.applicant, kind="awards", content=AWARD)
    file = w.evidence(world.applicant.account_id, "award")
    add_file(actor=world.applicant, item_id=item.pk, file_id=file.pk)
    return item


@case(f"{KEEPING}.keep_item")
def keep(world: w.World) -> dict[str, Any]:
    return {"actor": world.applicant, "kind": "awards", "content": AWARD}


@case(f"{KEEPING}.keep_item:changed")
def change(world: w.World) -> dict[str, Any]:
    item = kept(world)
    content = AWARD | {"rank": "1/5"}
    return {"actor": world.applicant, "kind": "awards", "content": content, "item_id": item.pk, "base_version": 1}


@case(f"{KEEPING}.keep_facts")
def keep_all(world: w.World) -> dict[str, Any]:
    fact = Fact(kind="awards", content=AWARD, known_by=("name",), saved_at=clock.now())
    return {"actor": world.applicant, "facts": [fact]}


@case(f"{KEEPING}.add_file")
def add(world: w.World) -> dict[str, Any]:
    file = w.evidence(world.applicant.account_id, "another page")
    return {"actor": world.applicant, "item_id": kept(world).pk, "file_id": file.pk}


@case(f"{KEEPING}.remove_file")
def take_out(world: w.World) -> dict[str, Any]:
    item = kept(world)
    return {"actor": world.applicant, "item_id": item.pk, "file_id": item.files.get().file_id}


@case(f"{KEEPING}.remove_item")
def remove(world: w.World) -> dict[str, Any]:
    return {"actor": world.applicant, "item_id": kept(world).pk}


@case(f"{ENDING}.empty_library")
def empty(world: w.World) -> dict[str, Any]:
    kept(world)
    return {"actor": world.applicant}


@case(f"{ENDING}.keep_on", at=UNUSED)
def keep_on(world: w.World) -> dict[str, Any]:
    kept(world)
    with clock.travel(UNUSED):
        tell_unused()
    return {"actor": world.applicant}


@case(f"{ENDING}.tell_unused", at=UNUSED)
def unused(world: w.World) -> dict[str, Any]:
    kept(world)
    return {}


@case(f"{ENDING}.remove_unused", at=OVER)
def over(world: w.World) -> dict[str, Any]:
    kept(world)
    with clock.travel(UNUSED):
        tell_unused()
    return {}


@case(f"{ENDING}.tell_of_ends")
def ends(world: w.World) -> dict[str, Any]:
    until = clock.today() + timedelta(days=10)
    keep_item(actor=world.applicant, kind="education", content={"school": "新疆农业大学"}, valid_until=until)
    return {}


def filled(world: w.World) -> Application:
    application = w.start(world)
    w.fill(world.applicant, application)
    return application


@case(f"{FORM}.keep_in_library", begins=filled)
def keep_of_form(world: w.World, application: Application) -> dict[str, Any]:
    return {"actor": world.applicant, "application_id": application.pk}


@case(f"{FORM}.take_from_library", begins=filled)
def take(world: w.World, application: Application) -> dict[str, Any]:
    keep_in_library(actor=world.applicant, application_id=application.pk, key="education")
    item = LibraryItem.objects.get(kind="education")
    second = w.start(world, specialty="construction")
    place = {"application_id": second.pk, "key": "education", "typed": [], "base_version": 0}
    return {"actor": world.applicant, "item_ids": [item.pk], **place}


@case("applications.actions.carrying.carry_application", begins=filled)
def carry(world: w.World, application: Application) -> dict[str, Any]:
    second = w.start(world, specialty="construction")
    return {"actor": world.applicant, "application_id": second.pk, "from_id": application.pk}
