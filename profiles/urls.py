"""The pages of people, gathered from the slices."""

from django.urls import URLPattern, URLResolver, path

from profiles.directory import views as directory

app_name = "profiles"
urlpatterns: list[URLPattern | URLResolver] = [
    path("profiles/", directory.people, name="list"),
    path("profiles/<uuid:key>/", directory.timeline, name="profile"),
    path("profiles/<uuid:key>/attributes/", directory.attributes, name="attributes"),
    path("profiles/<uuid:key>/identities/", directory.identities, name="identities"),
]
