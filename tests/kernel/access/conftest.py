"""Three standing people: the owner (admin), a colleague (editor), a stranger (no role)."""

import pytest

from kernel.access.models import User
from kernel.access.roles import Role
from kernel.access.staff import assign_role


@pytest.fixture
def owner(db):
    user = User.objects.create_user("owner@example.com", "correct horse 9")
    assign_role(user, Role.ADMIN)
    return user


@pytest.fixture
def colleague(db):
    user = User.objects.create_user("colleague@example.com", "correct horse 9")
    assign_role(user, Role.EDITOR)
    return user


@pytest.fixture
def stranger(db):
    return User.objects.create_user("stranger@example.com", "correct horse 9")
