"""The waiting page: whose it is, where it leads, and that it leads nowhere else."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from tests.evidence import files
from tests.support import world as w
from tests.web.applicant.kit import client_of, page
from zhicheng.evidence.actions import examine_due, take_file
from zhicheng.evidence.models import Intake
from zhicheng.organizations.actors import Actor
from zhicheng.web.shared.checking import MOST_AT_ONCE, refuse_crowd, waiting_url

pytestmark = pytest.mark.django_db
SCRIPT = {"HX-Request": "true"}


def bring(actor: Actor | None = None) -> Intake:
    upload = ContentFile(files.pdf(), name="证书.pdf")
    return take_file(upload=upload, actor_id=actor.user_id if actor else None, network="203.0.113.9")


def test_waits_then_leads_back_to_an_address_that_is_not_open_yet(world: w.World) -> None:
    row, client = bring(world.applicant), client_of(world.applicant)
    address = waiting_url([row], "/privacy/?a=1#here")
    assert client.get(address)["Refresh"] == "2"
    assert client.get(address, headers=SCRIPT).status_code == 204
    examine_due()
    assert client.get(address)["Location"] == f"/privacy/?a=1&checked={row.pk}#here"
    assert client.get(address, headers=SCRIPT)["HX-Redirect"] == f"/privacy/?a=1&checked={row.pk}#here"


def test_address_that_was_made_up_is_404() -> None:
    for token in ("x", "eyJyb3dzIjpbMV19:made-up:signature"):
        assert Client().get(reverse("files_checking", args=[token])).status_code == 404


def test_name_of_somebody_else_s_file_is_not_shown(world: w.World) -> None:
    address = waiting_url([bring(world.applicant)], "/privacy/")
    for other in (Client(), client_of(world.unit_admin)):
        answer = other.get(address)
        assert answer.status_code == 303 and "证书" not in page(answer)


def test_crowd_is_counted_without_the_empty_places() -> None:
    refuse_crowd([object()] * MOST_AT_ONCE + [None])
    with pytest.raises(Exception, match="too_many_files"):
        refuse_crowd([object()] * (MOST_AT_ONCE + 1))
