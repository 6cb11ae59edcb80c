"""Three standing people of permission tests: the owner (admin), a colleague (editor), a stranger.

Imported by `tests/conftest.py`, so every test can ask for them by name.
"""

import pytest

from kernel.access.models import User
from kernel.access.roles import Role
from kernel.access.staff import assign_role

PASSWORD = "correct horse 9"


@pytest.fixture
def owner(db):
    """An admin."""
    return _person("owner@example.com", Role.ADMIN)


@pytest.fixture
def colleague(db):
    """An editor."""
    return _person("colleague@example.com", Role.EDITOR)


@pytest.fixture
def stranger(db):
    """Somebody with an account and no role."""
    return _person("stranger@example.com", None)


def _person(email, role):
    user = User.objects.create_user(email, PASSWORD)
    if role is not None:
        assign_role(user, role)
    return user
