"""What the REST API of templates takes and gives."""

from typing import Any

from rest_framework import serializers

from campaigns.contracts import Channel, MessageClass


class NewTemplateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    channel = serializers.ChoiceField([item.value for item in Channel])
    message_class = serializers.ChoiceField(
        [item.value for item in MessageClass], default=MessageClass.MARKETING.value
    )
    topic = serializers.SlugField(max_length=64, default="", allow_blank=True)
    language = serializers.CharField(
        max_length=16, default="en", help_text="Of the default words, such as en or de-AT."
    )


class TagsSerializer(serializers.Serializer[Any]):
    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20)


class FindingSerializer(serializers.Serializer[Any]):
    locale = serializers.CharField(help_text="Of the words; empty: the default ones.")
    part = serializers.CharField(help_text="What a fault is in; empty for a warning.")
    text = serializers.CharField()


class ReviewSerializer(serializers.Serializer[Any]):
    faults = FindingSerializer(many=True, help_text="They keep the draft from being published.")
    warnings = FindingSerializer(many=True)


class UtmSerializer(serializers.Serializer[Any]):
    takes_utm = serializers.BooleanField(default=True, help_text="Whether its links are marked.")
    utm_campaign = serializers.CharField(
        default="", allow_blank=True, max_length=120,
        help_text="Empty: the name of the journey or broadcast.",
    )  # fmt: skip


class ArchivedSerializer(serializers.Serializer[Any]):
    is_archived = serializers.BooleanField()


class TemplateSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    name = serializers.CharField()
    channel = serializers.CharField()
    message_class = serializers.CharField()
    topic = serializers.CharField()
    language = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    is_archived = serializers.BooleanField()
    version = serializers.IntegerField(source="live_version.number", default=None, allow_null=True)


class WordsSerializer(serializers.Serializer[Any]):
    subject = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    source = serializers.CharField(  # type: ignore[assignment]
        default="", allow_blank=True, trim_whitespace=False, max_length=200_000
    )
    source_format = serializers.CharField(default="mjml", max_length=8)
    text = serializers.CharField(
        default="", allow_blank=True, trim_whitespace=False, max_length=200_000
    )
    fields_ = serializers.DictField(
        child=serializers.CharField(allow_blank=True), source="fields", default=dict
    )

    def get_fields(self) -> dict[str, Any]:
        """Name the further parts as the API does; `fields` is taken by serializers themselves."""
        found: dict[str, Any] = super().get_fields()
        found["parts"] = found.pop("fields_")
        return found


class DraftWordsSerializer(WordsSerializer):
    translations = serializers.DictField(
        child=WordsSerializer(), default=dict, help_text="The same parts by language tag."
    )


class TemplateVersionSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    locales = serializers.ListField(child=serializers.CharField())


class PreviewRequestSerializer(serializers.Serializer[Any]):
    person = serializers.CharField(
        default="", allow_blank=True, max_length=254,
        help_text="E-mail address, user id or phone number; empty: sample values.",
    )  # fmt: skip
    locale = serializers.CharField(
        default="", allow_blank=True, max_length=16, help_text="Without a person: which words."
    )


class PreviewSerializer(serializers.Serializer[Any]):
    locale = serializers.CharField(help_text="Of the words; empty: the default ones.")
    refusal = serializers.CharField(help_text="Why this person would not get it, or empty.")
    subject = serializers.CharField()
    html = serializers.CharField()
    text = serializers.CharField()
    parts = serializers.DictField(child=serializers.CharField())
    segments = serializers.DictField(child=serializers.BooleanField())
