"""Changes of programs: create, publish a version, end, and make customers advocates."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from kernel.audit import record
from kernel.errors import Conflict, Unavailable
from kernel.ids import new_key
from referrals.programs import queries
from referrals.programs.models import Program, ProgramVersion
from referrals.programs.rules import Terms, draw_code

# A code collides once in 10^8 draws with ten million live codes; three rounds are never needed.
DRAWS = 3


def create_program(name: str, *, actor: str, now: datetime) -> Program:
    """Create a draft program; raises `Conflict` when the name is taken."""
    if Program.objects.filter(name=name).exists():
        raise Conflict(f"A program “{name}” exists already. Choose another name.")
    with transaction.atomic():
        program = Program.objects.create(key=new_key(now=now), name=name)
        record(
            actor=actor,
            verb="created",
            object_type="program",
            object_id=program.key,
            before=None,
            after={"name": name},
            now=now,
        )
    return program


def publish_terms(program_id: int, terms: Terms, *, actor: str, now: datetime) -> ProgramVersion:
    """Publish a new version of the terms and make the program live.

    Referrals that started earlier keep the version they started under. Publishing terms equal to
    the live ones changes nothing and returns the live version.
    """
    with transaction.atomic():
        program = Program.objects.select_for_update().get(pk=program_id)
        live = program.live_version
        if live is not None and live.read_terms == terms:
            return live
        number = program.versions.aggregate(last=Max("number"))["last"] or 0
        version = program.versions.create(
            number=number + 1, terms=terms.model_dump(mode="json"), published_at=now
        )
        Program.objects.filter(pk=program.pk).update(
            live_version=version, status=Program.Status.LIVE
        )
        record(
            actor=actor,
            verb="published",
            object_type="program",
            object_id=program.key,
            before=live.terms if live else None,
            after=version.terms,
            now=now,
        )
    return version


def end_program(program_id: int, *, actor: str, now: datetime) -> None:
    """End a live program: no new sign-ups; referrals under way run to their end.

    A program that has ended already stays so.
    """
    with transaction.atomic():
        moved = Program.objects.filter(pk=program_id, status=Program.Status.LIVE).update(
            status=Program.Status.ENDED
        )
        if moved:
            program = Program.objects.get(pk=program_id)
            record(
                actor=actor,
                verb="ended",
                object_type="program",
                object_id=program.key,
                before={"status": "live"},
                after={"status": "ended"},
                now=now,
            )


def join_program(
    program_id: int,
    customer_ids: Sequence[int],
    *,
    now: datetime,
    choose: Callable[[str], str] = secrets.choice,
) -> dict[int, str]:
    """Make the customers advocates and return the code of each.

    Asking again returns the same code. Two statements however many customers there are; a draw
    that hits an existing code is repeated.
    """
    codes = queries.list_codes(program_id, customer_ids)
    for _ in range(DRAWS):
        missing = [customer_id for customer_id in customer_ids if customer_id not in codes]
        if not missing:
            return codes
        drawn = {customer_id: draw_code(choose) for customer_id in sorted(set(missing))}
        queries.insert_advocates(program_id, drawn, now=now)
        codes = queries.list_codes(program_id, customer_ids)
    if all(customer_id in codes for customer_id in customer_ids):
        return codes
    raise Unavailable("No free referral code was drawn. Try again.")


def find_shared_program() -> int | None:
    """Return the live program that messages link to: the oldest, or None without a live one."""
    return (
        Program.objects.filter(status=Program.Status.LIVE)
        .order_by("id")
        .values_list("id", flat=True)
        .first()
    )


def find_live_program(key: UUID) -> int | None:
    """Return the program with that key, or None where it is not live."""
    return (
        Program.objects.filter(key=key, status=Program.Status.LIVE)
        .values_list("id", flat=True)
        .first()
    )


def share_link(code: str) -> str:
    """Return the public address that an advocate shares."""
    return f"{settings.PUBLIC_URL}/r/{code}"
