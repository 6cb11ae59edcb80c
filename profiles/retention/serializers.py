"""What the REST API of retention rules takes and gives."""

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from kernel.retention.services import LONGEST_DAYS, SHORTEST_DAYS
from profiles.retention.models import RetentionRule


class NewRetentionRuleSerializer(serializers.Serializer[Any]):
    """What is to be kept for how long."""

    event = serializers.CharField(
        max_length=200,
        allow_blank=True,
        default="",
        help_text="Empty for every event of the source.",
    )
    keep_days = serializers.IntegerField(min_value=SHORTEST_DAYS, max_value=LONGEST_DAYS)

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        source = serializers.UUIDField(
            allow_null=True, default=None, help_text="The key of a source; null for every source."
        )
        return {**super().get_fields(), "source": source}


class RetentionRuleSerializer(serializers.ModelSerializer[RetentionRule]):
    """A rule and what it has forgotten."""

    event = serializers.CharField(source="event.name", default=None, allow_null=True)

    class Meta:
        model = RetentionRule
        fields = (
            "key", "event", "keep_days", "next_at", "last_at", "last_forgotten",
            "forgotten", "created_by", "created_at",
        )  # fmt: skip

    @override
    def get_fields(self) -> dict[str, Any]:
        source = serializers.UUIDField(source="source.key", default=None, allow_null=True)
        return {**super().get_fields(), "source": source}


class RetentionRulesSerializer(serializers.Serializer[Any]):
    """All rules."""

    results = RetentionRuleSerializer(many=True)
