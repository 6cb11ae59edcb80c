"""The page of one's own sessions."""

from typing import Any

from allauth.usersessions.views import ListUserSessionsView

from mcps_site.accounts.browsers import name_browser


class OwnSessions(ListUserSessionsView):
    """django-allauth's page, with browsers by name and the newest session first."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the rows of the table."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        newest = reversed(context["sessions"])
        context["rows"] = [(session, name_browser(session.user_agent)) for session in newest]
        return context
