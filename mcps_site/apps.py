"""Application settings of the roof."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class SiteConfig(AppConfig):
    name = "mcps_site"
    label = "mcps_site"

    def ready(self) -> None:
        from kernel.registry import freeze_all
        from kernel.ui import navigation, settings_pages

        # Importing the Celery app makes it the one that tasks belong to.
        from mcps_site.celery import add_heartbeat
        from mcps_site.settings_menu import ENTRIES, PAGES

        for entry in ENTRIES:
            navigation.register(entry)
        for page in PAGES:
            settings_pages.register(page)
        add_heartbeat()
        # This app comes after all that fill a registry; later additions would be an accident.
        freeze_all()


class AdminConfig(DjangoAdminConfig):
    default_site = "mcps_site.admin.Site"

    def ready(self) -> None:
        super().ready()
        from django.contrib.admin import site

        from mcps_site.records import arrange_records

        arrange_records(site)
