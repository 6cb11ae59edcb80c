"""What end users send and get about messages and devices."""

from typing import Any

from rest_framework import serializers


class InboxMessageSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["card", "banner"])
    title = serializers.CharField()
    body = serializers.CharField(allow_blank=True)
    button = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True, help_text="Opening it counts as a click.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True)
    clicked_at = serializers.DateTimeField(allow_null=True)


class InboxSerializer(serializers.Serializer[Any]):
    results = InboxMessageSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    unread = serializers.IntegerField(help_text="Counted up to 100.")


class ActSerializer(serializers.Serializer[Any]):
    act = serializers.ChoiceField(choices=["read", "clicked", "dismissed"])


class AllReadSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField()


class KeysSerializer(serializers.Serializer[Any]):
    p256dh = serializers.CharField(max_length=200)
    auth = serializers.CharField(max_length=100)


class DeviceSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField(read_only=True)
    channel = serializers.ChoiceField(choices=["push", "webpush"])
    platform = serializers.CharField(max_length=32, default="", allow_blank=True)
    seen_at = serializers.DateTimeField(read_only=True)


class NewDeviceSerializer(DeviceSerializer):
    address = serializers.CharField(
        max_length=2_000, help_text="The token of the phone, or the endpoint of the subscription."
    )
    keys = KeysSerializer(required=False, help_text="The keys of a browser's subscription.")
    consent = serializers.CharField(
        max_length=100, required=False, allow_null=True, allow_blank=True,
        help_text="Version of the text by which the person agreed to be pushed to; leave it out "
        "when nobody asked.",
    )  # fmt: skip


class DevicesSerializer(serializers.Serializer[Any]):
    results = DeviceSerializer(many=True)


class WebPushSerializer(serializers.Serializer[Any]):
    public_key = serializers.CharField()
    worker_url = serializers.CharField()
