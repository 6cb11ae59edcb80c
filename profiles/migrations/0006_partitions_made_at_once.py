"""Two workers may need the same new partition at the same moment."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("profiles", "0005_inbox_upkeep")]

    operations = [
        migrations.RunSQL(
            (FOLDER / "make_partitions_v2.sql").read_text(encoding="utf-8"),
            (FOLDER / "make_partitions_v1.sql").read_text(encoding="utf-8"),
        )
    ]
