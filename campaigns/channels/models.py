"""Senders, the devices people registered, and the messages that we keep for them ourselves."""

from django.db import models

from campaigns.contracts import Channel

CHANNEL_CHOICES = [(channel.value, channel.value) for channel in Channel]


class Sender(models.Model):
    """How messages of one channel leave. `config` is checked by the provider's own type."""

    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=16, choices=CHANNEL_CHOICES)
    kind = models.CharField(max_length=32)
    config = models.JSONField(default=dict)
    from_address = models.CharField(max_length=254, blank=True)
    from_name = models.CharField(max_length=120, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    is_default = models.BooleanField(default=False)
    is_paused = models.BooleanField(default=False)
    stands_in = models.BooleanField(default=False)
    """Whether it sends what another sender of the channel cannot hand over."""
    price = models.DecimalField(max_digits=10, decimal_places=5, default=0)
    """What one message costs, for budgets in money."""
    failures = models.IntegerField(default=0)
    broken_until = models.DateTimeField(null=True)
    """Until when it is left alone, after failing several times in a row."""
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=64, default="")
    checked_at = models.DateTimeField(null=True)
    is_checked_ok = models.BooleanField(default=False)
    check_text = models.CharField(max_length=300, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_sender"
        constraints = [
            models.UniqueConstraint(
                fields=["channel"],
                condition=models.Q(is_default=True),
                name="campaigns_sender_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SendingPause(models.Model):
    """While its one row exists nothing is sent, on no channel."""

    is_on = models.BooleanField(unique=True, default=True)
    paused_at = models.DateTimeField()
    paused_by = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)

    class Meta:
        db_table = "campaigns_sending_pause"
        constraints = [
            models.CheckConstraint(condition=models.Q(is_on=True), name="campaigns_pause_once"),
        ]

    def __str__(self) -> str:
        return self.reason


class Device(models.Model):
    """A phone or a browser that a person let us push to.

    `address` is the token of a phone or the address of a browser's push service; `secrets` holds
    the keys of a browser. One row for each address: whoever registered it last has it.
    """

    CHANNELS = (Channel.PUSH, Channel.WEBPUSH)

    key = models.UUIDField(unique=True)
    customer = models.ForeignKey(
        "profiles.Customer", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=16, choices=[(c.value, c.value) for c in CHANNELS])
    address = models.TextField()
    secrets = models.JSONField(default=dict)
    platform = models.CharField(max_length=32, blank=True, default="")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "campaigns_device"
        constraints = [
            models.UniqueConstraint(fields=["channel", "address"], name="campaigns_device_address"),
            models.CheckConstraint(
                condition=models.Q(channel__in=["push", "webpush"]),
                name="campaigns_device_channel",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "channel"], name="campaigns_device_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class Card(models.Model):
    """A message that we keep: in a person's inbox, or for the clerk of a store.

    `key` is the key of the delivery that brought it.
    """

    CHANNELS = (Channel.INAPP, Channel.TASK)

    key = models.UUIDField(unique=True)
    customer = models.ForeignKey(
        "profiles.Customer", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=16, choices=[(c.value, c.value) for c in CHANNELS])
    kind = models.CharField(max_length=16, default="card")
    title = models.TextField()
    body = models.TextField()
    button = models.TextField(default="")
    url = models.TextField(default="")
    place = models.CharField(max_length=120, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "campaigns_card"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["inapp", "task"]), name="campaigns_card_channel"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "id"], name="campaigns_card_customer"),
            models.Index(
                fields=["place", "id"],
                condition=models.Q(channel="task", closed_at=None),
                name="campaigns_card_open_tasks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"
