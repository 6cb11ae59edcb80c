"""Application settings of `analytics`."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        from analytics import extensions, subscribers  # noqa: F401 (each registers what it holds)
        from analytics.metrics import tasks  # noqa: F401 (registers the tasks)
        from kernel.ui.navigation import NavItem, register

        register(
            NavItem(
                section="Overview",
                label="Overview",
                url_name="analytics:overview",
                icon="layout-dashboard",
                order=0,
                keywords="dashboard figures metrics",
            )
        )
