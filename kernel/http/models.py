"""Requests that were answered, so that a repeated one gets the same answer."""

from typing import ClassVar

from django.db import models


class IdempotencyKey(models.Model):
    """One answered request. It lives for a day; see `kernel.http.idempotency`."""

    caller = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(null=True)  # noqa: DJ001 (no answer yet is not an empty answer)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["caller", "key"], name="idempotency_key_once_a_caller")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_age_idx")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
