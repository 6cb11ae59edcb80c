"""What a person said about the pace, for the gate."""

from pathlib import Path

from django.db import migrations

PACE = (Path(__file__).parent / "sql" / "pace_v1.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0014_sender_health'),
        ('profiles', '0019_consent_preferences'),
    ]

    operations = [
        migrations.RunSQL(PACE, "DROP FUNCTION campaigns_pace;"),
    ]
