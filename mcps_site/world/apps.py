"""The demo world as a Django app; installed only where `DEMO` is on."""

from django.apps import AppConfig


class WorldConfig(AppConfig):
    name = "mcps_site.world"
    label = "world"

    def ready(self) -> None:
        from kernel.ui.navigation import NavItem, register
        from kernel.ui.shell import Badge, register_badge

        register(NavItem(section="Workspace", label="About this demo", url_name="world:about",
                         icon="globe", order=10, keywords="simulation reset speed"))  # fmt: skip
        register_badge(
            "world",
            lambda: Badge(label="Simulation", title="These people are simulated; nobody is real."),
        )
