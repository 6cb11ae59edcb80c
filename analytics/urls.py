"""The pages of `analytics`."""

from django.urls import path

from analytics.dashboards import views

app_name = "analytics"
urlpatterns = [
    path("overview/", views.overview, name="overview"),
    path("overview/<slug:table>.csv", views.export, name="export"),
]
