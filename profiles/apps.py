"""Application settings of `profiles`."""

from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "profiles"

    def ready(self) -> None:
        import profiles.extensions
        import profiles.subscribers  # noqa: F401
