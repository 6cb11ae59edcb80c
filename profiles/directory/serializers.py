"""What the REST API of people takes and gives."""

from typing import Any

from rest_framework import serializers

from profiles.customers.models import TraitPolicy


class CustomerSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    name = serializers.CharField(help_text="How pages call the person; masked without permission.")
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True)


class IdentitySerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    value = serializers.CharField()
    first_seen_at = serializers.DateTimeField()


class CustomerDetailSerializer(CustomerSerializer):
    traits = serializers.DictField(child=serializers.JSONField(allow_null=True))
    identities = IdentitySerializer(many=True)
    time_zone = serializers.CharField(allow_null=True)
    locale = serializers.CharField(allow_null=True)


class PastMembershipSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    since = serializers.DateTimeField()


class PastStatementSerializer(serializers.Serializer[Any]):
    channel = serializers.CharField()
    topic = serializers.CharField(allow_blank=True, help_text="Empty for the whole channel.")
    address = serializers.CharField(allow_blank=True, help_text="Empty for every address.")
    state = serializers.CharField()
    at = serializers.DateTimeField()


class PastCustomerSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    at = serializers.DateTimeField()
    traits = serializers.DictField(child=serializers.JSONField(allow_null=True))
    identities = IdentitySerializer(many=True)
    segments = PastMembershipSerializer(many=True)
    consents = PastStatementSerializer(many=True)


class TraitEntrySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    traits = serializers.DictField(
        child=serializers.JSONField(allow_null=True), help_text="What was news; null is a removal."
    )
    prevailed = serializers.BooleanField(help_text="Whether the profile took these values.")
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field's name
    said_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class KeptTraitSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    policy = serializers.ChoiceField(choices=TraitPolicy.Rule.choices)
    people = serializers.IntegerField(help_text="Among the newest people that were looked at.")
    types = serializers.ListField(child=serializers.CharField())


class TraitListSerializer(serializers.Serializer[Any]):
    results = KeptTraitSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Always null: one page holds all.")


class PolicySerializer(serializers.Serializer[Any]):
    policy = serializers.ChoiceField(choices=TraitPolicy.Rule.choices)


class TouchpointSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    event = serializers.CharField()
    type = serializers.CharField()
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field's name
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    revenue = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    properties = serializers.DictField(
        child=serializers.JSONField(allow_null=True), allow_null=True,
        help_text="Null without the permission to see personal data.",
    )  # fmt: skip
    context = serializers.DictField(  # type: ignore[assignment]  # a field's name
        child=serializers.JSONField(allow_null=True), allow_null=True
    )


class TraitsSerializer(serializers.Serializer[Any]):
    traits = serializers.DictField(
        child=serializers.JSONField(allow_null=True), allow_empty=False,
        help_text="The traits to set; null removes one. Others stay.",
    )  # fmt: skip


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, help_text="For the audit log; name nobody.")


class DoneSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
