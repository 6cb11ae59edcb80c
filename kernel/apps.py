"""Application settings of `kernel`."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "kernel"

    def ready(self) -> None:
        import kernel.checks  # noqa: F401
        from kernel.retention.contracts import retained_logs
        from kernel.retention.services import EventRetention

        retained_logs.register("kernel.event", EventRetention())
