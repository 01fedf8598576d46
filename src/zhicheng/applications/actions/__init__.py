"""The verbs of applications: the only code that writes here. One file per part of the road."""

from zhicheng.applications.actions.answers import answer_findings
from zhicheng.applications.actions.carrying import Carried, carry_application
from zhicheng.applications.actions.draft import SavedSection, save_section, take_back_section
from zhicheng.applications.actions.durations import count_durations
from zhicheng.applications.actions.ending import (
    abandon_overdue,
    bar_applications,
    discard_application,
    restore_applications,
    withdraw_application,
)
from zhicheng.applications.actions.library import Taken, keep_in_library, take_from_library
from zhicheng.applications.actions.material import add_material, remove_material, restore_original
from zhicheng.applications.actions.mending import answer_points, confirm_file
from zhicheng.applications.actions.scans import land_scans, place_scan
from zhicheng.applications.actions.start import objections_to_start, start_application
from zhicheng.applications.actions.submit import confirm_check, submit_application
from zhicheng.applications.actions.unit_material import add_unit_material, remove_unit_material

__all__ = [
    "Carried",
    "SavedSection",
    "Taken",
    "abandon_overdue",
    "add_material",
    "add_unit_material",
    "answer_findings",
    "answer_points",
    "bar_applications",
    "carry_application",
    "confirm_check",
    "confirm_file",
    "count_durations",
    "discard_application",
    "keep_in_library",
    "land_scans",
    "objections_to_start",
    "place_scan",
    "remove_material",
    "remove_unit_material",
    "restore_applications",
    "restore_original",
    "save_section",
    "start_application",
    "submit_application",
    "take_back_section",
    "take_from_library",
    "withdraw_application",
]
