"""Makes a staff account on the command line."""

import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from kernel.access.models import User
from kernel.access.roles import Role
from kernel.access.staff import create_staff
from kernel.errors import Invalid
from mcps_site.accounts.links import password_link


class Command(BaseCommand):
    help = "Make a staff account. Prints a link by which the person sets a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address the person logs in with")
        parser.add_argument(
            "--role", required=True, choices=[role.value for role in Role],
            help="what the person may do; see docs/reference/roles.md",
        )  # fmt: skip
        parser.add_argument("--name", default="", help="the person's name")
        parser.add_argument(
            "--password-stdin", action="store_true",
            help="read the password from the first line of the standard input, and print no link",
        )  # fmt: skip

    @transaction.atomic
    def handle(self, *_args: Any, email: str, role: str, name: str, **options: Any) -> None:
        try:
            user = create_staff(
                email=email, role=Role(role), name=name,
                actor="command:create_staff", now=timezone.now(),
            )  # fmt: skip
        except Invalid as error:
            raise CommandError(error.message) from None
        if options["password_stdin"]:
            self._set_password(user, sys.stdin.readline().rstrip("\r\n"))
            self.stdout.write(f"{user.email} can log in as {role}.")
            return
        self.stderr.write(f"{user.email} sets a password here, once, within 3 days:")
        self.stdout.write(password_link(user))

    def _set_password(self, user: User, password: str) -> None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        user.set_password(password)
        user.save(update_fields=["password"])
