"""A pass that was taken back has not made anybody wait anew: since when an application is where it is, is what it was before the pass."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def count_from_before_the_pass(apps: Any, _schema_editor: Any) -> None:
    """Of each application whose last move took a pass back: when it came to that desk."""
    Application, StatusChange = (apps.get_model("applications", name) for name in ("Application", "StatusChange"))
    newest = StatusChange.objects.filter(application=OuterRef("pk")).order_by("-id").values("move")[:1]
    rows = Application.objects.annotate(newest=Subquery(newest)).filter(newest__endswith="_take_back")
    for pk in list(rows.values_list("pk", flat=True)):
        came = []
        for move, at in StatusChange.objects.filter(application=pk).order_by("id").values_list("move", "at"):
            if not move.endswith("_take_back"):
                came.append(at)
            elif len(came) > 1:
                came.pop()
        Application.objects.filter(pk=pk).update(entered_state_at=came[-1])


class Migration(migrations.Migration):
    dependencies = [("applications", "0015_one_year_in_a_prefecture")]

    operations = [migrations.RunPython(count_from_before_the_pass, migrations.RunPython.noop)]
