"""Addresses of the API about itself, below `/api/v1/`."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

import kernel.http.api.schema  # noqa: F401 (registers the description of API keys)
from kernel.http.api import views

app_name = "api"

urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", views.reference, name="docs"),
    path("me/", views.Me.as_view(), name="me"),
]
