"""Application settings of the roof."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class SiteConfig(AppConfig):
    name = "mcps_site"
    label = "mcps_site"

    def ready(self) -> None:
        from mcps_site.celery import add_heartbeat

        add_heartbeat()


class AdminConfig(DjangoAdminConfig):
    default_site = "mcps_site.admin.Site"
