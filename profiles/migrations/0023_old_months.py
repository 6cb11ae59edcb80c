"""The functions that forget old months of the touchpoints."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "old_months_v1.sql"
BACK = (
    "DROP FUNCTION profiles_drop_old_months(timestamptz, xid8, bigint);"
    "DROP FUNCTION profiles_oldest_month()"
)


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0022_pulls'),
    ]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), BACK),
    ]
