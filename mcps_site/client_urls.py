"""The client API below `/client/v1/`, gathered from the apps that have one."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path, re_path

from kernel.http.api.errors import answer_unknown_address
from mcps_site.api_urls import APPS

urlpatterns: list[URLPattern | URLResolver] = [
    *(
        path("v1/", include(f"{app}.client_urls"))
        for app in APPS
        if find_spec(f"{app}.client_urls")
    ),
    re_path(r"^(?P<path>.*)$", answer_unknown_address),
]
