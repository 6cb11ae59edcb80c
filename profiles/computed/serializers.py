"""What the REST API of computed traits takes and gives."""

from typing import Any

from rest_framework import serializers


class TraitSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    slug = serializers.CharField(help_text="Rules and messages name it `computed.SLUG`.")
    name = serializers.CharField()
    description = serializers.CharField()
    status = serializers.ChoiceField(choices=["live", "archived"])
    definition = serializers.JSONField()
    sentence = serializers.CharField(help_text="The definition in plain words.")
    people = serializers.IntegerField(help_text="How many have a value.")
    computation = serializers.ChoiceField(
        choices=["waiting", "computed", "set_aside"],
        help_text="Of everybody's values; `waiting` for a worker, `set_aside` after a failure.",
    )
    requested_at = serializers.DateTimeField(allow_null=True, help_text="While it waits.")
    computed_at = serializers.DateTimeField(allow_null=True)


class NewTraitSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    slug = serializers.CharField(max_length=60)
    description = serializers.CharField(max_length=1_000, default="", allow_blank=True)
    definition = serializers.JSONField()


class ChangedTraitSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=1_000, required=False, allow_blank=True)
    definition = serializers.JSONField(required=False)


class ValuesSerializer(serializers.Serializer[Any]):
    customer = serializers.UUIDField()
    values = serializers.DictField(
        child=serializers.JSONField(), help_text="By slug; a count of nothing is 0."
    )
