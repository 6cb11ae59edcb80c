"""The roof's entries of the side bar, and its own pages below “Settings”."""

from kernel.ui.navigation import NavItem
from kernel.ui.settings_pages import SettingsPage

ENTRIES = (
    NavItem(
        section="Workspace", label="Data and records", url_name="admin:index", icon="database",
        order=10, keywords="admin tables raw", permission="view_personal_data",
    ),
    NavItem(
        section="Workspace", label="Captured messages", url_name="mailbox:list", icon="inbox", order=15,
        keywords="mailbox inbox e-mail mail sms push sent", permission="view_personal_data",
    ),
    NavItem(
        section="Workspace", label="Settings", url_name="accounts:settings", icon="settings",
        order=20, keywords="staff users roles api keys audit log operations health",
    ),
)  # fmt: skip

PAGES = (
    SettingsPage(
        label="Staff", text="Who can log in, and what they may do.",
        url_name="accounts:staff", icon="users", order=10,
    ),
    SettingsPage(
        label="API keys", text="Programs that call the REST API.",
        url_name="accounts:keys", icon="key-round", order=20,
    ),
    SettingsPage(
        label="API reference", text="Every address, what it takes and what it answers.",
        url_name="api:docs", icon="book-open", order=30, permission="view",
    ),
    SettingsPage(
        label="Data retention", text="How long touchpoints and events are kept.",
        url_name="operations:retention", icon="archive", order=70,
    ),
    SettingsPage(
        label="Audit log", text="Who changed what, and when.",
        url_name="operations:audit", icon="history", order=80,
    ),
    SettingsPage(
        label="Operations", text="Database, broker, workers, readers of facts, queues, disk.",
        url_name="operations:state", icon="activity", order=90,
    ),
)  # fmt: skip
