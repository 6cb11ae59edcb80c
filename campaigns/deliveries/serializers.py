"""What the REST API of messages and sending limits takes and gives."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.deliveries.models import (
    Decision,
    FrequencyCap,
    QuietHours,
    SendingRule,
    VolumeLimit,
)
from campaigns.deliveries.volume import list_targets


class CapSerializer(serializers.ModelSerializer[FrequencyCap]):
    class Meta:
        model = FrequencyCap
        fields = "__all__"
        extra_kwargs = {
            "max_count": {"min_value": 0, "max_value": 1_000},
            "days": {"min_value": 1, "max_value": 366},
        }


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
class ClockField(serializers.TimeField):
    """A time on everybody's own clock, which has no zone."""


class QuietHoursSerializer(serializers.ModelSerializer[QuietHours]):
    starts_at = ClockField(format="%H:%M", input_formats=["%H:%M"])
    ends_at = ClockField(format="%H:%M", input_formats=["%H:%M"])

    class Meta:
        model = QuietHours
        fields = "__all__"


class VolumeLimitSerializer(serializers.ModelSerializer[VolumeLimit]):
    class Meta:
        model = VolumeLimit
        fields = "__all__"
        extra_kwargs = {
            "amount": {"min_value": 0},
            "subject": {"help_text": "A channel, a provider, a domain, or the key of the scope."},
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a subject that the scope does not have."""
        scope, subject = attrs["scope"], attrs.get("subject", "")
        is_domain = scope == VolumeLimit.Scope.DOMAIN and "." in subject
        if not is_domain and f"{scope}:{subject}" not in dict(list_targets()):
            raise serializers.ValidationError({"subject": f"There is no such {scope}."})
        return {**attrs, "subject": subject.lower()}


class SendingRuleSerializer(serializers.ModelSerializer[SendingRule]):
    class Meta:
        model = SendingRule
        fields = ("holdout_percent", "gap_minutes", "adds_utm", "utm_source")
        extra_kwargs = {
            "holdout_percent": {"min_value": 0, "max_value": 50},
            "gap_minutes": {"min_value": 0, "max_value": 10_080},
        }


class ActivitySerializer(serializers.Serializer[Any]):
    message = serializers.UUIDField(source="delivery_key")
    customer = serializers.UUIDField(source="customer_key")
    channel = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Decision.Outcome.values)
    reason = serializers.CharField()
    text = serializers.CharField(help_text="The reason as a sentence.")
    read = serializers.ListField(child=serializers.CharField(), help_text="What was read.")
    numbers = serializers.DictField()
    decided_at = serializers.DateTimeField()
    template = serializers.CharField()
    journey = serializers.CharField(allow_null=True)
    broadcast = serializers.CharField(allow_null=True)


class StepSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    outcome = serializers.CharField(source="label")
    text = serializers.CharField()
    read = serializers.ListField(child=serializers.CharField())
    winner = serializers.UUIDField(
        allow_null=True, help_text="The message that has the last slot under a cap in its place."
    )


class ReactionSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    text = serializers.CharField()
    is_bot = serializers.BooleanField(help_text="What a program did counts nowhere.")


class MessageSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    customer = serializers.UUIDField(source="customer_key")
    channel = serializers.CharField()
    status = serializers.CharField()
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    template = serializers.CharField()
    version = serializers.IntegerField()
    journey = serializers.CharField(allow_null=True)
    broadcast = serializers.CharField(allow_null=True)
    decisions = StepSerializer(many=True, source="steps")
    events = ReactionSerializer(many=True, source="reactions")
