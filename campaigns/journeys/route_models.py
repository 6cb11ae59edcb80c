"""The routes of a version, and the log of who took which."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class JourneyRoute(models.Model):
    """Where an outlet of a node leads: through everything that takes no time, to where people stay.

    Made of the nodes at publishing, so that one statement moves people over several nodes. `nodes` are
    those it passes, both ends included, and `reasons` what the log says about each of its `moves`.
    `messages` counts the moves before each message. One split at most lies on it: people take it
    whose bucket of `salt` is at least the first of the `bounds` and below the second. `is_default`
    tells the route of those for whom nobody chose an outlet.
    """

    version = models.ForeignKey(
        "campaigns.JourneyVersion", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    node = models.SmallIntegerField()
    place = models.SmallIntegerField()
    left_act = models.CharField(max_length=8)
    is_default = models.BooleanField()
    salt = models.TextField()
    bounds = ArrayField(models.IntegerField())
    moves = models.SmallIntegerField()
    nodes = ArrayField(models.SmallIntegerField())
    reasons = ArrayField(models.TextField())
    messages = ArrayField(models.IntegerField())
    here = models.SmallIntegerField()
    act = models.CharField(max_length=8)
    delay = models.DurationField(null=True)

    class Meta:
        db_table = "campaigns_journey_route"
        indexes = [models.Index(fields=["version", "node"], name="campaigns_route_from")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.node} → {self.here}"


class StepRow(models.Model):
    """One route that one enrollment took, or one step that is on no route. Append-only; by month on `at`.

    `step_no` is the number of the first step. `reason` is empty where the route knows it. The database
    has no primary key on it: an index that nothing reads.
    """

    pk = models.CompositePrimaryKey("enrollment_id", "step_no")
    enrollment_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    at = models.DateTimeField()
    route_id = models.BigIntegerField(null=True)
    step_no = models.IntegerField()
    node = models.SmallIntegerField()
    next_node = models.SmallIntegerField(null=True)
    reason = models.TextField()

    class Meta:
        db_table = "campaigns_step_log"
        indexes = [models.Index(fields=["enrollment_id"], name="campaigns_step_log_enrollment")]

    def __str__(self) -> str:
        return f"{self.enrollment_id} from #{self.step_no}"
