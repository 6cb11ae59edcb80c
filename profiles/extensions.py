"""What the slices of this app plug into the kernel and into each other."""

from kernel.events import register_log
from kernel.ui import navigation
from kernel.ui.navigation import NavItem
from profiles.extension_points import customer_mergers
from profiles.touchpoints.services.upkeep import TouchpointMerger

register_log("profiles.touchpoint", "profiles_touchpoint", time_column="received_at")
customer_mergers.register(TouchpointMerger.key, TouchpointMerger())
navigation.register(
    NavItem(section="Audience", label="Profiles", url_name="profiles:list", icon="users", order=10,
            keywords="people customers contacts")
)  # fmt: skip
