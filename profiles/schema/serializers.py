"""What programs send and get about events and their plan."""

from typing import Any

from rest_framework import serializers

from profiles.schema.rules import KINDS, MAX_NAME, MAX_VALUES, TYPES


class PlannedPropertySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=MAX_NAME)
    type = serializers.ChoiceField(choices=list(TYPES), default="any")
    is_required = serializers.BooleanField(default=False)
    values = serializers.ListField(
        child=serializers.CharField(max_length=MAX_NAME), default=list, max_length=MAX_VALUES,
        help_text="What is allowed, as text; empty for anything.",
    )  # fmt: skip
    description = serializers.CharField(max_length=1_000, default="", allow_blank=True)


class PlanSerializer(serializers.Serializer[Any]):
    description = serializers.CharField(max_length=1_000, default="", allow_blank=True)
    owner = serializers.CharField(max_length=100, default="", allow_blank=True)
    properties = serializers.ListField(
        child=PlannedPropertySerializer(), default=list, max_length=500
    )


class NewPlanSerializer(PlanSerializer):
    name = serializers.CharField(max_length=200, help_text="Exactly as the source sends it.")


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    is_planned = serializers.BooleanField()
    seen = serializers.IntegerField()
    seen_in_30_days = serializers.IntegerField(source="recent")
    violations_in_30_days = serializers.IntegerField(source="violations")
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)


class FoundPropertySerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    seen = serializers.IntegerField()
    types = serializers.DictField(
        child=serializers.IntegerField(), help_text="How often it came as which type."
    )
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)


class EventDetailSerializer(EventSerializer):
    properties = FoundPropertySerializer(many=True)
    plan = PlanSerializer(allow_null=True)


class ViolationSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    event = serializers.CharField()
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field's name
    kind = serializers.ChoiceField(choices=list(KINDS))
    property = serializers.CharField(allow_blank=True)
    found = serializers.CharField(allow_blank=True, help_text="The type that came.")
    action = serializers.ChoiceField(choices=["allow", "omit", "block"])
    seen = serializers.IntegerField()
    last_at = serializers.DateTimeField()


class ActionsSerializer(serializers.Serializer[Any]):
    unplanned_event = serializers.ChoiceField(choices=["allow", "block"])
    unplanned_property = serializers.ChoiceField(choices=["allow", "omit", "block"])
    missing_property = serializers.ChoiceField(choices=["allow", "block"])
    wrong_type = serializers.ChoiceField(choices=["allow", "omit", "block"])
    not_allowed_value = serializers.ChoiceField(choices=["allow", "omit", "block"])
