"""Shapes of webhooks in the REST API."""

from typing import Any

from rest_framework import serializers

from profiles.webhooks.models import WebhookDelivery


class MappingSerializer(serializers.Serializer[Any]):
    mapping = serializers.DictField(
        child=serializers.JSONField(allow_null=True), allow_empty=False,
        help_text="The mapping as the reference of mappings describes it.",
    )  # fmt: skip


class SavedMappingSerializer(MappingSerializer):
    version = serializers.IntegerField(help_text="Grows with each change.")


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    class Meta:
        model = WebhookDelivery
        fields = ("received_at", "outcome", "events", "field", "detail")
        read_only_fields = fields


class DeliveriesSerializer(serializers.Serializer[Any]):
    results = DeliverySerializer(many=True)
