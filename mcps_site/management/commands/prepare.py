"""What must be done once before the processes start; `make up` and `make demo` run it."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kernel.access.models import User
from kernel.access.staff import sync_roles
from kernel.events.rebasing import rebase_logs
from kernel.heartbeats.models import Heartbeat
from mcps_site.operations.metrics import forget_counts
from mcps_site.static_files import collect_changed_files

LOCK_KEY = 0x4D435054


class Command(BaseCommand):
    help = "Migrate, make the roles, bring the schedule to beat, collect static files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo too")

    def handle(self, *_args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            # Several machines may start at once; one prepares, the others find it done.
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
            self._prepare()
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])
        if collect_changed_files():
            self.stdout.write("Static files: collected.")
        if options["demo"]:
            call_command("load_demo", stdout=self.stdout)
        elif not User.objects.filter(is_staff=True, is_active=True).exists():
            self.stdout.write(
                "Nobody can log in yet: make manage ARGS='create_staff YOU@EXAMPLE.COM --role admin'"
            )

    def _prepare(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
            self.stdout.write("Database: migrated.")
        for log in rebase_logs():
            self.stdout.write(f"Fact log: moved {log.facts} facts of {log.log} to this cluster.")
        # Signs of life of an earlier run would make this one look ready before it is.
        Heartbeat.objects.all().delete()
        sync_roles()
        forget_counts()
        call_command("sync_schedule", stdout=self.stdout)
