"""Addresses for machines that watch the installation; they need no log-in."""

from django.urls import path

from mcps_site.operations import health, metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
