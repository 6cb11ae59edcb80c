"""The roof: settings, URLs, schedule and the processes. It holds no domain logic."""

from mcps_site.celery import app as celery_app

__all__ = ["celery_app"]
