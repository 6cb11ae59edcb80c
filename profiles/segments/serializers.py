"""What the REST API of segments takes and gives."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers


class SegmentSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.ChoiceField(choices=["rule", "list"])
    status = serializers.ChoiceField(choices=["draft", "live", "archived"])
    people = serializers.IntegerField(help_text="How many are in now.")
    version = serializers.IntegerField(allow_null=True, help_text="Of the rule that counts.")
    verified_at = serializers.DateTimeField(allow_null=True)
    verified_differences = serializers.IntegerField(allow_null=True)
    sampled_at = serializers.DateTimeField(allow_null=True, help_text="The last hourly sample.")
    sampled_differences = serializers.IntegerField(
        help_text="What the samples found and repaired since it was last verified whole."
    )
    is_set_aside = serializers.BooleanField(help_text="It failed and waits to be verified.")


class UserSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()


class SegmentDetailSerializer(SegmentSerializer):
    rule = serializers.JSONField(allow_null=True, help_text="The rule that counts.")
    draft_rule = serializers.JSONField(allow_null=True, help_text="A changed rule that waits.")
    sentence = serializers.CharField(help_text="The rule in plain words.")
    used_by = UserSerializer(many=True)


class NewSegmentSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=1_000, default="", allow_blank=True)
    kind = serializers.ChoiceField(choices=["rule", "list"], default="rule")
    rule = serializers.JSONField(
        required=False, help_text="For the kind `rule`; stored as a draft."
    )


class ChangedSegmentSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=1_000, required=False, allow_blank=True)
    rule = serializers.JSONField(required=False, help_text="Stored as a draft until published.")


class PublishSerializer(serializers.Serializer[Any]):
    backfill = serializers.BooleanField(
        default=True,
        help_text="Whether those who match now enter at once; else only who newly comes to match.",
    )
    may_start_journeys = serializers.BooleanField(
        default=False, help_text="Whether the entries of this publication start journeys."
    )


@extend_schema_serializer(component_name="PublishedSegment")
class PublishedSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    people = serializers.IntegerField()
    entered = serializers.IntegerField()
    left = serializers.IntegerField()
    held_back = serializers.IntegerField(
        help_text="How many match but stay out until they newly come to match."
    )


@extend_schema_serializer(component_name="SegmentRule")
class RuleSerializer(serializers.Serializer[Any]):
    rule = serializers.JSONField()


class CountSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    low = serializers.IntegerField(help_text="Of the 95% interval; the number where exact.")
    high = serializers.IntegerField()
    is_exact = serializers.BooleanField()
    of_people = serializers.IntegerField()


class MemberSerializer(serializers.Serializer[Any]):
    customer = serializers.UUIDField()
    since = serializers.DateTimeField()
    email = serializers.CharField(
        allow_null=True, help_text="Null without the permission to see personal data."
    )


class ReasonSerializer(serializers.Serializer[Any]):
    words = serializers.CharField()
    holds = serializers.BooleanField()
    fact = serializers.CharField()
    changes_at = serializers.DateTimeField(allow_null=True)
    reasons = serializers.ListField(child=serializers.JSONField())


class MembershipSerializer(serializers.Serializer[Any]):
    customer = serializers.UUIDField()
    is_member = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    is_held_back = serializers.BooleanField(
        help_text="Matched when the version was published for new matches only, and has since."
    )
    reason = ReasonSerializer(
        allow_null=True,
        help_text="Null for a list, and without the permission to see personal data.",
    )


class ChangeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    segment = serializers.UUIDField()
    customer = serializers.UUIDField()
    entered = serializers.BooleanField()
    at = serializers.DateTimeField()
    cause = serializers.CharField()
    version = serializers.IntegerField()
    may_start_journeys = serializers.BooleanField()


class ChangeFeedSerializer(serializers.Serializer[Any]):
    results = ChangeSerializer(many=True)
    next = serializers.URLField(help_text="Ask here for what comes after; also when nothing did.")


class PeopleSerializer(serializers.Serializer[Any]):
    add = serializers.ListField(
        child=serializers.CharField(max_length=255), default=list, max_length=50_000,
        help_text="E-mail addresses, user ids, phone numbers or keys.",
    )  # fmt: skip
    remove = serializers.ListField(
        child=serializers.CharField(max_length=255), default=list, max_length=50_000
    )
    matching = serializers.JSONField(required=False, help_text="A rule; who matches now is added.")
    members_of = serializers.UUIDField(
        required=False, help_text="A segment or list; who is in now is added."
    )
    may_start_journeys = serializers.BooleanField(default=False)


class PeopleReportSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    known = serializers.IntegerField(help_text="Asked for, and on the list before.")
    unknown = serializers.ListField(child=serializers.CharField())


class SnapshotSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, default="", allow_blank=True)
