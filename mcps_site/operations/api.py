"""The audit log as an API, for archives and monitors."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.permissions import CanAdminister
from kernel.audit.models import AuditEntry
from kernel.http.api.paging import PAGE, newest_page, page_of


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    class Meta:
        model = AuditEntry
        fields = ("id", "at", "actor", "verb", "object_type", "object_id", "before", "after")


class AuditEntries(APIView):
    """Newest first."""

    permission_classes = (CanAdminister,)

    @extend_schema(
        operation_id="list_audit_entries", tags=["Audit"], parameters=PAGE,
        responses=page_of(AuditEntrySerializer), summary="List who did what",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = AuditEntry.objects.all()
        return Response(newest_page(request, rows, show=lambda row: AuditEntrySerializer(row).data))
