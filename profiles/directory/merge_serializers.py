"""What the REST API of merges and duplicates takes and gives."""

from typing import Any

from rest_framework import serializers

from profiles.customers.models import Merge


class MergeSerializer(serializers.Serializer[Any]):
    """A merge: who took over, who went, why, and whether it is in force."""

    id = serializers.IntegerField()
    winner = serializers.UUIDField()
    loser = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Merge.Kind.choices)
    reason = serializers.CharField(
        allow_null=True, help_text="Null without the permission to see personal data."
    )
    merged_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


class NewMergeSerializer(serializers.Serializer[Any]):
    """Two people to merge."""

    winner = serializers.UUIDField(help_text="The key of the person who stays.")
    loser = serializers.UUIDField(help_text="The key of the person who goes.")
    reason = serializers.CharField(max_length=500)


class MergePreviewSerializer(serializers.Serializer[Any]):
    """What a merge would do."""

    winner = serializers.UUIDField()
    loser = serializers.UUIDField()
    identifiers = serializers.IntegerField(help_text="How many identifiers would move.")
    touchpoints = serializers.IntegerField(help_text="How many touchpoints would move.")
    changed_traits = serializers.ListField(
        child=serializers.CharField(), help_text="Names of traits on which they differ."
    )
    warnings = serializers.ListField(child=serializers.CharField())


class SideSerializer(serializers.Serializer[Any]):
    """One person of a pair; masked without the permission to see personal data."""

    key = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)


class DuplicateSerializer(serializers.Serializer[Any]):
    """Two people who may be the same, with what speaks for it."""

    id = serializers.IntegerField()
    one = SideSerializer()
    other = SideSerializer()
    evidence = serializers.ListField(child=serializers.CharField())
    score = serializers.IntegerField(min_value=1, max_value=99)
    found_at = serializers.DateTimeField()


class DismissedSerializer(serializers.Serializer[Any]):
    """A pair that was dismissed."""

    id = serializers.IntegerField()
