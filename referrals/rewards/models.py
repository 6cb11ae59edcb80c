"""Grants, and the double-entry ledger that proves them."""

from django.db import models
from django.db.models.functions import Now

from referrals.graph.models import Referral
from referrals.programs.models import Program
from referrals.rewards.rules import AccountKind, GrantStatus, PostingKind, Side


class Grant(models.Model):
    """A reward promised to one side of one referral, or by a journey; unique for program, rule and cause.

    Both sides of a referral are written in one statement. What a journey promises has no referral. A held grant is released after
    `release_at` unless a finding holds it.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, editable=False)
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="grants", db_index=False
    )
    rule = models.CharField(max_length=12)
    cause = models.CharField(max_length=60)
    referral = models.ForeignKey(
        Referral, null=True, on_delete=models.PROTECT, related_name="grants"
    )
    customer = models.ForeignKey(
        "profiles.Customer", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_for = models.BigIntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    unit = models.CharField(max_length=6)
    status = models.CharField(max_length=10)
    earned_at = models.DateTimeField()
    release_at = models.DateTimeField()
    granted_at = models.DateTimeField(null=True)
    reversed_at = models.DateTimeField(null=True)
    reversal_reason = models.CharField(max_length=300, default="", db_default="")

    class Meta:
        db_table = "referrals_grant"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "rule", "cause"], name="referrals_grant_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[status.value for status in GrantStatus]),
                name="referrals_grant_status",
            ),
            models.CheckConstraint(
                condition=models.Q(rule__in=[side.value for side in Side]),
                name="referrals_grant_rule",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="referrals_grant_amount_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="granted")
                | models.Q(granted_at__gte=models.F("release_at")),
                name="referrals_grant_held_long_enough",
            ),
        ]
        indexes = [
            models.Index(
                fields=["release_at", "id"],
                condition=models.Q(status="held"),
                name="referrals_grant_due",
            ),
            models.Index(fields=["customer", "-earned_at"], name="referrals_grant_customer"),
            models.Index(fields=["-earned_at", "-id"], name="referrals_grant_list"),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"


class Account(models.Model):
    """Where value stands: a member's pending or available, a program's issued or returned.

    The balance is the sum of the entries and is never stored. After a merge of customers the
    loser's accounts belong to the winner (`customer`), so a balance sums over all accounts of a
    customer; `recorded_for` (0 for a program's account) stays, so the merge can be undone.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    unit = models.CharField(max_length=6)
    customer = models.ForeignKey(
        "profiles.Customer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_for = models.BigIntegerField(default=0, db_default=0)
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "referrals_account"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "recorded_for", "kind", "unit"], name="referrals_account_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in AccountKind]),
                name="referrals_account_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["issued", "returned"], recorded_for=0)
                | models.Q(kind__in=["pending", "available"], recorded_for__gt=0),
                name="referrals_account_owner_fits_kind",
            ),
        ]
        indexes = [models.Index(fields=["customer"], name="referrals_account_customer")]

    def __str__(self) -> str:
        return f"{self.kind} account {self.pk}"


class Posting(models.Model):
    """Entries that belong together and sum to zero. A correction points at what it corrects."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)
    grant = models.ForeignKey(
        Grant, on_delete=models.PROTECT, related_name="postings", db_index=False
    )
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=300, default="", db_default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "referrals_posting"
        constraints = [
            models.UniqueConstraint(fields=["grant", "kind"], name="referrals_posting_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in PostingKind]),
                name="referrals_posting_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="reverse") | models.Q(corrects__isnull=True),
                name="referrals_posting_only_reversals_correct",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} posting {self.pk}"


class LedgerEntry(models.Model):
    """One line of a posting. Append-only: the database refuses to change or delete it.

    A fact log: the column `xid` (see `kernel.events`) exists in the table only.
    """

    id = models.BigAutoField(primary_key=True)
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    at = models.DateTimeField()

    class Meta:
        db_table = "referrals_ledger_entry"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(amount=0), name="referrals_ledger_entry_not_zero"
            ),
            models.UniqueConstraint(
                fields=["posting", "account"], name="referrals_ledger_entry_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "id"],
                include=["amount", "at"],
                name="referrals_ledger_account",
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"


class Refund(models.Model):
    """One refund of the order that converted a referral; its key makes a replay harmless."""

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, related_name="refunds", db_index=False
    )
    refund_key = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    occurred_at = models.DateTimeField()

    class Meta:
        db_table = "referrals_refund"
        constraints = [
            models.UniqueConstraint(fields=["referral", "refund_key"], name="referrals_refund_once")
        ]

    def __str__(self) -> str:
        return f"refund {self.pk}"
