"""What the gate asks about a person, and the stable buckets of journeys."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent / "sql"
GATE = (FOLDER / "gate_v1.sql").read_text(encoding="utf-8")
JOURNEYS = (FOLDER / "journey_functions_v1.sql").read_text(encoding="utf-8")
DROP_GATE = """
DROP FUNCTION campaigns_quiet;
DROP FUNCTION campaigns_zone;
DROP FUNCTION campaigns_pressure;
DROP FUNCTION campaigns_address;
DROP FUNCTION campaigns_identity;
"""
DROP_JOURNEYS = """
DROP FUNCTION campaigns_outlet;
DROP FUNCTION campaigns_bucket;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0002_step_log'),
        ('profiles', '0004_rule_functions'),
    ]

    operations = [
        migrations.RunSQL(GATE, DROP_GATE),
        migrations.RunSQL(JOURNEYS, DROP_JOURNEYS),
    ]
