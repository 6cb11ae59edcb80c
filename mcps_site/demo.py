"""The staff log-in of a demo. It exists only where `DEMO` is set."""

from kernel.access.models import User
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from mcps_site.runtime.programs import DEMO_EMAIL, DEMO_PASSWORD


def ensure_demo_login() -> User:
    """Make the demo's admin with the known password; a second call changes nothing."""
    user = User.objects.filter(email=DEMO_EMAIL).first()
    if user is None:
        user = User.objects.create_user(DEMO_EMAIL, DEMO_PASSWORD, first_name="Demo")
        assign_role(user, Role.ADMIN)
    return user
