"""What tells the ways of one person apart, and whether somebody has left, as the gate asks it."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "journey_functions_v3.sql").read_text(encoding="utf-8")
BACK = "DROP FUNCTION campaigns_has_left; DROP FUNCTION campaigns_same_key;"


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0011_journey_outcomes_and_entries'),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
