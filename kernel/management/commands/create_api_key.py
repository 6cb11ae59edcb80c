"""Makes an API key on the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from kernel.errors import Invalid


class Command(BaseCommand):
    help = "Make an API key and print it. It is printed once and never shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the program that will use the key, such as “Shop”")
        parser.add_argument(
            "--role", required=True, choices=[role.value for role in Role],
            help="what the program may do; see docs/reference/roles.md",
        )  # fmt: skip

    def handle(self, *_args: Any, name: str, role: str, **_options: Any) -> None:
        try:
            issued = issue_api_key(
                name=name, role=Role(role), actor="command:create_api_key", now=timezone.now()
            )
        except Invalid as error:
            raise CommandError(error.message) from None
        self.stderr.write(f"The key of “{issued.row.name}” ({role}), shown only now:")
        self.stdout.write(issued.text)
