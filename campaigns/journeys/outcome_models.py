"""What pages say about a version beside its steps: its messages, and who was not let in."""

from django.db import models


class MessageTally(models.Model):
    """How many messages of a step were sent, held back, opened or clicked; each counts once."""

    pk = models.CompositePrimaryKey("version_id", "node", "kind")
    version_id = models.BigIntegerField()
    node = models.SmallIntegerField()
    kind = models.CharField(max_length=16)
    messages = models.BigIntegerField()

    class Meta:
        db_table = "campaigns_message_tally"

    def __str__(self) -> str:
        return f"{self.version_id}: {self.node} {self.kind} {self.messages}"


class Refusal(models.Model):
    """Why a version did not let somebody in, how often, and what would have let them in last.

    A merge leaves the rows where they are: who reads asks for the merged people too.
    """

    pk = models.CompositePrimaryKey("customer_id", "version_id", "reason")
    customer_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    reason = models.CharField(max_length=16)
    times = models.IntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    cause_kind = models.CharField(max_length=16)
    cause_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "campaigns_refusal"
        indexes = [
            models.Index(fields=["version_id", "-last_at"], name="campaigns_refusal_version"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.customer_id} {self.reason}"
