"""What the REST API of uploads takes and gives."""

from typing import Any

from rest_framework import serializers

from profiles.imports.models import Upload
from profiles.imports.rules.mapping import Use, ValueType
from profiles.imports.services.uploads import DEFAULT_SOURCE


class NewUploadSerializer(serializers.Serializer[Any]):
    """A file, sent as multipart/form-data."""

    file = serializers.FileField(
        help_text="CSV, JSON lines or Parquet, up to 1 GB; its name says which. Text may be gzipped."
    )
    kind = serializers.ChoiceField(choices=Upload.Kind.values, help_text="What a row is about.")
    source = serializers.CharField(max_length=100, default=DEFAULT_SOURCE)  # type: ignore[assignment]


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """An upload and how far it is."""

    source = serializers.CharField(source="source.name")  # type: ignore[assignment]

    class Meta:
        model = Upload
        fields = (
            "key", "source", "file_name", "form", "kind", "status", "size", "read", "accepted",
            "rejected", "new_people", "known_people", "rows_total", "failure", "created_at",
            "started_at", "ended_at",
        )  # fmt: skip


class ColumnSerializer(serializers.Serializer[Any]):
    """One column and what it is used as."""

    column = serializers.CharField(max_length=300)
    use = serializers.ChoiceField(choices=[use.value for use in Use])
    name = serializers.CharField(
        max_length=200, default="", allow_blank=True,
        help_text="Of the trait, property or kind of identifier; for consent, channel or "
        "channel/topic.",
    )  # fmt: skip
    type = serializers.ChoiceField(
        choices=[kind.value for kind in ValueType], default=ValueType.TEXT.value
    )


class FormatsSerializer(serializers.Serializer[Any]):
    """How numbers and dates are written."""

    decimal = serializers.ChoiceField(choices=[".", ","], default=".")
    thousands = serializers.ChoiceField(
        choices=["", ",", ".", " ", "'"], default="", allow_blank=True
    )
    dates = serializers.ChoiceField(
        choices=["iso", "day_first", "month_first", "unix"], default="iso"
    )
    time_zone = serializers.CharField(max_length=64, default="UTC")


class UploadMappingSerializer(serializers.Serializer[Any]):
    """What the columns mean; those that are not named are left out."""

    columns = ColumnSerializer(many=True)
    event = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="For events without a name column."
    )
    formats = FormatsSerializer(default=dict)


class MappedUploadSerializer(UploadMappingSerializer):
    """What the columns mean, or what their names and first cells suggest."""

    is_suggested = serializers.BooleanField()


class ProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with a row; never what the row says."""

    row = serializers.IntegerField()
    column = serializers.CharField(allow_blank=True)
    message = serializers.CharField()
