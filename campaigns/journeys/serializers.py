"""What the REST API of journeys takes and gives."""

from typing import Any

from rest_framework import serializers


class PersonSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=64, help_text="user_id, email, phone or an own kind.")
    value = serializers.CharField(max_length=255)


class EntrySerializer(serializers.Serializer[Any]):
    person = PersonSerializer()
    traits = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, default=dict
    )
    properties = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, default=dict,
        help_text="Stand in for the properties of an event: `{{ event.total }}` in messages, the key.",
    )  # fmt: skip


class EnteredSerializer(serializers.Serializer[Any]):
    entered = serializers.BooleanField(
        help_text="False where the rules for entering again do not allow it."
    )
