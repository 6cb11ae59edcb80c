"""The staff's choice of how long each log is kept."""

from django.db import models


class RetentionPolicy(models.Model):
    """How many days a log is kept; without a number, or without a row, for ever."""

    log = models.TextField(primary_key=True)
    keep_days = models.PositiveIntegerField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    forgotten = models.BigIntegerField(default=0, db_default=0)
    error = models.TextField(blank=True, db_default="")

    class Meta:
        verbose_name_plural = "retention policies"

    def __str__(self) -> str:
        return self.log
