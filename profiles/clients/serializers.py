"""What end users send and get."""

from typing import Any

from rest_framework import serializers

from profiles.consent.models import ConsentState


class OwnProfileSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    traits = serializers.DictField(child=serializers.JSONField(allow_null=True))


class OwnTraitsSerializer(serializers.Serializer[Any]):
    traits = serializers.DictField(
        child=serializers.JSONField(allow_null=True), allow_empty=False,
        help_text="Only traits that the source allows its users to write; null removes one.",
    )  # fmt: skip


class PreferenceSerializer(serializers.Serializer[Any]):
    channel = serializers.RegexField(r"^[a-z][a-z0-9_]{0,31}\Z")
    topic = serializers.CharField(
        max_length=100, default="", allow_blank=True, help_text="Empty for the whole channel."
    )
    state = serializers.ChoiceField(choices=ConsentState.choices)
    changed_at = serializers.DateTimeField(read_only=True)


class OwnStatementSerializer(serializers.Serializer[Any]):
    channel = serializers.RegexField(r"^[a-z][a-z0-9_]{0,31}\Z")
    topic = serializers.CharField(max_length=100, default="", allow_blank=True)
    state = serializers.ChoiceField(choices=["granted", "withdrawn"])
    text_version = serializers.CharField(
        max_length=100, default="", allow_blank=True,
        help_text="Which wording the user saw; part of the proof.",
    )  # fmt: skip


class PreferencesSerializer(serializers.Serializer[Any]):
    preferences = PreferenceSerializer(many=True)


class StatementsSerializer(serializers.Serializer[Any]):
    preferences = serializers.ListField(
        child=OwnStatementSerializer(), allow_empty=False, max_length=100
    )
