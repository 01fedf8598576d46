"""What the database refuses to change: a frozen submission, the history, and whatever may move only together with the history.

House, decisions 1, 3 and 7. The door writes the line of the history first (it must begin where the application is), then the row (which
may only go where the newest line leads); an arrival needs the line that brought it, a count the arrivals that it counts.
"""

from __future__ import annotations

from zhicheng.applications.desks import DESKS
from zhicheng.foundation.triggers import protect

PROTECTED = (
    protect("applications_submission", "UPDATE", "DELETE", sentence="a submission is append-only"),
    protect("applications_statuschange", "UPDATE", "DELETE", sentence="the history of an application is append-only"),
)

_NEWEST = "FROM applications_statuschange c WHERE c.application_id = NEW.id ORDER BY c.id DESC LIMIT 1"
_NEWEST_MOVE = "FROM applications_statuschange c WHERE c.application_id = NEW.application_id ORDER BY c.id DESC LIMIT 1"
_OPEN = "('draft', 'returned')"
_AT_UNIT = "('unit_passed', 'in_publicity')"  # when the unit brings its own papers
_STATE_OF_NEW = "(SELECT a.state FROM applications_application a WHERE a.id = NEW.application_id)"
_STATE_OF_OLD = "(SELECT a.state FROM applications_application a WHERE a.id = OLD.application_id)"
_BY_APPLICANT = "({0}.added_by_id = (SELECT a.applicant_id FROM applications_application a WHERE a.id = {0}.application_id))"
_CORRECTED = (
    "NEW.person_index <> OLD.person_index AND NOT EXISTS (SELECT 1 FROM accounts_identitycorrection i "
    "WHERE i.old_index = OLD.person_index AND i.new_index = NEW.person_index)"
)
# ``y``: the rows of the same person in the campaigns of the same year and prefecture, its own among them (``applications/years.py``)
_TOGETHER = (
    "JOIN campaigns_campaign c ON c.id = y.campaign_id JOIN campaigns_campaign mine ON mine.id = NEW.campaign_id "
    "WHERE y.person_index = NEW.person_index AND c.year = mine.year "
    "AND substr(c.region_code, 1, 4) = substr(mine.region_code, 1, 4)"
)

