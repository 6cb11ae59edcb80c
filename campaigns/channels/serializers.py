"""What the REST API of senders takes and gives."""

from typing import Any

from rest_framework import serializers


class SenderSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    name = serializers.CharField()
    channel = serializers.CharField()
    kind = serializers.CharField(help_text="The provider.")
    price = serializers.DecimalField(max_digits=10, decimal_places=5)
    is_default = serializers.BooleanField()
    is_paused = serializers.BooleanField()
    stands_in = serializers.BooleanField()
    failures = serializers.IntegerField(help_text="In a row; 0 means that it works.")
    broken_until = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    is_checked_ok = serializers.BooleanField()


class PausedSerializer(serializers.Serializer[Any]):
    is_paused = serializers.BooleanField()
