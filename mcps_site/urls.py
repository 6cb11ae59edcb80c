"""All addresses, gathered from the apps."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("mcps_site.accounts.allauth_urls")),
    path("records/", admin.site.urls),
]