# Put on after every migration, not by one: they ask tables of other migrations.
WITH_HISTORY = (
    protect("applications_application", "DELETE", sentence="an application is never removed"),
    protect(
        "applications_application",
        "INSERT",
        sentence="an application begins as a draft",
        rule="begins",
        when="NEW.state <> 'draft' OR NEW.current_submission_id IS NOT NULL",
    ),
    protect(
        "applications_application",
        "UPDATE",
        sentence="the state of an application changes only with its history",
        rule="state",
        when=f"NEW.state <> OLD.state AND NEW.state IS DISTINCT FROM (SELECT c.to_state {_NEWEST})",
    ),
    protect(
        "applications_application",
        "UPDATE",
        sentence="the current submission changes only with the history of the application",
        rule="submission",
        when="NEW.current_submission_id IS DISTINCT FROM OLD.current_submission_id "
        f"AND NEW.current_submission_id IS DISTINCT FROM (SELECT c.submission_id {_NEWEST})",
    ),
    protect(
        "applications_application",
        "UPDATE",
        sentence="the count of an application is that of the person and year",
        rule="count",
        when="NEW.arrivals <> OLD.arrivals AND NEW.arrivals IS DISTINCT FROM "  # noqa: S608 - words of our own
        "(SELECT CASE WHEN own.counted_in = 'year' THEN (SELECT SUM(y.arrivals) FROM applications_personyear y "
        f"{_TOGETHER}) ELSE own.arrivals END FROM applications_personyear own "
        "WHERE own.campaign_id = NEW.campaign_id AND own.person_index = NEW.person_index)",
    ),
    protect(
        "applications_application",
        "UPDATE",
        sentence="an application stays with its person, campaign and number",
        rule="person",
        when=f"NEW.campaign_id <> OLD.campaign_id OR NEW.number <> OLD.number OR ({_CORRECTED})",
    ),
    protect(
        "applications_application",
        "UPDATE",
        sentence="an application stays with its owner, its notice and what it is for",
        rule="owner",
        when="NEW.applicant_id <> OLD.applicant_id OR NEW.campaign_version_id <> OLD.campaign_version_id OR NEW.year <> OLD.year "
        "OR NEW.series <> OLD.series OR NEW.specialty <> OLD.specialty OR NEW.title <> OLD.title OR NEW.level <> OLD.level "
        "OR NEW.grade <> OLD.grade OR NEW.created_at <> OLD.created_at "
        "OR (OLD.prefecture <> '' AND NEW.prefecture <> OLD.prefecture)",
    ),
    protect(
        "applications_application",
        "UPDATE",
        sentence="the route of an application is taken when it is sent",
        rule="route",
        when=f"({' OR '.join(f'NEW.{d.column_id} IS DISTINCT FROM OLD.{d.column_id}' for d in DESKS)}) "
        f"AND NOT (OLD.state IN {_OPEN} AND NEW.state = 'unit_review')",
    ),
    protect(
        "applications_application",
        "UPDATE",
        sentence="what was sent is not written anew at a desk",
        rule="sent",
        when=f"(NEW.applicant_name <> OLD.applicant_name OR NEW.first_title <> OLD.first_title) AND OLD.state NOT IN {_OPEN}",
    ),
    protect(
        "applications_application",
        "UPDATE",
        sentence="a desk that has had an application has had it",
        rule="reached",
        when=" OR ".join(f"(OLD.{d.reached} AND NOT NEW.{d.reached})" for d in DESKS if d.reached),
    ),
    protect(
        "applications_application",
        "UPDATE",
        sentence="a desk passes an application on with a move",
        rule="passed",
        when=f"({' OR '.join(f'NEW.{d.passed} <> OLD.{d.passed}' for d in DESKS if d.passed)}) AND NEW.state = OLD.state",
    ),
    protect("applications_material", "DELETE", sentence="a material is taken out, never removed"),
    protect(
        "applications_material",
        "INSERT",
        sentence="a material comes and goes while the form is open, one of the unit while it is there",
        rule="begins",
        when=f"({_BY_APPLICANT.format('NEW')} AND {_STATE_OF_NEW} NOT IN {_OPEN}) "
        f"OR (NOT {_BY_APPLICANT.format('NEW')} AND {_STATE_OF_NEW} NOT IN {_AT_UNIT})",
    ),
    protect(
        "applications_material",
        "UPDATE",
        sentence="a material changes only by being taken out while the form is open",
        rule="stays",
        when="NEW.application_id <> OLD.application_id OR NEW.slot <> OLD.slot OR NEW.paper <> OLD.paper "
        'OR NEW.year IS DISTINCT FROM OLD.year OR NEW.section <> OLD.section OR NEW."row" <> OLD."row" OR NEW.label <> OLD.label '
        "OR NEW.file_id <> OLD.file_id OR NEW.added_by_id <> OLD.added_by_id OR NEW.added_at <> OLD.added_at "
        "OR (NEW.removed_at IS DISTINCT FROM OLD.removed_at AND (OLD.removed_at IS NOT NULL "
        f"OR ({_BY_APPLICANT.format('OLD')} AND {_STATE_OF_OLD} NOT IN {_OPEN}) "
        f"OR (NOT {_BY_APPLICANT.format('OLD')} AND {_STATE_OF_OLD} NOT IN {_AT_UNIT})))",
    ),
    protect(
        "applications_statuschange",
        "INSERT",
        sentence="a move begins where the application is",
        rule="begins",
        when="(NEW.move <> 'start' AND NEW.from_state IS DISTINCT FROM "
        "(SELECT a.state FROM applications_application a WHERE a.id = NEW.application_id)) "
        "OR (NEW.move = 'start' AND EXISTS (SELECT 1 FROM applications_statuschange c WHERE c.application_id = NEW.application_id))",
    ),
    protect(
        "applications_statuschange",
        "INSERT",
        sentence="a pass is taken back by its own desk, with a reason, before anything else happens",
        rule="taken",
        when=" OR ".join(
            f"(NEW.move = '{d.takes_back}' AND (NEW.note = '' OR '{d.passes}' IS DISTINCT FROM (SELECT c.move {_NEWEST_MOVE})))"
            for d in DESKS
        ),
    ),
    protect("applications_committeearrival", "DELETE", sentence="an arrival is annulled, never removed"),
    protect(
        "applications_committeearrival",
        "INSERT",
        sentence="an arrival needs the move that brought it",
        rule="begins",
        when=f"NEW.annulled_at IS NOT NULL OR NEW.submission_id IS DISTINCT FROM (SELECT c.submission_id {_NEWEST_MOVE}) "
        f"OR (SELECT c.move {_NEWEST_MOVE}) IN ({', '.join(repr(d.takes_back) for d in DESKS)})",
    ),
    protect(
        "applications_committeearrival",
        "UPDATE",
        sentence="an arrival changes only by being annulled",
        rule="stays",
        when="NEW.person_year_id <> OLD.person_year_id OR NEW.application_id <> OLD.application_id "
        "OR NEW.submission_id <> OLD.submission_id OR NEW.sequence <> OLD.sequence OR NEW.arrived_at <> OLD.arrived_at "
        "OR NEW.number > OLD.number OR (OLD.annulled_at IS NOT NULL AND (NEW.annulled_at IS DISTINCT FROM OLD.annulled_at "
        "OR NEW.annulled_by_id IS DISTINCT FROM OLD.annulled_by_id OR NEW.annulment_reason <> OLD.annulment_reason))",
    ),
    protect("applications_personyear", "DELETE", sentence="a year of a person is never removed"),
    protect(
        "applications_personyear",
        "INSERT",
        sentence="a year begins without arrivals",
        rule="begins",
        when="NEW.arrivals <> 0 OR NEW.closed_at IS NOT NULL",
    ),
    protect(
        "applications_personyear",
        "UPDATE",
        sentence="the count of a year is the number of its arrivals",
        rule="count",
        when="NEW.arrivals <> OLD.arrivals AND NEW.arrivals <> (SELECT count(*) FROM applications_committeearrival v "
        "WHERE v.person_year_id = NEW.id AND v.annulled_at IS NULL)",
    ),
    protect(
        "applications_personyear",
        "UPDATE",
        sentence="a year is closed by a last return and opened by an annulled arrival",
        rule="closing",
        when="NEW.closed_at IS DISTINCT FROM OLD.closed_at AND NOT ("  # noqa: S608 - words of our own
        "(NEW.closed_at IS NOT NULL AND EXISTS (SELECT 1 FROM applications_statuschange c JOIN applications_application a "
        "ON a.id = c.application_id WHERE a.campaign_id = NEW.campaign_id AND a.person_index = NEW.person_index "
        "AND c.to_state = 'closed_for_year')) "
        "OR (NEW.closed_at IS NULL AND EXISTS (SELECT 1 FROM applications_committeearrival v "
        f"JOIN applications_personyear y ON y.id = v.person_year_id {_TOGETHER} "
        "AND (y.id = NEW.id OR NEW.counted_in = 'year') AND v.annulled_at IS NOT NULL)))",
    ),
    protect(
        "applications_personyear",
        "UPDATE",
        sentence="what is counted over a year stays within its limit",
        rule="year",
        when="NEW.counted_in = 'year' AND NEW.arrivals > OLD.arrivals AND NEW.arrivals_allowed < NEW.arrivals + "  # noqa: S608 - ours
        f"(SELECT COALESCE(SUM(y.arrivals), 0) FROM applications_personyear y {_TOGETHER} AND y.id <> NEW.id)",
    ),
    protect(
        "applications_personyear",
        "UPDATE",
        sentence="a year stays with its person, campaign and limit",
        rule="person",
        when=f"NEW.campaign_id <> OLD.campaign_id OR NEW.arrivals_allowed <> OLD.arrivals_allowed "
        f"OR NEW.counted_in <> OLD.counted_in OR ({_CORRECTED})",
    ),
)
