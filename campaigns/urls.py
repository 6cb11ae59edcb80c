"""All pages of campaigns, gathered from the slices."""

from django.urls import include, path

urlpatterns = [
    path("", include("campaigns.deliveries.public_urls")),
]
