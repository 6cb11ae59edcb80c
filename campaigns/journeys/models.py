"""Journeys, their immutable versions, and the people inside them."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Journey(models.Model):
    """One journey. `live_version` is the one new people enter; people inside stay on theirs."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        PAUSED = "paused"
        ENDED = "ended"

    class PeopleInside(models.TextChoices):
        """What people inside do while a journey is paused or ended."""

        GO_ON = "go_on"
        HOLD = "hold"
        LEAVE = "leave"

    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=120, unique=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    people_inside = models.CharField(
        max_length=8, choices=PeopleInside.choices, db_default=PeopleInside.GO_ON.value
    )
    live_version = models.ForeignKey(
        "campaigns.JourneyVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    tags = ArrayField(models.TextField(), default=list, db_default=[])

    class Meta:
        db_table = "campaigns_journey"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "live", "paused", "ended"]),
                name="campaigns_journey_status",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class JourneyVersion(models.Model):
    """A definition as published; no row ever changes."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    definition = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_journey_version"
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "number"], name="campaigns_journey_version_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} v{self.number}"


class JourneyNode(models.Model):
    """One node of a version, in the form the engine reads.

    `act` says what the engine does: move, wait, split, send, deliver (send and stay until the outcome
    is known), exit, ask (Python decides), hold (until an event), until (a time that Python works
    out) or call (a server).
    `next` holds the node behind each outlet; for a split `bounds` holds the bucket at which each
    outlet after the first begins.
    """

    pk = models.CompositePrimaryKey("version", "node")
    version = models.ForeignKey(
        JourneyVersion, on_delete=models.CASCADE, related_name="nodes", db_index=False
    )
    node = models.SmallIntegerField()
    name = models.CharField(max_length=64)
    type = models.CharField(max_length=32)
    act = models.CharField(max_length=8)
    outlets = ArrayField(models.TextField(), default=list)
    next = ArrayField(models.SmallIntegerField(), default=list)
    bounds = ArrayField(models.IntegerField(), default=list)
    salt = models.TextField(blank=True, default="")
    delay = models.DurationField(null=True)
    reason = models.TextField(default="")
    template_version = models.ForeignKey(
        "campaigns.TemplateVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    priority = models.SmallIntegerField(default=0)
    params = models.JSONField(default=dict)

    class Meta:
        db_table = "campaigns_journey_node"

    def __str__(self) -> str:
        return self.name


class JourneyTrigger(models.Model):
    """What lets people enter a version. `filter_path` is the filter as a JSON path.

    `is_open` is false where only those who were there at publishing come in. `key_path` is the
    property of the event whose value tells a person's ways apart. What the clock starts has its next
    time in `next_at`, how to go on from there in `settings`, and in `progress` the last customer who
    was let in at that time.
    """

    class Kind(models.TextChoices):
        SEGMENT_ENTERED = "segment_entered"
        SEGMENT_LEFT = "segment_left"
        TOUCHPOINT = "touchpoint"
        EVENT = "event"
        SCHEDULE = "schedule"
        DATE_TRAIT = "date_trait"
        API = "api"
        MANUAL = "manual"

    version = models.ForeignKey(JourneyVersion, on_delete=models.CASCADE, related_name="triggers")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    segment_id = models.BigIntegerField(null=True)
    event_name = models.TextField(blank=True, default="")
    filter = models.JSONField(default=list)
    filter_path = models.TextField(default="$")
    may_reenter = models.BooleanField(default=False)
    is_open = models.BooleanField(db_default=True)
    max_entries = models.IntegerField(null=True)
    min_gap = models.DurationField(db_default=timedelta(0))
    at_once = models.SmallIntegerField(db_default=1)
    max_age = models.DurationField(db_default=timedelta(days=1))
    key_path = ArrayField(models.TextField(), db_default=[])
    settings = models.JSONField(db_default={})
    next_at = models.DateTimeField(null=True)
    progress = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "campaigns_journey_trigger"
        indexes = [
            models.Index(fields=["kind", "segment_id"], name="campaigns_trigger_segment"),
            models.Index(fields=["kind", "event_name"], name="campaigns_trigger_event"),
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="campaigns_trigger_next",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_name or self.segment_id}"


class JourneyLeave(models.Model):
    """What makes people leave a version at once: a goal, which is a conversion, or an exit."""

    version = models.ForeignKey(JourneyVersion, on_delete=models.CASCADE, related_name="leaves")
    event_name = models.TextField()
    filter_path = models.TextField(default="$")
    is_goal = models.BooleanField()
    key_path = models.JSONField(null=True)

    class Meta:
        db_table = "campaigns_journey_leave"
        indexes = [models.Index(fields=["event_name"], name="campaigns_leave_event")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.event_name}"


class Enrollment(models.Model):
    """One person's way through one version.

    Nothing that a step changes is indexed, and the table keeps free space in its pages, so that a
    step stays inside its page. `customer_key` is a copy for the stable splits.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        FINISHED = "finished"
        REMOVED = "removed"
        HELD_OUT = "held_out"

    id = models.BigAutoField(primary_key=True)
    journey = models.ForeignKey(
        Journey, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    version = models.ForeignKey(
        JourneyVersion,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    customer = models.ForeignKey(
        "profiles.Customer", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    customer_key = models.UUIDField()
    instance_key = models.TextField(db_default="")
    arm = models.CharField(max_length=10)
    state = models.CharField(max_length=8, choices=State.choices)
    node = models.SmallIntegerField()
    step_no = models.IntegerField(db_default=0)
    entered_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cause_kind = models.CharField(max_length=16)
    cause_id = models.BigIntegerField(null=True)
    ctx = models.JSONField(null=True)

    class Meta:
        db_table = "campaigns_enrollment"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(arm__in=["treatment", "holdout"]),
                name="campaigns_enrollment_arm",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["active", "finished", "removed", "held_out"]),
                name="campaigns_enrollment_state",
            ),
            models.UniqueConstraint(
                fields=["journey", "customer", "instance_key"],
                condition=models.Q(state="active"),
                name="campaigns_enrollment_active",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "journey"], name="campaigns_enrollment_customer"),
            models.Index(fields=["journey", "entered_at"], name="campaigns_enrollment_entered"),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}/{self.customer_id}"


