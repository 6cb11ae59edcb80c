"""Handlers of facts; each goes into one service."""

from datetime import datetime

from kernel.events import Bounds, subscribe
from referrals.rewards.services import convert_batch


@subscribe("profiles.touchpoint", name="referrals.qualify", batch=2_000)
def qualify(bounds: Bounds, *, now: datetime) -> None:
    """Convert the referrals that the touchpoints complete, and take refunded ones back."""
    convert_batch(bounds, now=now)
