"""How senders fare: a circuit breaker, so that one that fails is left alone for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.channels.models import Sender
from campaigns.contracts import SendOutcome, SendResult

BREAK_AFTER = 3
_FIRST_BREAK = timedelta(seconds=30)
_LONGEST_BREAK = timedelta(minutes=15)
# A sender that works all the time is not written to all the time.
_NOTE_EVERY = timedelta(minutes=1)


def is_down(results: Sequence[SendResult]) -> bool:
    """Say whether a provider took or refused nothing of a batch, so that it must be the provider."""
    answered = {SendOutcome.ACCEPTED, SendOutcome.REFUSED}
    return bool(results) and not any(result.outcome in answered for result in results)


def is_well(sender: Sender, *, now: datetime) -> bool:
    """Say whether a sender works and that was noted within the minute."""
    is_new = sender.sent_at is None or now - sender.sent_at >= _NOTE_EVERY
    return not (sender.failures or sender.broken_until or is_new)


def note_results(sender_id: int | None, results: Sequence[SendResult], *, now: datetime) -> None:
    """Remember whether a sender works; the third failure in a row breaks the circuit.

    It is tried again after 30 seconds, then twice as long each time, at most 15 minutes.
    """
    if sender_id is None or not results:
        return
    if is_down(results):
        _note_failure(sender_id, results[0].reason, now=now)
    else:
        _note_success(sender_id, now=now)


def break_length(failures: int) -> timedelta | None:
    """Return how long a sender is left alone after so many failures in a row, or `None`."""
    if failures < BREAK_AFTER:
        return None
    doublings = min(failures - BREAK_AFTER, 10)
    return min(_FIRST_BREAK * float(2**doublings), _LONGEST_BREAK)


@transaction.atomic
def _note_failure(sender_id: int, reason: str, *, now: datetime) -> None:
    sender = Sender.objects.select_for_update().get(pk=sender_id)
    sender.failures += 1
    length = break_length(sender.failures)
    sender.broken_until = now + length if length else None
    sender.failed_at, sender.failure = now, reason[:64]
    sender.save(update_fields=["failures", "broken_until", "failed_at", "failure"])


def _note_success(sender_id: int, *, now: datetime) -> None:
    if not is_well(Sender.objects.get(pk=sender_id), now=now):
        Sender.objects.filter(pk=sender_id).update(failures=0, broken_until=None, sent_at=now)
