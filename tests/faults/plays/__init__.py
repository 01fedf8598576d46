"""Every play, registered by being imported."""

from tests.faults.plays import accounts, applicant, desks, evidence, library, officers, personal, road, system, unit, units

__all__ = ["accounts", "applicant", "desks", "evidence", "library", "officers", "personal", "road", "system", "unit", "units"]
