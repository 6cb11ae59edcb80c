"""What the REST API of trait changes takes and gives."""

from typing import Any

from rest_framework import serializers

from profiles.changes.models import TraitChange


class NewTraitChangeSerializer(serializers.Serializer[Any]):
    trait = serializers.CharField(max_length=200)
    value = serializers.JSONField(allow_null=True, help_text="Null removes the trait.")
    segment = serializers.UUIDField(
        allow_null=True, default=None, help_text="Only its members; null for everybody."
    )
    seen_since = serializers.DateTimeField(
        allow_null=True, default=None, help_text="Only people seen from this instant on."
    )
    known = serializers.BooleanField(
        allow_null=True, default=None,
        help_text="Only people with a user id, e-mail address or phone number, or only those without.",
    )  # fmt: skip


class TraitChangeSerializer(serializers.ModelSerializer[TraitChange]):
    segment = serializers.UUIDField(source="segment.key", default=None, allow_null=True)
    known = serializers.BooleanField(source="is_known", allow_null=True)
    value = serializers.JSONField(allow_null=True)
    status = serializers.ChoiceField(choices=TraitChange.Status.choices)
    progress_percent = serializers.IntegerField()

    class Meta:
        model = TraitChange
        fields = (
            "key", "trait", "value", "segment", "seen_since", "known", "status", "reached",
            "restored", "progress_percent", "created_by", "created_at", "ended_at",
        )  # fmt: skip