class Timer(models.Model):
    """When an enrollment moves next: exactly one for each active enrollment.

    Rows are only inserted and deleted. `version` and `node` are set when Python decides there, so
    that those visits are gathered by node. No foreign keys: the queue's cost is the engine's cost.
    """

    enrollment_id = models.BigIntegerField(primary_key=True)
    due_at = models.DateTimeField()
    step_no = models.IntegerField()
    version_id = models.BigIntegerField(null=True)
    node = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "campaigns_timer"
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(node=None), name="campaigns_timer_due"
            ),
            models.Index(
                fields=["version_id", "node", "due_at"],
                condition=models.Q(node__isnull=False),
                name="campaigns_timer_ask",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} at {self.due_at}"


class HeldTimer(models.Model):
    """The timer of somebody who is held in a paused journey."""

    enrollment_id = models.BigIntegerField(primary_key=True)
    due_at = models.DateTimeField()
    step_no = models.IntegerField()
    version_id = models.BigIntegerField(null=True)
    node = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "campaigns_held_timer"

    def __str__(self) -> str:
        return f"{self.enrollment_id} held, {self.due_at}"


class Waiting(models.Model):
    """One event for which one enrollment waits. Whoever takes its timer moves the person."""

    pk = models.CompositePrimaryKey("enrollment_id", "step_no", "outlet")
    enrollment_id = models.BigIntegerField()
    step_no = models.IntegerField()
    outlet = models.SmallIntegerField()
    customer_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    node = models.SmallIntegerField()
    event_name = models.TextField()
    since = models.DateTimeField()

    class Meta:
        db_table = "campaigns_waiting"
        indexes = [
            models.Index(fields=["event_name", "customer_id"], name="campaigns_waiting_event")
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} for {self.event_name}"


class Step(models.Model):
    """Each step from node to node of one enrollment, with its reason: a view of the rows of the log."""

    pk = models.CompositePrimaryKey("enrollment_id", "step_no")
    enrollment_id = models.BigIntegerField()
    step_no = models.IntegerField()
    version_id = models.BigIntegerField()
    node = models.SmallIntegerField()
    next_node = models.SmallIntegerField(null=True)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "campaigns_step"

    def __str__(self) -> str:
        return f"{self.enrollment_id} #{self.step_no} {self.reason}"


class NodeTally(models.Model):
    """How many people went from a node to the next in one batch; summed for the pages, compacted daily."""

    version_id = models.BigIntegerField()
    node = models.SmallIntegerField()
    next_node = models.SmallIntegerField(null=True)
    moved = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_node_tally"
        indexes = [models.Index(fields=["version_id"], name="campaigns_node_tally_version")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.node} → {self.next_node} {self.moved}"


class JourneyDraft(models.Model):
    """What staff are building. `place` is the edit that shows; those behind it can be redone."""

    journey = models.OneToOneField(
        Journey, primary_key=True, on_delete=models.CASCADE, related_name="draft"
    )
    place = models.IntegerField(default=0)
    based_on = models.ForeignKey(
        JourneyVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=40)

    class Meta:
        db_table = "campaigns_journey_draft"

    def __str__(self) -> str:
        return f"Draft of {self.journey_id}"


class JourneyEdit(models.Model):
    """The draft after one edit; the last hundred are kept for undoing."""

    draft = models.ForeignKey(JourneyDraft, on_delete=models.CASCADE, related_name="edits")
    place = models.IntegerField()
    label = models.CharField(max_length=120)
    definition = models.JSONField()

    class Meta:
        db_table = "campaigns_journey_edit"
        constraints = [
            models.UniqueConstraint(fields=["draft", "place"], name="campaigns_journey_edit_place"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} #{self.place} {self.label}"


class Throttling(models.Model):
    """When the next person may go on at a throttle."""

    pk = models.CompositePrimaryKey("version_id", "node")
    version_id = models.BigIntegerField()
    node = models.SmallIntegerField()
    next_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_throttle"

    def __str__(self) -> str:
        return f"{self.version_id}: {self.node} at {self.next_at}"


class Call(models.Model):
    """One call of a server for one visit of a step, planned once: the unique key says so.

    Its key goes along as `Idempotency-Key`, so that a server can tell a repetition. What it answered
    is kept here and on the enrollment. One that staff have made again after it failed keeps its
    `finished_at` and moves nobody any more.
    """

    class Status(models.TextChoices):
        PLANNED = "planned"
        ANSWERED = "answered"
        FAILED = "failed"
        SKIPPED = "skipped"

    key = models.UUIDField(unique=True, db_default=models.Func(function="gen_random_uuid"))
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    step_no = models.IntegerField()
    version_id = models.BigIntegerField()
    node = models.SmallIntegerField()
    status = models.CharField(max_length=8, choices=Status.choices, db_default="planned")
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(db_default=0)
    answer_status = models.SmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    error = models.TextField(db_default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "campaigns_call"
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step_no"], name="campaigns_call_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(status="planned"),
                name="campaigns_call_due",
            ),
            models.Index(
                fields=["version_id", "node"],
                condition=~models.Q(error=""),
                name="campaigns_call_error",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} #{self.step_no} {self.status}"
