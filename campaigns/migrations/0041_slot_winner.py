import re
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
SLOT = (SQL / "slot_v1.sql").read_text(encoding="utf-8")
GATE = (SQL / "gate_v1.sql").read_text(encoding="utf-8")
# The gate asks the one of gate_v2.sql, which has more arguments.
[OLD_PRESSURE] = re.findall(r"CREATE FUNCTION campaigns_pressure\(.*?\n\$\$;\n", GATE, re.DOTALL)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0040_step_log_by_route'),
    ]

    operations = [
        migrations.RunSQL(SLOT, "DROP FUNCTION campaigns_slot"),
        migrations.RunSQL(
            "DROP FUNCTION campaigns_pressure(bigint, text, text, timestamptz)", OLD_PRESSURE
        ),
    ]
