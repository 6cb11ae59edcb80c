"""The last step of a restore into a new cluster; see `docs/how-to/restore.md`."""

from typing import Any

from django.core.management.base import BaseCommand

from kernel.events.rebasing import rebase_logs


class Command(BaseCommand):
    help = "After a restore: let the readers of the fact log see the restored facts."

    def handle(self, *args: Any, **options: Any) -> None:
        moved = rebase_logs()
        for row in moved:
            self.stdout.write(f"{row.log}: moved {row.facts} facts.")
        if not moved:
            self.stdout.write("The fact log belongs to this cluster; nothing to do.")
