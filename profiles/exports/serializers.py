"""What the REST API of exports takes and gives."""

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from profiles.exports.models import Export


class NewExportSerializer(serializers.Serializer[Any]):
    """What the file is to hold."""

    what = serializers.ChoiceField(choices=Export.What.values)
    format = serializers.ChoiceField(choices=Export.Form.values)
    segment = serializers.UUIDField(
        allow_null=True, default=None, help_text="Only its members; null for everybody."
    )
    until = serializers.DateTimeField(
        allow_null=True, default=None, help_text="Touchpoints that occurred before this instant."
    )

    seen_since = serializers.DateTimeField(
        allow_null=True, default=None, help_text="Only people seen from this instant on."
    )
    known = serializers.BooleanField(
        allow_null=True, default=None,
        help_text="Only people with a user id, e-mail address or phone number, or only those without.",
    )  # fmt: skip

    search = serializers.CharField(
        max_length=255, allow_blank=True, default="",
        help_text="Only whom the list of profiles finds by this: an id in full, a name, an address.",
    )  # fmt: skip

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        since = serializers.DateTimeField(
            allow_null=True,
            default=None,
            help_text="Touchpoints that occurred from this instant on.",
        )
        return {**super().get_fields(), "from": since}


class ExportSerializer(serializers.ModelSerializer[Export]):
    """An export and how far it is."""

    segment = serializers.UUIDField(source="segment.key", default=None, allow_null=True)
    format = serializers.CharField(source="form")
    known = serializers.BooleanField(source="is_known", allow_null=True)
    found = serializers.SerializerMethodField(
        help_text="How many people its search found; null without one."
    )
    download_url = serializers.URLField(
        allow_null=True, default=None,
        help_text="The gzipped file, for an hour; null unless the export is ready, and in lists.",
    )  # fmt: skip

    class Meta:
        model = Export
        fields = (
            "key", "what", "segment", "until", "seen_since", "known", "found", "format", "status", "rows",
            "progress_percent", "size", "failure", "created_by", "created_at", "ended_at",
            "download_url",
        )  # fmt: skip

    def get_found(self, export: Export) -> int | None:
        return None if export.found_ids is None else len(export.found_ids)

    @override
    def get_fields(self) -> dict[str, Any]:
        since = serializers.DateTimeField(source="since", allow_null=True)
        return {**super().get_fields(), "from": since}
