"""Makes the keys of deliveries begin with their time."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "delivery_key_v1.sql").read_text(encoding="utf-8")
BACK = "DROP FUNCTION campaigns_delivery_key;"


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0026_journey_route_functions'),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
