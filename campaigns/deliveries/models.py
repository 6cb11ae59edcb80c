"""The outgoing queue, the decisions taken about it, what came back, and the limits it keeps."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Mod, Now

from campaigns.channels.models import CHANNEL_CHOICES
from campaigns.content.models import CLASS_CHOICES
from campaigns.contracts import DeliveryStatus, EventKind

# Claims of one shard are serialized, so that caps hold without a lock per person; 16 shards are
# more than the workers one PostgreSQL can feed.
SHARDS = 16
_ERRORS = models.Index(
    fields=["journey_version", "node"],
    condition=models.Q(status="failed")
    | models.Q(status="held_back", reason__startswith="missing_value"),
    name="campaigns_delivery_error",
)


class Delivery(models.Model):
    """One message to one person, planned once: the unique keys say so.

    All deliveries of a person lie in one shard. Columns of the queue are only in partial indexes:
    rows which left it cost nothing. What planned it has no constraint: it wrote the row itself.
    """

    key = models.UUIDField(unique=True, db_default=models.Func(function="campaigns_delivery_key"))
    customer = models.ForeignKey(
        "profiles.Customer",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    shard = models.GeneratedField(
        expression=Mod("customer_id", SHARDS),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    channel = models.CharField(max_length=16, choices=CHANNEL_CHOICES)
    message_class = models.CharField(max_length=16, choices=CLASS_CHOICES)
    topic = models.CharField(max_length=64, db_default="")
    tags = ArrayField(models.TextField(), db_default=[])
    priority = models.SmallIntegerField(db_default=0)
    address = models.TextField(db_default="")
    sender = models.ForeignKey(
        "campaigns.Sender", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    template_version = models.ForeignKey(
        "campaigns.TemplateVersion",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    journey = models.ForeignKey(
        "campaigns.Journey",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    journey_version = models.ForeignKey(
        "campaigns.JourneyVersion",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    enrollment = models.ForeignKey(
        "campaigns.Enrollment",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    node = models.SmallIntegerField(null=True)
    step_no = models.IntegerField(null=True)
    broadcast = models.ForeignKey(
        "campaigns.Broadcast",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    recipient = models.ForeignKey(
        "campaigns.Recipient",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    ctx = models.JSONField(null=True)
    wording = models.JSONField(null=True)
    """The values it was put into words with: with its version of the template, what was sent."""
    status = models.CharField(max_length=16, db_default=DeliveryStatus.PLANNED.value)
    due_at = models.DateTimeField()
    waits_for = models.ForeignKey(
        "campaigns.VolumeLimit",
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    created_at = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True)
    handing_over_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(db_default=0)
    gate = models.JSONField(null=True)
    locale = models.CharField(max_length=16, null=True)  # noqa: DJ001  none until it has words
    reason = models.TextField(db_default="")
    provider_id = models.TextField(db_default="")

    class Meta:
        db_table = "campaigns_delivery"
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "node", "step_no"], name="campaigns_delivery_once"
            ),
            models.UniqueConstraint(
                fields=["recipient"],
                condition=models.Q(recipient__isnull=False),
                name="campaigns_delivery_recipient",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[item.value for item in DeliveryStatus]),
                name="campaigns_delivery_status",
            ),
        ]
        indexes = [
            models.Index(
                fields=["broadcast"],
                condition=models.Q(broadcast__isnull=False),
                name="campaigns_delivery_broadcast",
            ),
            models.Index(
                fields=["shard", "due_at", "id"],
                condition=models.Q(status="planned"),
                name="campaigns_delivery_due",
            ),
            models.Index(
                fields=["waits_for", "id"],
                condition=models.Q(status="planned", waits_for__isnull=False),
                name="campaigns_delivery_waits",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(status="claimed"),
                name="campaigns_delivery_claimed",
            ),
            models.Index(fields=["customer", "claimed_at"], name="campaigns_delivery_customer"),
            models.Index(
                fields=["handed_over_at"],
                condition=models.Q(status="unknown"),
                name="campaigns_delivery_unknown",
            ),
            _ERRORS,
        ]

    def __str__(self) -> str:
        return str(self.key)


class Decision(models.Model):
    """Why a message went out, was held back or was delayed. Append-only; a fact log.

    The column `xid` (see `kernel.events`) exists in the table only. No database constraints: the
    statement that decides reads both ids from the delivery.
    """

    class Outcome(models.TextChoices):
        SENT = "sent"
        HELD_BACK = "held_back"
        DELAYED = "delayed"
        FAILED = "failed"
        UNKNOWN = "unknown"

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        "profiles.Customer",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.CASCADE,
        related_name="decisions",
        db_index=False,
        db_constraint=False,
    )
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    reason = models.TextField()
    numbers = models.JSONField(db_default={})
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_decision"
        indexes = [
            models.Index(fields=["delivery"], name="campaigns_decision_delivery"),
            models.Index(fields=["customer", "decided_at"], name="campaigns_decision_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.reason}"


class DeliveryEvent(models.Model):
    """What came back about a delivery. Append-only; a replayed report meets its key and adds nothing.

    The column `xid` (see `kernel.events`) exists in the table only.
    """

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    kind = models.CharField(max_length=16, choices=[(item.value, item.value) for item in EventKind])
    at = models.DateTimeField()
    key = models.TextField(unique=True)
    is_bot = models.BooleanField(db_default=False)
    raw = models.JSONField(db_default={})

    class Meta:
        db_table = "campaigns_delivery_event"
        indexes = [
            models.Index(fields=["delivery"], name="campaigns_delivery_event_deliv"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.delivery_id}"


class MergeMove(models.Model):
    """One row that a merge of people gave to the winner; giving it back deletes this."""

    merge_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    row_id = models.BigIntegerField()

    class Meta:
        db_table = "campaigns_merge_move"
        indexes = [models.Index(fields=["merge_id"], name="campaigns_merge_move_merge")]

    def __str__(self) -> str:
        return f"{self.merge_id}: {self.kind} {self.row_id}"


class FrequencyCap(models.Model):
    """At most `max_count` messages in a period; all caps that apply must allow.

    A period is so many rolling `days`, so many rolling hours (`days` counts them), or the running
    day, week or month of the person's calendar. A cap with a topic or a tag limits and counts only
    such messages.
    """

    class Period(models.TextChoices):
        ROLLING = "rolling", "rolling days"
        HOURS = "hours", "rolling hours"
        DAY = "day", "the calendar day"
        WEEK = "week", "the calendar week"
        MONTH = "month", "the calendar month"

    name = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=16, choices=CHANNEL_CHOICES, blank=True, default="")
    message_class = models.CharField(max_length=16, choices=CLASS_CHOICES, default="marketing")
    topic = models.CharField(max_length=64, blank=True, default="")
    tag = models.CharField(max_length=64, blank=True, default="")
    max_count = models.IntegerField()
    days = models.IntegerField()
    period = models.CharField(max_length=8, choices=Period.choices, default=Period.ROLLING.value)
    default_zone = models.CharField(max_length=64, default="UTC")
    counts_transactional = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "campaigns_frequency_cap"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_count__gte=0, days__gte=1), name="campaigns_cap_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QuietHours(models.Model):
    """When a channel keeps silent, in the person's own time zone, or `default_zone` without one."""

    class Policy(models.TextChoices):
        WAIT = "wait", "Messages wait until they end"
        DROP = "drop", "Messages are held back for good"

    channel = models.CharField(max_length=16, choices=CHANNEL_CHOICES, unique=True)
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    default_zone = models.CharField(max_length=64, default="UTC")
    policy = models.CharField(max_length=8, choices=Policy.choices, default=Policy.WAIT.value)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "campaigns_quiet_hours"
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return f"{self.channel} {self.starts_at:%H:%M} to {self.ends_at:%H:%M}"


