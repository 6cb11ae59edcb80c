"""What the records call parked facts."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel", "0010_bucket")]

    operations: ClassVar = [
        migrations.AlterModelOptions("parked", {"verbose_name_plural": "parked facts"})
    ]
