"""The Celery application. Tasks only wake work that lies in a table."""

import importlib
import os
import pkgutil
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcps_site.settings.base")

APPS = ("kernel", "profiles", "campaigns", "referrals", "analytics", "mcps_site")

app = Celery("mcps")
app.config_from_object("django.conf:settings", namespace="CELERY")


def task_packages() -> list[str]:
    """Return the apps and their slices: each may have a `tasks` module."""
    slices = [
        f"{name}.{module.name}"
        for name in APPS
        for module in pkgutil.iter_modules(importlib.import_module(name).__path__)
        if module.ispkg
    ]
    return [*APPS, *slices]


app.autodiscover_tasks(task_packages)


@setup_logging.connect(weak=False)
def configure_logging(**_options: Any) -> None:
    """Log as Django does; Celery would otherwise bring its own handlers."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


def add_heartbeat() -> None:
    """Let each worker give signs of life; called when Django is ready."""
    from mcps_site.heartbeats import WorkerHeartbeat

    app.steps["worker"].add(WorkerHeartbeat)
