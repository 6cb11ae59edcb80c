"""All addresses, gathered from the apps."""

from django.contrib import admin
from django.urls import include, path

from mcps_site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("ui/", include("kernel.ui.urls")),
    path("api/", include("mcps_site.api_urls")),
    path("accounts/", include("mcps_site.accounts.allauth_urls")),
    path("records/", admin.site.urls),
]
