"""The Celery application. Tasks only wake work that lies in a table."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcps_site.settings.base")

app = Celery("mcps")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
