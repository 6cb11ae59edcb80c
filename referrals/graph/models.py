"""Who referred whom: the edge from an advocate to a friend, and the log of its states."""

from django.db import models

from referrals.graph.rules import ReferralStatus
from referrals.programs.models import Advocate, Program, ProgramVersion


class Referral(models.Model):
    """One friend brought by one advocate under one program, on the terms of one version.

    A friend has at most one referral that counts in a program, so a second advocate finds the
    friend already referred. `friend_print` is a keyed hash of the friend's canonical e-mail
    address; it recognizes the same mailbox under another spelling and survives an erasure.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, editable=False)
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="referrals", db_index=False
    )
    program_version = models.ForeignKey(
        ProgramVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    advocate = models.ForeignKey(Advocate, on_delete=models.PROTECT, related_name="referrals")
    friend = models.ForeignKey("profiles.Customer", on_delete=models.PROTECT, related_name="+")
    friend_recorded_for = models.BigIntegerField()
    friend_print = models.BinaryField(max_length=16)
    method = models.CharField(max_length=12)
    status = models.CharField(max_length=12)
    reason = models.CharField(max_length=40, default="", db_default="")
    started_at = models.DateTimeField()
    window_ends_at = models.DateTimeField()
    converted_at = models.DateTimeField(null=True)
    order_key = models.CharField(max_length=200, default="", db_default="")
    revenue = models.DecimalField(max_digits=14, decimal_places=2, null=True)

    class Meta:
        db_table = "referrals_referral"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=[status.value for status in ReferralStatus]),
                name="referrals_referral_status",
            ),
            models.CheckConstraint(
                condition=models.Q(method__in=["link", "code", "staff"]),
                name="referrals_referral_method",
            ),
            models.UniqueConstraint(
                fields=["program", "friend"],
                condition=~models.Q(status="rejected"),
                name="referrals_referral_friend_once",
            ),
        ]
        indexes = [
            models.Index(fields=["program", "friend_print"], name="referrals_referral_print"),
            models.Index(
                fields=["program", "status", "-started_at"], name="referrals_referral_list"
            ),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk}"


class ReferralChange(models.Model):
    """A move of a referral from one state to the next, with its reason. A fact log.

    The column `xid` (see `kernel.events`) exists in the table only.
    """

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="changes")
    before = models.CharField(max_length=12, default="")
    after = models.CharField(max_length=12)
    reason = models.CharField(max_length=60, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "referrals_referral_change"

    def __str__(self) -> str:
        return f"change {self.pk} of referral {self.referral_id}"


class Visit(models.Model):
    """One visitor's look at an advocate's page in one hour. A fact log, with an `xid` column.

    The visitor is a keyed hash that changes every day, so that it cannot be followed.
    """

    id = models.BigAutoField(primary_key=True)
    advocate = models.ForeignKey(
        Advocate, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    visitor = models.BinaryField(max_length=16)
    hour = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "referrals_visit"
        constraints = [
            models.UniqueConstraint(
                fields=["advocate", "visitor", "hour"], name="referrals_visit_once_an_hour"
            )
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"
