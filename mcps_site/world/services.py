"""Turning the clock of the demo world."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from kernel.errors import Invalid, NotFound
from mcps_site.world.models import SPEEDS, Clock

HOUR = 3_600


def find_clock() -> Clock | None:
    """Return the clock, or `None` before a world was loaded."""
    return Clock.objects.filter(id=1).first()


def get_clock() -> Clock:
    """Return the clock of the loaded world.

    Raises:
        NotFound: no world was loaded.
    """
    clock = find_clock()
    if clock is None:
        raise NotFound("No demo world is loaded. Run `make demo`.")
    return clock


def set_clock(*, seed: int, people: int, days: int, now: datetime) -> Clock:
    """Remember which world was loaded; a second call for the same world changes nothing else."""
    values = {"seed": seed, "people": people, "days": days, "loaded_at": now}
    clock, _ = Clock.objects.update_or_create(id=1, defaults=values)
    return clock


def set_speed(speed: int) -> None:
    """Let the world run that many times faster than the clock on the wall."""
    if speed not in dict(SPEEDS):
        raise Invalid("speed", "Choose one of the speeds of the list.")
    _change(speed=speed)


def set_paused(*, is_paused: bool) -> None:
    """Stop the world, or let it run on."""
    _change(is_paused=is_paused)


def step(seconds: int = HOUR) -> None:
    """Ask for one step of the world's time, also while it is paused."""
    _change(pending_step_seconds=F("pending_step_seconds") + seconds)


def take_elapsed(*, real_seconds: float, now: datetime) -> float:
    """Return how much of its own time the world shall live now, and take the pending step."""
    with transaction.atomic():
        clock = Clock.objects.select_for_update().get(id=1)
        elapsed = 0.0 if clock.is_paused else real_seconds * clock.speed
        elapsed += clock.pending_step_seconds
        clock.pending_step_seconds = 0
        clock.lived_seconds += elapsed
        clock.ticked_at = now
        clock.save()
    return elapsed


def note_sent(count: int) -> None:
    """Add to the number of messages the living world has sent."""
    _change(sent=F("sent") + count)


def _change(**values: object) -> None:
    if not Clock.objects.filter(id=1).update(**values):
        raise NotFound("No demo world is loaded. Run `make demo`.")
