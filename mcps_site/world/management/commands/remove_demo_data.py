"""`manage.py remove_demo_data`: erase the people of the demo, and nobody else."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from mcps_site.world.content import CARDS
from mcps_site.world.loading import SOURCE
from profiles.facade import erase_known_only_by

DEMO_SOURCES = (SOURCE, "CDNOW", "Order system", CARDS)


class Command(BaseCommand):
    help = "Erase every customer whom only the demo's own sources have ever named; stop the demo first."

    def handle(self, *_args: Any, **_options: Any) -> None:
        erased = erase_known_only_by(
            DEMO_SOURCES, actor="command:remove_demo_data", reason="Demo data removed",
            now=datetime.now(UTC),
        )  # fmt: skip
        self.stdout.write(f"{erased:,} people of the demo were erased; everybody else stays.")
