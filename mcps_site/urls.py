"""All addresses, gathered from the apps."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from mcps_site import views
from mcps_site.api_urls import APPS

urlpatterns = [
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/mark.svg")),
    path("", RedirectView.as_view(pattern_name="analytics:overview"), name="home"),
    path("", include("mcps_site.operations.health_urls")),
    path("ui/", views.components, name="components"),
    path("ui/", include("kernel.ui.urls")),
    path("api/", include("mcps_site.api_urls")),
    path("client/", include("mcps_site.client_urls")),
    path("accounts/", include("mcps_site.accounts.allauth_urls")),
    path("settings/", include("mcps_site.accounts.urls")),
    path("settings/", include("mcps_site.operations.urls")),
    path("mailbox/", include("mcps_site.mailbox.urls")),
    path("records/", admin.site.urls),
    *(path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("mcps_site.world.urls")))

handler403 = "mcps_site.errors.forbidden"
handler404 = "mcps_site.errors.not_found"
handler500 = "mcps_site.errors.crashed"
