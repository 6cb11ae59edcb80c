"""Where a message goes: devices that were registered, and phone numbers written as E.164."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent / "sql"
ADDRESS = (FOLDER / "address_v2.sql").read_text(encoding="utf-8")
GATE = (FOLDER / "gate_v1.sql").read_text(encoding="utf-8")
_START = GATE.index("CREATE FUNCTION campaigns_address")
FORMER = GATE[_START : GATE.index("$$;", _START) + 3].replace("CREATE", "CREATE OR REPLACE", 1)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0009_devices_and_cards'),
    ]

    operations = [
        migrations.RunSQL(ADDRESS, f"{FORMER}\nDROP FUNCTION campaigns_device;"),
    ]
