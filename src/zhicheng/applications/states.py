"""Where an application can be."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """Where an application is. Assigned by ``applications.lifecycle`` alone; the words on screen are in its table."""

    DRAFT = "draft"
    UNIT_REVIEW = "unit_review"
    RETURNED = "returned"
    UNIT_PASSED = "unit_passed"
    IN_PUBLICITY = "in_publicity"
    SUPERVISING_REVIEW = "supervising_review"
    INDUSTRY_REVIEW = "industry_review"
    COUNTY_REVIEW = "county_review"
    PREFECTURE_REVIEW = "prefecture_review"
    ACCEPTED = "accepted"
    CLOSED_FOR_YEAR = "closed_for_year"
    STOPPED = "stopped"
    REJECTED_FRAUD = "rejected_fraud"
    BARRED = "barred"
    DISCARDED = "discarded"
    ABANDONED = "abandoned"


# States in which the applicant writes; and those that end an application without closing the person's year.
OPEN_FOR_APPLICANT = (State.DRAFT, State.RETURNED)
BEFORE_THE_UNIT = (State.DRAFT, State.UNIT_REVIEW, State.RETURNED)
OVER = (State.STOPPED, State.REJECTED_FRAUD, State.BARRED, State.DISCARDED, State.ABANDONED)
