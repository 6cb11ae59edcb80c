"""The audit log as an API, for archives and monitors."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers

from kernel.access.permissions import CanAdminister
from kernel.audit.models import AuditEntry


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    class Meta:
        model = AuditEntry
        fields = ("id", "at", "actor", "verb", "object_type", "object_id", "before", "after")


@extend_schema_view(
    get=extend_schema(
        operation_id="list_audit_entries", tags=["Audit"], summary="List who did what"
    )
)
class AuditEntries(generics.ListAPIView[AuditEntry]):
    """Newest first."""

    permission_classes = (CanAdminister,)
    serializer_class = AuditEntrySerializer
    queryset = AuditEntry.objects.all()
