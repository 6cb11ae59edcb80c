"""Drop an index that no statement reads: months are found by partition, the rest by event or person."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0017_accounts'),
    ]

    operations = [
        migrations.RunSQL(
            "DROP INDEX profiles_touchpoint_occurred",
            "CREATE INDEX profiles_touchpoint_occurred ON profiles_touchpoint USING brin (occurred_at)",
        ),
    ]
