"""Addresses below `/settings/` about the installation itself."""

from django.urls import path

from mcps_site.operations import views

app_name = "operations"

urlpatterns = [
    path("operations/", views.state, name="state"),
    path("operations/parked/<int:parked_id>/replay/", views.replay_parked, name="replay"),
    path("retention/", views.retention, name="retention"),
    path("retention/<str:log>/", views.choose_retained, name="choose_retention"),
    path("audit/", views.audit_log, name="audit"),
]
