"""The columns by which changes, visits and ledger entries are read as logs."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_programs_and_rewards")]

    operations = [
        migrations.RunSQL(
            (SQL / "fact_logs_v1.sql").read_text(encoding="utf-8"),
            (SQL / "fact_logs_v1_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
