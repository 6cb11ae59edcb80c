from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

BEST_HOUR = (Path(__file__).parent / "sql" / "best_hour_v1.sql").read_text(encoding="utf-8")
DROP = "DROP FUNCTION campaigns_best_hour; DROP FUNCTION campaigns_active_hours"


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0041_slot_winner'),
    ]

    operations = [
        migrations.AddField(
            model_name='broadcast',
            name='hours',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None),
        ),
        migrations.RunSQL(BEST_HOUR, DROP),
    ]
