"""Addresses of the API about the installation."""

from django.urls import path

from mcps_site.operations import api

urlpatterns = [path("audit-entries/", api.AuditEntries.as_view(), name="api_audit_entries")]
