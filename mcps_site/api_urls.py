"""The REST API below `/api/v1/`, gathered from the kernel and the apps that have one."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path, re_path

from kernel.http.api.errors import answer_unknown_address

APPS = ("profiles", "campaigns", "referrals", "analytics")

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include("kernel.http.api.urls")),
    path("v1/", include("mcps_site.operations.api_urls")),
    *(path("v1/", include(f"{app}.api_urls")) for app in APPS if find_spec(f"{app}.api_urls")),
    re_path(r"^(?P<path>.*)$", answer_unknown_address),
]
