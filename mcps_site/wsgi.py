"""The WSGI entry point: events and webhooks go past Django's handler, everything else to it."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcps_site.settings.base")
pages = get_wsgi_application()

from mcps_site.lending import lent_connection  # noqa: E402 (needs the settings)
from profiles.api_urls import (  # noqa: E402 (needs the apps to be ready)
    collection,
    is_collection,
    is_webhook,
    webhooks,
)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one request."""
    path = environ.get("PATH_INFO", "")
    if is_collection(path):
        with lent_connection():
            return collection(environ, start_response)
    if is_webhook(path):
        with lent_connection():
            return webhooks(environ, start_response)
    return pages(environ, start_response)
