"""Segments, their published rules, who is in, when that may change by time, and every change."""

from django.db import models
from django.db.models.functions import Now


class SegmentStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    LIVE = "live", "Live"
    ARCHIVED = "archived", "Archived"


class SegmentKind(models.TextChoices):
    RULE = "rule", "By rule"
    LIST = "list", "Static list"


class ChangeCause(models.TextChoices):
    TOUCHPOINT = "touchpoint", "Touchpoint"
    TIMER = "timer", "Time passed"
    BACKFILL = "backfill", "New version"
    MERGE = "merge", "Merge of people"
    CONSENT = "consent", "Consent changed"
    SEGMENT = "segment", "Another segment changed"
    COMPUTED = "computed", "Computed trait changed"
    LIST = "list", "List edited"
    ARCHIVE = "archive", "Segment archived"
    REPAIR = "repair", "Repaired by the audit"
    ERASE = "erase", "Person was erased"
    ACCOUNT = "account", "Their account changed"
    RETENTION = "retention", "Events were forgotten"


class Segment(models.Model):
    """A named audience. Its rule lives in versions; `live_version` is the one that counts."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    name = models.TextField(unique=True)
    description = models.TextField(default="", db_default="")
    kind = models.TextField(choices=SegmentKind, default=SegmentKind.RULE, db_default="rule")
    status = models.TextField(choices=SegmentStatus, default=SegmentStatus.DRAFT)
    draft_rule = models.JSONField(null=True)
    live_version = models.ForeignKey(
        "profiles.SegmentVersion", models.PROTECT, null=True, related_name="+"
    )
    member_count = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    verified_at = models.DateTimeField(null=True)
    verified_differences = models.BigIntegerField(null=True)
    sampled_at = models.DateTimeField(null=True)
    sampled_people = models.IntegerField(default=0, db_default=0)
    sampled_differences = models.IntegerField(default=0, db_default=0)
    parked_at = models.DateTimeField(null=True)
    parked_reason = models.TextField(default="", db_default="")

    class Meta:
        db_table = "profiles_segment"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=SegmentStatus.values), name="segment_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=SegmentKind.values), name="segment_kind_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="live") | models.Q(live_version__isnull=False),
                name="segment_live_has_version",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SegmentVersion(models.Model):
    """One published rule. Never changed; an edit is a new version."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    rule = models.JSONField()
    published_at = models.DateTimeField()
    # Whether those who match at publication enter at once; else they stay out until they newly match.
    backfill = models.BooleanField(default=True, db_default=True)
    held_back = models.BigIntegerField(default=0, db_default=0)
    entered = models.BigIntegerField(default=0, db_default=0)
    left = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "profiles_segment_version"
        constraints = [
            models.UniqueConstraint(fields=["segment", "number"], name="segment_version_number")
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class SegmentMention(models.Model):
    """What a live rule speaks of: an event, a trait, another segment. Finds whom a fact concerns."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="mentions")
    kind = models.TextField()
    name = models.TextField(default="", db_default="")

    class Meta:
        db_table = "profiles_segment_mention"
        constraints = [
            models.UniqueConstraint(fields=["segment", "kind", "name"], name="segment_mention_once")
        ]
        indexes = [models.Index(fields=["kind", "name"], name="segment_mention_name_idx")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class SegmentMember(models.Model):
    """One person inside one segment.

    The customer is no database foreign key: the row is derived, written by the million in one
    statement, and removed when people merge or are erased.
    """

    pk = models.CompositePrimaryKey("segment_id", "customer_id")
    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False, related_name="+")
    customer = models.ForeignKey(
        "profiles.Customer", models.CASCADE, db_constraint=False, related_name="+"
    )
    since = models.DateTimeField()

    class Meta:
        db_table = "profiles_segment_member"

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.segment_id}"


class SegmentHeld(models.Model):
    """Somebody who matches but stays out: the rule was published for those who match from then on.

    The row goes when the person stops matching, so that they enter when they match again. That of
    somebody who was merged away stays, because the merge may be undone.
    """

    pk = models.CompositePrimaryKey("segment_id", "customer_id")
    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False, related_name="+")
    customer = models.ForeignKey(
        "profiles.Customer", models.CASCADE, db_constraint=False, related_name="+"
    )

    class Meta:
        db_table = "profiles_segment_held"

    def __str__(self) -> str:
        return f"{self.customer_id} held back from {self.segment_id}"


class SegmentDue(models.Model):
    """When the membership of one person may next change without anything happening."""

    pk = models.CompositePrimaryKey("segment_id", "customer_id")
    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False, related_name="+")
    customer = models.ForeignKey(
        "profiles.Customer",
        models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    due_at = models.DateTimeField(db_index=True)
    cause = models.TextField(choices=ChangeCause, default=ChangeCause.TIMER, db_default="timer")
    may_start_journeys = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "profiles_segment_due"

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.segment_id}"


class SegmentChange(models.Model):
    """Somebody entered or left: when, why, under which version. Append-only; starts journeys.

    The column `xid` (see `kernel.events`) exists in the table only.
    """

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False, related_name="+")
    version = models.ForeignKey(
        SegmentVersion, models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    customer = models.ForeignKey(
        "profiles.Customer",
        models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    entered = models.BooleanField()
    at = models.DateTimeField()
    cause_kind = models.TextField(choices=ChangeCause)
    cause_id = models.BigIntegerField(null=True)
    may_start_journeys = models.BooleanField()

    class Meta:
        db_table = "profiles_segment_change"
        indexes = [
            models.Index(fields=["customer", "-at"], name="segment_change_customer_idx"),
            models.Index(fields=["segment", "-at"], name="segment_change_segment_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {'entered' if self.entered else 'left'} {self.segment_id}"
