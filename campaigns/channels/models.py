"""Senders: a configured provider on one channel, with the name the person sees."""

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
