"""All addresses, gathered from the apps."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("records/", admin.site.urls),
]
