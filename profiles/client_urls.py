"""What end users reach of `profiles` below `/client/v1/`."""

from django.urls import URLPattern, URLResolver, path

from profiles.clients import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("profile/", api.OwnProfile.as_view(), name="client_profile"),
    path("preferences/", api.OwnPreferences.as_view(), name="client_preferences"),
]
