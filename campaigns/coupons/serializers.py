"""What the REST API of coupon pools takes and gives."""

from typing import Any

from rest_framework import serializers


class PoolSerializer(serializers.Serializer[Any]):
    slug = serializers.RegexField(r"^[a-zA-Z_][a-zA-Z0-9_]*\Z", max_length=64)
    name = serializers.CharField(max_length=120)
    warn_below = serializers.IntegerField(min_value=0, max_value=1_000_000, default=100)
    total = serializers.IntegerField(read_only=True)
    free = serializers.IntegerField(read_only=True, help_text="Counted up to 100,000.")
    is_low = serializers.BooleanField(read_only=True)


class CodesSerializer(serializers.Serializer[Any]):
    codes = serializers.ListField(
        child=serializers.CharField(max_length=128), max_length=10_000, allow_empty=False
    )


class AddedSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="Codes that were ever in the pool are left out.")
