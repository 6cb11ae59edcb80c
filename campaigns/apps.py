"""Application settings of `campaigns`."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns import extensions, subscribers  # noqa: F401 (imported to register)

        extensions.register()
