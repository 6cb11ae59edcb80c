"""What the REST API of journeys takes and gives."""

from typing import Any

from rest_framework import serializers


class PersonSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=64, help_text="user_id, email, phone or an own kind.")
    value = serializers.CharField(max_length=255)


class EntrySerializer(serializers.Serializer[Any]):
    person = PersonSerializer()
    traits = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, default=dict
    )
    properties = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, default=dict,
        help_text="Stand in for the properties of an event: `{{ event.total }}` in messages, the key.",
    )  # fmt: skip


class EnteredSerializer(serializers.Serializer[Any]):
    entered = serializers.BooleanField(
        help_text="False where the rules for entering again do not allow it."
    )


class JourneySerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=["draft", "live", "paused", "ended"])
    tags = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(allow_null=True)
    entered = serializers.IntegerField()
    inside = serializers.IntegerField()
    held_out = serializers.IntegerField()
    finished = serializers.IntegerField()


class JourneyTagsSerializer(serializers.Serializer[Any]):
    tags = serializers.ListField(child=serializers.CharField(max_length=64), max_length=20)


class DraftSerializer(serializers.Serializer[Any]):
    definition = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        help_text="The journey as JSON, in the form in which the builder exports it.",
    )


class PublishedSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    enrolled = serializers.IntegerField(help_text="How many people entered at once.")


class StatusSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["live", "paused", "ended"])
    people_inside = serializers.ChoiceField(
        choices=["go_on", "hold", "leave"], default="go_on",
        help_text="What people inside do: at pausing go on or be held, at ending go on or leave, "
        "at resuming `leave` takes out who is overdue.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what makes no sense together."""
        wrong = {"paused": "leave", "ended": "hold", "live": "hold"}[attrs["status"]]
        if attrs["people_inside"] == wrong:
            raise serializers.ValidationError(
                {"people_inside": f"A journey that becomes {attrs['status']} cannot “{wrong}”."}
            )
        return attrs


class EnrollmentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    person = serializers.UUIDField()
    state = serializers.ChoiceField(choices=["active", "finished", "removed", "held_out"])
    arm = serializers.ChoiceField(choices=["treatment", "holdout"])
    entered_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RunStepSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    step_no = serializers.IntegerField()
    node = serializers.CharField()
    type = serializers.CharField()
    reason = serializers.CharField()
    next_node = serializers.CharField(allow_null=True)


class PersonAtSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="Of the enrollment.")
    person = serializers.UUIDField()
    entered_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="When they go on by themselves.")


class StandingActSerializer(serializers.Serializer[Any]):
    what = serializers.ChoiceField(choices=["go_on", "move", "take_out"])
    target = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="",
        help_text="The step to which they are moved.",
    )  # fmt: skip
    enrollments = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), max_length=500,
        required=False, default=list, help_text="Whom; left out, everybody at the step.",
    )  # fmt: skip
    reason = serializers.CharField(max_length=200, help_text="Kept in the audit log.")
    is_preview = serializers.BooleanField(
        default=False, help_text="Only count whom it would reach now."
    )


class ErrorCountSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["message", "call"])
    version = serializers.IntegerField()
    step = serializers.CharField()
    reason = serializers.CharField()
    times = serializers.IntegerField()
    people = serializers.IntegerField()
    inside = serializers.IntegerField(help_text="Of the people, who are still in the journey.")
    stuck = serializers.IntegerField(help_text="Who stand at the step until the call is made.")
    last_at = serializers.DateTimeField(allow_null=True)


class ErrorsActSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["message", "call"])
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    step = serializers.CharField(max_length=64)
    error = serializers.CharField(max_length=500, help_text="The reason of the group.")
    what = serializers.ChoiceField(choices=["again", "skip", "take_out"])
    reason = serializers.CharField(max_length=200, help_text="Kept in the audit log.")
    is_preview = serializers.BooleanField(
        default=False, help_text="Only count what it would reach now."
    )


class SettledErrorsSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField(help_text="Errors settled, or people taken out.")


