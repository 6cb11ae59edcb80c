"""What the REST API of broadcasts takes and gives."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from campaigns.broadcasts.rules import Timing


class NewBroadcastSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    template = serializers.UUIDField(help_text="The key of a published template.")
    included = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, help_text="Keys of segments that get it."
    )
    excluded = serializers.ListField(child=serializers.UUIDField(), default=list)
    tags = serializers.ListField(child=serializers.CharField(max_length=64), default=list)
    priority = serializers.IntegerField(min_value=-100, max_value=100, default=0)
    timing = serializers.ChoiceField([each.value for each in Timing], default=Timing.NOW.value)
    send_at = serializers.DateTimeField(default=None, help_text="Needed by the timing `at`.")
    local_on = serializers.DateField(default=None, help_text="Needed by the timing `local`.")
    local_time = serializers.TimeField(default=None, help_text="Needed by the timing `local`.")
    holdout_percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=50, default=Decimal(10)
    )
    rollout = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=100), default=[100],
        help_text="Growing shares of the audience in percent, the last of them 100.",
    )  # fmt: skip
    step_minutes = serializers.IntegerField(min_value=1, max_value=10_080, default=60)
    goal_event = serializers.CharField(max_length=200, default="", allow_blank=True)
    goal_days = serializers.IntegerField(min_value=1, max_value=90, default=7)


class BroadcastSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.CharField()
    starts_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    stop_reason = serializers.CharField()
    rollout = serializers.ListField(child=serializers.IntegerField())
    measured_at = serializers.DateTimeField(allow_null=True)
    figures = serializers.DictField(
        help_text="`waiting`, `held_out`, `twice`, `queued`, `sent`, `held_back`, `failed` and "
        "`unknown` add up to `audience`."
    )


class StopSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)
