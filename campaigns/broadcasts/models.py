"""Broadcasts, and whom each one reaches."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from campaigns.broadcasts.rules import Status, Timing


class Broadcast(models.Model):
    """One message to everybody in some segments, once.

    `upto` is how far the audience is gathered; `step` is the place in `rollout` of the share that
    is planned now; `figures` are counted by a job, as of `measured_at`. `hours` is on how many days
    each hour of people's clocks saw something done by the audience, for the best hour.
    """

    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=120, unique=True)
    status = models.CharField(max_length=16, default=Status.DRAFT.value)
    included = ArrayField(models.BigIntegerField(), default=list)
    excluded = ArrayField(models.BigIntegerField(), default=list)
    template = models.ForeignKey(
        "campaigns.Template", null=True, on_delete=models.PROTECT, related_name="+"
    )
    template_version = models.ForeignKey(
        "campaigns.TemplateVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    tags = ArrayField(models.TextField(), default=list)
    priority = models.SmallIntegerField(default=0)
    timing = models.CharField(max_length=8, default=Timing.NOW.value)
    send_at = models.DateTimeField(null=True)
    local_on = models.DateField(null=True)
    local_time = models.TimeField(null=True)
    default_zone = models.CharField(max_length=64, default="UTC")
    holdout_percent = models.DecimalField(max_digits=5, decimal_places=2, default=10)
    rollout = ArrayField(models.SmallIntegerField(), default=list)
    step_minutes = models.IntegerField(default=60)
    most_bounced = models.DecimalField(max_digits=5, decimal_places=2, default=5)
    most_complained = models.DecimalField(max_digits=5, decimal_places=2, default=0.3)
    most_unsubscribed = models.DecimalField(max_digits=5, decimal_places=2, default=2)
    hours = ArrayField(models.IntegerField(), default=list)
    goal_event = models.CharField(max_length=200, default="")
    goal_days = models.SmallIntegerField(default=7)
    starts_at = models.DateTimeField(null=True)
    upto = models.BigIntegerField(default=0)
    step = models.SmallIntegerField(default=0)
    step_done_at = models.DateTimeField(null=True)
    gathered_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=300, default="")
    figures = models.JSONField(default=dict)
    measured_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_broadcast"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=[each.value for each in Status]),
                name="campaigns_broadcast_status",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Recipient(models.Model):
    """One person of a broadcast's audience, as it was gathered.

    `bucket` orders the people for the roll-out. A person who turned out to be another one of the
    audience gets the message once: the second row is `is_twice`.
    """

    broadcast = models.ForeignKey(
        Broadcast, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "profiles.Customer",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    customer_key = models.UUIDField()
    bucket = models.SmallIntegerField()
    is_held_out = models.BooleanField()
    is_planned = models.BooleanField(db_default=False)
    is_twice = models.BooleanField(db_default=False)

    class Meta:
        db_table = "campaigns_recipient"
        constraints = [
            models.UniqueConstraint(
                fields=["broadcast", "customer_key"], name="campaigns_recipient_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["broadcast", "bucket", "id"],
                condition=models.Q(is_planned=False, is_held_out=False),
                name="campaigns_recipient_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id}: {self.customer_id}"
