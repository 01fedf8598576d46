"""What was on its way above before the desks' passing on stood on the row: told by the history, as ``lifecycle.passed_with`` tells it."""

from django.db import migrations

FLAGS = {f"{desk}_pass": f"passed_{desk}" for desk in ("supervising", "industry", "county", "prefecture")}
OPEN = ("draft", "returned")
AT_A_DESK = tuple(f"{desk}_review" for desk in ("supervising", "industry", "county", "prefecture"))


def tell(apps, schema_editor):
    applications = apps.get_model("applications", "Application").objects.using(schema_editor.connection.alias)
    history = apps.get_model("applications", "StatusChange").objects.using(schema_editor.connection.alias)
    passed = {}
    moves = history.order_by("id").values_list("application_id", "move", "to_state")
    for application, move, to_state in moves.iterator(chunk_size=2000):
        if to_state in OPEN:
            passed.pop(application, None)
        elif move in FLAGS and to_state in AT_A_DESK:
            passed.setdefault(application, set()).add(FLAGS[move])
    for flag in FLAGS.values():
        rows = [application for application, flags in passed.items() if flag in flags]
        for first in range(0, len(rows), 500):
            applications.filter(pk__in=rows[first : first + 500]).update(**{flag: True})


class Migration(migrations.Migration):
    dependencies = [("applications", "0007_passed_on")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
