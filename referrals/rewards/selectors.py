"""Reads of grants, balances and the ledger for pages, messages and timelines."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from profiles.contracts import CustomerId, TimelineEntry
from referrals.programs.rules import amount_text
from referrals.rewards.models import Grant, LedgerEntry
from referrals.rewards.queries import list_balances
from referrals.rewards.rules import GrantStatus

TITLES = {
    GrantStatus.HELD: "Reward waits for the end of the hold",
    GrantStatus.REVERSED: "Reward taken back",
    GrantStatus.CAPPED: "No reward: the advocate's cap is reached",
}


def list_grants(*, status: str) -> QuerySet[Grant]:
    """Return grants in a state, or all when it is empty; newest first, with their program."""
    grants = Grant.objects.select_related("program").order_by("-earned_at", "-id")
    return grants.filter(status=status) if status else grants


def list_entries(grant: Grant) -> list[LedgerEntry]:
    """Return the ledger entries of a grant, oldest first, with their postings and accounts."""
    return list(
        LedgerEntry.objects.filter(posting__grant=grant)
        .select_related("posting", "account")
        .order_by("id")
    )


def balance_texts(customer_ids: Sequence[int], *, at: datetime) -> dict[int, str]:
    """Say what each customer may use, such as “20 points, 5.00 EUR”; absent when nothing."""
    texts: dict[int, list[str]] = {}
    for balance in list_balances(customer_ids, at=at):
        if balance.available:
            text = amount_text(balance.available, balance.unit)
            texts.setdefault(balance.customer_id, []).append(text)
    return {customer_id: ", ".join(parts) for customer_id, parts in texts.items()}


def list_timeline(customer_id: CustomerId, *, before: datetime, limit: int) -> list[TimelineEntry]:
    """Return a person's held, reversed and capped rewards earlier than a moment, newest first."""
    grants = (
        Grant.objects.select_related("program")
        .filter(customer_id=customer_id, earned_at__lt=before)
        .exclude(status=GrantStatus.GRANTED)
        .order_by("-earned_at", "-id")[:limit]
    )
    return [
        TimelineEntry(
            at=grant.reversed_at or grant.earned_at,
            kind="reward",
            title=TITLES[GrantStatus(grant.status)],
            detail=_detail(grant),
            icon="gift",
            url=reverse("referrals:grant", args=[grant.key]),
        )
        for grant in grants
    ]


def _detail(grant: Grant) -> str:
    detail = f"{amount_text(grant.amount, grant.unit)}, {grant.program.name}"
    return f"{detail}. {grant.reversal_reason}" if grant.reversal_reason else detail
