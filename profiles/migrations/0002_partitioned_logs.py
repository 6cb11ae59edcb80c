"""The inbox by day and the touchpoints by month, made in SQL."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "partitioned_logs_v1.sql"
REVERSE = """
DROP TABLE profiles_touchpoint;
DROP TABLE profiles_inbox;
DROP FUNCTION profiles_make_partitions;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0001_people_and_touchpoints'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(SQL.read_text(encoding="utf-8"), REVERSE)],
            state_operations=[
                migrations.CreateModel(
                    name='InboxItem',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('source_id', models.IntegerField()),
                        ('route', models.CharField(max_length=10)),
                        ('message_count', models.IntegerField()),
                        ('ip', models.GenericIPAddressField(null=True)),
                        ('body', models.BinaryField()),
                    ],
                    options={
                        'db_table': 'profiles_inbox',
                    },
                ),
                migrations.CreateModel(
                    name='Touchpoint',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('message_id', models.UUIDField()),
                        ('customer_id', models.BigIntegerField()),
                        ('recorded_for', models.BigIntegerField()),
                        ('type', models.SmallIntegerField(choices=[(1, 'track'), (2, 'identify'), (3, 'page'), (4, 'screen'), (5, 'group'), (6, 'alias'), (7, 'system')])),
                        ('starts_journeys', models.BooleanField()),
                        ('occurred_at', models.DateTimeField()),
                        ('received_at', models.DateTimeField()),
                        ('original_at', models.DateTimeField(null=True)),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('revenue', models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                        ('properties', models.JSONField()),
                        ('context', models.JSONField()),
                        ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='profiles.event')),
                        ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='profiles.source')),
                    ],
                ),
            ],
        ),
    ]
