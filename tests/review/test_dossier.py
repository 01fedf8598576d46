"""Paper dossiers: the QR code's own code is checked, and a wrong entry is put right by another one that says why; both stay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.documents.queries import papers_of, verification_url
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.review import actions
from zhicheng.review.models import PaperDossier
from zhicheng.review.rules import DossierFacts, dossier_problems

pytestmark = pytest.mark.django_db


@told_once
def road():
    """Passed by the unit, whose desk has written down one copy by mistake."""
    world = w.make_world()
    application = w.submitted(world)
    w.unit_pass(world, application)
    w.record_dossier(world.unit_admin, application, copies=1)
    application.refresh_from_db()
    return world, application


def form_of(application):
    return papers_of(f"application:{application.pk}").get(kind="review_form")


def found(application, **changes) -> actions.Found:
    given = actions.Found(clock.today(), 2, True, True, True, True, form_of(application).serial)
    return replace(given, **changes)


def correct(road, *, actor=None, wrong=None, reason="误记为一份，实际收到两份。", **changes):
    world, application = road
    return actions.correct_dossier(
        actor=actor or world.unit_admin,
        application_id=application.pk,
        submission_id=application.current_submission_id,
        dossier_id=(wrong or PaperDossier.objects.latest("id")).pk,
        reason=reason,
        found=found(application, **changes),
    )


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [p.code for p in refused.value.problems]


def test_wrong_entry_is_corrected_by_another_and_both_stay(road):
    world, _application = road
    wrong = PaperDossier.objects.get()
    right = correct(road)
    wrong.refresh_from_db()
    assert (wrong.copies, right.copies) == (1, 2)
    assert (right.corrects, right.correction_reason) == (wrong, "误记为一份，实际收到两份。")
    assert (right.recorded_by_id, right.recorded_at) == (world.unit_admin.user_id, clock.now())
    entry = LedgerEntry.objects.filter(event="dossier.recorded").latest("number")
    assert entry.data["corrects"] == wrong.pk and set(entry.data["why"]) == {"sha256"}


def test_a_correction_may_be_wrong_too(road):
    first = PaperDossier.objects.get()
    second = correct(road)
    third = correct(road, signed=False, reason="核对后发现没有签字。")
    assert [third.corrects_id, second.corrects_id, first.corrects_id] == [second.pk, first.pk, None]


def test_only_the_newest_entry_of_the_own_desk_is_corrected_and_with_a_reason(road):
    world, application = road
    first = PaperDossier.objects.get()
    assert codes(lambda: correct(road, reason=" 误 ")) == ["reason_missing"]
    assert codes(lambda: correct(road, copies=21)) == ["field"]
    correct(road)
    assert codes(lambda: correct(road, wrong=first)) == ["not_the_last"]
    assert codes(lambda: correct(road, actor=world.other_admin)) == ["not_found"]
    w.record_dossier(world.unit_admin, application)
    assert codes(lambda: correct(road, wrong=PaperDossier.objects.get(corrects=first))) == ["not_the_last"]
    assert PaperDossier.objects.count() == 3


def test_database_keeps_one_correction_a_row_and_none_without_its_reason(road):
    correct(road)
    right = PaperDossier.objects.latest("id")
    values = {f.attname: getattr(right, f.attname) for f in PaperDossier._meta.fields if not f.primary_key}
    for changes in ({}, {"corrects_id": right.pk, "correction_reason": ""}, {"corrects_id": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaperDossier.objects.create(**values | changes)


@pytest.mark.parametrize(("code", "state"), [("own", "current"), ("A" * 28, "wrong_code"), ("", "wrong_code")])
def test_qr_code_with_another_code_is_not_the_current_form(road, settings, code, state):
    settings.SITE_ADDRESS = "https://zhicheng.renshe.example.gov.cn"
    _world, application = road
    paper = form_of(application)
    own = paper.verification_code
    address = verification_url(paper) if code == "own" else verification_url(paper).replace(own, code)
    dossier = correct(road, printed_mark=address)
    assert dossier.mark_state == state
    assert dossier.printed_mark == f"{paper.serial} {own if code == 'own' else code or '—'}"


def test_wrong_code_stands_against_passing():
    facts = DossierFacts(clock.today(), 2, True, True, True, True, "wrong_code")
    (problem,) = dossier_problems(facts, copies_wanted=2)
    assert problem.where == "printed_mark" and "核验码与编号不符" in problem.text
