"""Webhooks: how a source signs and what becomes of its requests, and how the last ones went."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Webhook(models.Model):
    """The settings of one source of the kind webhook. The secret is encrypted.

    The address is not stored: it is signed over the source and `address_version`, so that raising
    the version makes a new one and the old one useless. The mapping is JSON as it was written.
    """

    source = models.OneToOneField(
        "profiles.Source", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    ready = models.CharField(max_length=40, blank=True)
    address_version = models.IntegerField(default=1, db_default=1)
    signature = models.JSONField()
    secret_sealed = models.TextField(blank=True)
    mapping = models.TextField()
    mapping_version = models.IntegerField(default=1, db_default=1)
    updated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.source_id)


class WebhookDelivery(models.Model):
    """How one of the last requests of a source went; only the newest are kept."""

    class Outcome(models.TextChoices):
        STORED = "stored", "Stored"
        REPEATED = "repeated", "Repeated, left out"
        IGNORED = "ignored", "Ignored by the mapping"
        QUARANTINED = "quarantined", "In quarantine"

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(
        "profiles.Source", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    request_id = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    events = models.IntegerField()
    field = models.CharField(max_length=200, blank=True)
    detail = models.TextField(blank=True)
    body = models.BinaryField()

    class Meta:
        db_table = "profiles_webhook_delivery"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request_id"], name="webhook_delivery_request_unique"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["stored", "repeated", "ignored", "quarantined"]),
                name="webhook_delivery_outcome_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["source", "-received_at"], name="webhook_delivery_recent")
        ]

    def __str__(self) -> str:
        return self.request_id


class WebhookRefusal(models.Model):
    """How many requests of a source were refused in one hour, by reason."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(
        "profiles.Source", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    hour = models.DateTimeField()
    reason = models.CharField(max_length=40)
    refused = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "profiles_webhook_refusal"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "hour", "reason"], name="webhook_refusal_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.reason}"
