"""The log of steps by month, the log columns of facts, and room for updates in place."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "step_log_v1.sql"
REVERSE = """
DROP TABLE campaigns_step;
DROP INDEX campaigns_decision_log;
DROP INDEX campaigns_delivery_event_log;
ALTER TABLE campaigns_decision DROP COLUMN xid;
ALTER TABLE campaigns_delivery_event DROP COLUMN xid;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0001_journeys_and_deliveries'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(SQL.read_text(encoding="utf-8"), REVERSE)],
            state_operations=[
                migrations.CreateModel(
                    name='Step',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('enrollment_id', models.BigIntegerField()),
                        ('step_no', models.IntegerField()),
                        ('version_id', models.BigIntegerField()),
                        ('node', models.SmallIntegerField()),
                        ('next_node', models.SmallIntegerField(null=True)),
                        ('reason', models.TextField()),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'db_table': 'campaigns_step',
                        'indexes': [models.Index(fields=['enrollment_id'], name='campaigns_step_enrollment')],
                    },
                ),
            ],
        ),
    ]
