"""The WSGI entry point: events go to the collection API, everything else to Django."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcps_site.settings.base")
pages = get_wsgi_application()

from profiles.api_urls import collection, is_collection  # noqa: E402 (needs the apps to be ready)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one request."""
    handler = collection if is_collection(environ.get("PATH_INFO", "")) else pages
    return handler(environ, start_response)
