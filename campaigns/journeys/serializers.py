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
    version = serializers.IntegerField(allow_null=True)
    entered = serializers.IntegerField()
    inside = serializers.IntegerField()
    held_out = serializers.IntegerField()
    finished = serializers.IntegerField()


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


class EnrollmentPageSerializer(serializers.Serializer[Any]):
    results = EnrollmentSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class RunStepSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    step_no = serializers.IntegerField()
    node = serializers.CharField()
    type = serializers.CharField()
    reason = serializers.CharField()
    next_node = serializers.CharField(allow_null=True)
