"""What the REST API of sources takes and gives."""

from typing import Any, ClassVar

from rest_framework import serializers

from profiles.touchpoints.models import Source
from profiles.touchpoints.services.sources import LONGEST_OVERLAP


class SourceSerializer(serializers.ModelSerializer[Source]):
    class Meta:
        model = Source
        fields: ClassVar[tuple[str, ...]] = (
            "key", "name", "kind", "starts_journeys", "created_at", "disabled_at",
            "former_key_until",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class NewSourceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100, help_text="What sends the events.")
    starts_journeys = serializers.BooleanField(
        default=True, help_text="Whether its events may start journeys."
    )


class MadeSourceSerializer(SourceSerializer):
    write_key = serializers.CharField(read_only=True, help_text="Shown only now.")

    class Meta(SourceSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*SourceSerializer.Meta.fields, "write_key")
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class SourceChangeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100, required=False)
    starts_journeys = serializers.BooleanField(required=False)
    enabled = serializers.BooleanField(
        required=False, help_text="False: what it sends is refused within seconds."
    )


class RenewalSerializer(serializers.Serializer[Any]):
    overlap_hours = serializers.IntegerField(
        default=0, min_value=0, max_value=int(LONGEST_OVERLAP.total_seconds() // 3600),
        help_text="For how long the present key works on.",
    )  # fmt: skip
