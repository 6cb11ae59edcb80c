"""Application settings of `kernel`."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "kernel"

    def ready(self) -> None:
        import kernel.checks  # noqa: F401