class SendingRule(models.Model):
    """The one row of rules for all marketing: who never gets any, and the least time between two."""

    is_on = models.BooleanField(unique=True, default=True)
    holdout_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    gap_minutes = models.IntegerField(default=0)
    adds_utm = models.BooleanField(default=False, db_default=False)
    utm_source = models.CharField(max_length=60, default="newsletter", db_default="newsletter")
    """Links of all messages get `utm_…` when they are followed; see `rules.add_parameters`."""

    class Meta:
        db_table = "campaigns_sending_rule"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    is_on=True, holdout_percent__gte=0, holdout_percent__lte=50, gap_minutes__gte=0
                ),
                name="campaigns_sending_rule_once",
            ),
        ]

    def __str__(self) -> str:
        return "Rules of all marketing"


class VolumeLimit(models.Model):
    """At most so many messages, or so much money, in a period; what is more waits or is held back.

    `subject` is what the scope is about: a channel, a provider's kind, a domain, or the key of a
    sender, journey or broadcast. A message costs what its sender says.
    """

    class Scope(models.TextChoices):
        EVERYTHING = "everything", "All messages"
        CHANNEL = "channel", "A channel"
        SENDER = "sender", "A sender"
        PROVIDER = "provider", "A provider"
        DOMAIN = "domain", "A domain of recipients"
        JOURNEY = "journey", "A journey"
        BROADCAST = "broadcast", "A broadcast"

    class Measure(models.TextChoices):
        MESSAGES = "messages", "messages"
        MONEY = "money", "money"

    class Period(models.TextChoices):
        MINUTE = "minute", "any 60 seconds"
        HOUR = "hour", "any 60 minutes"
        DAY = "day", "the calendar day"
        WEEK = "week", "the calendar week"
        MONTH = "month", "the calendar month"

    class Policy(models.TextChoices):
        WAIT = "wait", "Messages wait for room"
        HOLD_BACK = "hold_back", "Marketing is held back for good"

    name = models.CharField(max_length=120, unique=True)
    scope = models.CharField(max_length=12, choices=Scope.choices)
    subject = models.CharField(max_length=253, blank=True, default="")
    measure = models.CharField(
        max_length=8, choices=Measure.choices, default=Measure.MESSAGES.value
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    period = models.CharField(max_length=8, choices=Period.choices)
    zone = models.CharField(max_length=64, default="UTC")
    policy = models.CharField(max_length=10, choices=Policy.choices, default=Policy.WAIT.value)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "campaigns_volume_limit"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="campaigns_volume_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VolumeUse(models.Model):
    """What counted for a volume limit within one slot of time; slots of the past are deleted."""

    limit = models.ForeignKey(
        VolumeLimit, on_delete=models.CASCADE, related_name="uses", db_index=False
    )
    slot = models.DateTimeField()
    used = models.DecimalField(max_digits=14, decimal_places=5)

    class Meta:
        db_table = "campaigns_volume_use"
        constraints = [
            models.UniqueConstraint(fields=["limit", "slot"], name="campaigns_volume_use_slot"),
        ]

    def __str__(self) -> str:
        return f"{self.limit_id} {self.slot:%Y-%m-%d %H:%M:%S}: {self.used}"
