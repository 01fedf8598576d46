"""What counts as writing."""

from __future__ import annotations

import pytest

from zhicheng.web.shared.read_only import WroteOnGetError, refuse_writes


def run(sql: str) -> str:
    return str(refuse_writes(lambda *_: "done", sql, (), False, {}))


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "a" FROM "accounts_user" FOR UPDATE',
        "BEGIN IMMEDIATE",
        "SAVEPOINT x",
        'INSERT INTO "django_session" VALUES (1)',
        'UPDATE "django_session" SET x = 1',
        'DELETE FROM "usersessions_usersession" WHERE 1',
        'INSERT INTO "foundation_accessrefusal" ("at") VALUES (1)',
        'INSERT INTO "foundation_accesslook" ("at") VALUES (1)',
        'DELETE FROM "foundation_cache" WHERE 1',
        "WITH t AS (SELECT 1) SELECT * FROM t",
        "SELECT \"note\" FROM x WHERE note = 'DELETE FROM y'",
    ],
)
def test_reading_and_keeping_a_session_pass(sql):
    assert run(sql) == "done"


@pytest.mark.parametrize(
    "sql",
    [
        'INSERT INTO "accounts_user" VALUES (1)',
        'update "accounts_user" set name = 1',
        '  DELETE FROM "accounts_user"',
        'INSERT OR REPLACE INTO "foundation_ledgerentry" VALUES (1)',
        'INSERT INTO "django_session_other" VALUES (1)',
        'INSERT INTO "foundation_ledgerhead" VALUES (1)',
        'INSERT INTO "foundation_accesslookup" VALUES (1)',
        "DROP TABLE django_session_x",
        'WITH t AS (DELETE FROM "x" RETURNING *) SELECT * FROM t',
        "TRUNCATE accounts_user",
    ],
)
def test_writing_is_refused(sql):
    with pytest.raises(WroteOnGetError):
        run(sql)
