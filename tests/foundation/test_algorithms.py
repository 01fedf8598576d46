"""Beside every stored hash stands which algorithm made it, in every model of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from zhicheng.foundation import reindexing
from zhicheng.foundation.algorithms import HMAC_SHA_256, SHA_256, AlgorithmField
from zhicheng.foundation.fields import EncryptedTextField, keyed_hash
from zhicheng.foundation.models import SentForm

SOUNDS_LIKE_A_HASH = re.compile(
    r"hash|digest|index|sha|root|seal|finger|hmac|signature|checksum|_key$|^key$|^form$|token|code$|place"
)
NAMES_ITSELF = re.compile(r"(^|_)(sha256|sm3)$")
# Looks like one and is none, with what it is.
NO_HASH = {
    "accounts.NoticeAcceptance.text_key": "the name of a text",
    "applications.DraftSection.key": "the name of a section",
    "applications.SectionVersion.key": "the name of a section",
    "applications.FirstAuthorship.place": "a place in the form",
    "applications.Submission.form_token": "a random number of a form",
    "campaigns.Campaign.region_code": "a national code",
    "documents.Paper.subject": "the name of what it is about",
    "documents.Paper.verification_code": "random",
    "evidence.Intake.problem_code": "the name of a problem",
    "evidence.ResumableUpload.key": "random",
    "foundation.CacheEntry.cache_key": "a name that is forgotten within a day; it is compared with itself alone",
    "foundation.LedgerCheckpoint.signature": "signature_algorithm stands beside it",
    "foundation.LedgerCheckpoint.signature_algorithm": "an id itself",
    "foundation.LedgerCheckpoint.key_id": "a name: the public key itself is what is compared",
    "foundation.OutboxMessage.key": "a name by which one effect is queued once; it is compared with itself alone",
    "messages.Message.key": "a name by which one thing is told once; it is compared with itself alone",
    "organizations.Organization.region_code": "a national code",
    "organizations.SeriesCharge.region_code": "a national code",
}


def stored() -> Iterator[tuple[str, type[models.Model], models.Field[Any, Any]]]:
    for model in apps.get_models():
        if model.__module__.startswith("zhicheng."):
            for field in model._meta.fields:
                yield f"{model._meta.label}.{field.name}", model, field


def beside(model: type[models.Model]) -> set[str]:
    """The columns of ``model`` whose algorithm is said by another."""
    return {name for field in model._meta.fields if isinstance(field, AlgorithmField) for name in field.of}


def looks_like_a_hash(field: models.Field[Any, Any]) -> bool:
    text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, EncryptedTextField | AlgorithmField)
    long_enough = text and (getattr(field, "max_length", None) == 64 or SOUNDS_LIKE_A_HASH.search(field.name) is not None)
    return long_enough and not field.choices


def test_every_stored_hash_names_its_algorithm() -> None:
    silent = {
        place
        for place, model, field in stored()
        if looks_like_a_hash(field) and not NAMES_ITSELF.search(field.name) and field.name not in beside(model)
    }
    of_the_ledger = {
        "foundation.LedgerEntry.hash",
        "foundation.LedgerEntry.previous_hash",
    }  # LedgerEntry.algorithm, since format 2
    assert silent - of_the_ledger - set(NO_HASH) == set(), "put an AlgorithmField beside it, or say in NO_HASH what it is"


def test_nothing_is_excused_that_is_not_there() -> None:
    assert set(NO_HASH) <= {place for place, _model, field in stored() if looks_like_a_hash(field)}


def test_columns_beside_exist_and_are_said_once() -> None:
    for model in {model for _place, model, _field in stored()}:
        said = [name for field in model._meta.fields if isinstance(field, AlgorithmField) for name in field.of]
        assert len(said) == len(set(said)) and set(said) <= {field.name for field in model._meta.fields}, model


def test_every_index_of_a_person_has_its_algorithm_beside_it() -> None:
    for label, column in reindexing.declared():
        assert column in beside(apps.get_model(label)), (label, column)


@pytest.mark.django_db
def test_database_names_the_algorithm_for_a_version_that_does_not_know_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO foundation_originalplace (place, since, said_by) VALUES ('x', '2023-05-08', 'y') RETURNING place_algorithm"
        )
        assert cursor.fetchone() == (SHA_256,)
    assert SentForm().algorithm == HMAC_SHA_256


def test_mark_of_a_mailbox_in_the_ledger_names_its_algorithm() -> None:
    assert re.fullmatch(r"hmac-sha256:[0-9a-f]{64}", keyed_hash("a@example.cn", purpose="mailbox"))
