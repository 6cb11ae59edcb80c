"""What the REST API of accounts gives."""

from typing import Any

from rest_framework import serializers

from profiles.accounts.models import AccountTrait


class AccountSerializer(serializers.Serializer[Any]):
    """An account in lists."""

    key = serializers.UUIDField()
    id = serializers.CharField(help_text="The `groupId` of group calls.")
    name = serializers.CharField()
    members = serializers.IntegerField()
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


class AccountDetailSerializer(AccountSerializer):
    """An account with its traits."""

    traits = serializers.DictField(child=serializers.JSONField(allow_null=True))


class AccountMemberSerializer(serializers.Serializer[Any]):
    """A person of an account; without a key they were erased meanwhile."""

    key = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    since = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


class AccountTraitTypeSerializer(serializers.Serializer[Any]):
    """How rules read a trait of accounts."""

    type = serializers.ChoiceField(choices=AccountTrait.Type.choices)


class AccountTraitSerializer(AccountTraitTypeSerializer):
    """A trait that accounts have."""

    name = serializers.CharField(help_text="As group calls write it.")
    slug = serializers.CharField(help_text="Messages write `{{ account.SLUG }}`.")
    field = serializers.CharField(help_text="As rules of segments name it.")


class AccountTraitListSerializer(serializers.Serializer[Any]):
    """Every trait that accounts have."""

    results = AccountTraitSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Always null: there is one page.")