class ReachedSerializer(serializers.Serializer[Any]):
    people = serializers.IntegerField()


class ConversionSerializer(serializers.Serializer[Any]):
    of = serializers.ChoiceField(choices=["arm", "step", "way"])
    step = serializers.CharField(allow_null=True)
    way = serializers.CharField(allow_blank=True, help_text="The arm, or the way of a split.")
    people = serializers.IntegerField()
    converted = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text="Of the 95% interval (Wilson).")
    high = serializers.FloatField(allow_null=True)


class MessageCountSerializer(serializers.Serializer[Any]):
    step = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["sent", "held_back", "opened", "clicked"])
    messages = serializers.IntegerField()


class ResultsSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(allow_null=True)
    conversions = ConversionSerializer(many=True, help_text="Empty without a goal.")
    messages = MessageCountSerializer(many=True)


class NewJourneySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    definition = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False,
        help_text="Its first draft, as the builder exports it; left out, an entry and an exit.",
    )  # fmt: skip


class VersionSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    is_live = serializers.BooleanField()


class VersionDefinitionSerializer(VersionSerializer):
    definition = serializers.DictField(child=serializers.JSONField(allow_null=True))


class HappensSerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(min_value=0, help_text="Seconds after entering.")
    event = serializers.CharField(max_length=200)
    properties = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, default=dict
    )


class GivenSerializer(serializers.Serializer[Any]):
    traits = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, default=dict
    )
    time_zone = serializers.CharField(max_length=64, required=False, default="UTC")
    channels = serializers.ListField(
        child=serializers.CharField(max_length=16), max_length=20, required=False, default=list,
        help_text="To which they gave consent.",
    )  # fmt: skip
    segments = serializers.ListField(
        child=serializers.CharField(max_length=120), max_length=20, required=False, default=list,
        help_text="Names of segments they are in.",
    )  # fmt: skip
    entering = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, default=dict,
        help_text="Properties of the event by which they enter.",
    )  # fmt: skip
    when = HappensSerializer(many=True, required=False, default=list)
    choices = serializers.DictField(
        child=serializers.CharField(max_length=64), required=False, default=dict,
        help_text="What happens at steps that ask, such as `{\"mail\": \"opened\"}`.",
    )  # fmt: skip


class ExpectedSerializer(serializers.Serializer[Any]):
    what = serializers.ChoiceField(choices=["sent", "not_sent", "passes", "not_passes", "ends"])
    name = serializers.CharField(max_length=64)
    by = serializers.IntegerField(min_value=0, allow_null=True, required=False, default=None)


class SpecDocumentSerializer(GivenSerializer):
    then = ExpectedSerializer(many=True, allow_empty=False)


class NewSpecSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    document = SpecDocumentSerializer()


class SpecSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    name = serializers.CharField()
    document = serializers.DictField(child=serializers.JSONField(allow_null=True))


class VerdictSerializer(SpecSerializer):
    is_met = serializers.BooleanField()
    differences = serializers.ListField(child=serializers.CharField())


class TriedMessageSerializer(serializers.Serializer[Any]):
    node = serializers.CharField()
    channel = serializers.CharField()
    at = serializers.DateTimeField()
    outcome = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class TriedSerializer(serializers.Serializer[Any]):
    began_at = serializers.DateTimeField()
    state = serializers.CharField()
    node = serializers.CharField(help_text="Where the way ended.")
    steps = RunStepSerializer(many=True)
    messages = TriedMessageSerializer(many=True)


class NewDryRunSerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=30, default=7)
    with_imports = serializers.BooleanField(default=False)
    beside = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, allow_null=True, default=None,
        help_text="The number of a published version to put beside the draft.",
    )  # fmt: skip


class DryRunSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    days = serializers.IntegerField()
    with_imports = serializers.BooleanField()
    status = serializers.ChoiceField(choices=["asked", "running", "done", "failed"])
    error = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    results = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        help_text="For each definition: label, entrants by day, ways, sends, people by messages.",
    )  # fmt: skip
