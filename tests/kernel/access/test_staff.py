import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from kernel.access.models import User
from kernel.access.roles import Role
from kernel.access.staff import (
    assign_role,
    change_role,
    create_staff,
    deactivate_staff,
    reactivate_staff,
    role_of,
)
from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def trail():
    return [(e.verb, e.before, e.after) for e in AuditEntry.objects.order_by("id")]


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_new_person_has_a_role_and_no_password():
    user = create_staff(
        email=" Ada@Example.com", role=Role.EDITOR, name="Ada", actor="user:1", now=NOW
    )
    assert (user.email, user.get_full_name(), role_of(user)) == (
        "ada@example.com", "Ada", Role.EDITOR,
    )  # fmt: skip
    assert not user.has_usable_password()
    assert trail() == [("created", None, {"role": "editor"})]


@pytest.mark.parametrize(("email", "message"), [
    ("not an address", "is not an e-mail address"),
    ("", "is not an e-mail address"),
    ("Owner@Example.com", "has an account already"),
])  # fmt: skip
def test_unusable_address_is_refused_and_nothing_is_made(owner, email, message):
    with pytest.raises(Invalid, match=message) as caught:
        create_staff(email=email, role=Role.EDITOR, actor="user:1", now=NOW)
    assert caught.value.field == "email"
    assert (User.objects.count(), trail()) == (1, [])


def test_change_of_role_is_on_record_once(owner, colleague):
    for _ in range(2):
        change_role(fresh(colleague), Role.PUBLISHER, actor="user:1", now=NOW)
    assert role_of(fresh(colleague)) is Role.PUBLISHER
    assert trail() == [("role_changed", {"role": "editor"}, {"role": "publisher"})]


@pytest.mark.parametrize("act", [
    lambda user: change_role(user, Role.EDITOR, actor="user:1", now=NOW),
    lambda user: deactivate_staff(user, actor="user:1", now=NOW),
], ids=["role", "deactivate"])  # fmt: skip
def test_only_admin_stays_until_there_is_another(owner, colleague, act):
    with pytest.raises(Conflict, match="only admin"):
        act(fresh(owner))
    assert (role_of(fresh(owner)), fresh(owner).is_active, trail()) == (Role.ADMIN, True, [])
    assign_role(colleague, Role.ADMIN)
    act(fresh(owner))
    assert len(trail()) == 1


def test_inactive_admin_does_not_count(owner, colleague):
    assign_role(colleague, Role.ADMIN)
    deactivate_staff(colleague, actor="user:1", now=NOW)
    with pytest.raises(Conflict, match="only admin"):
        deactivate_staff(owner, actor="user:1", now=NOW)


def test_superuser_keeps_the_role(owner):
    root = User.objects.create_superuser("root@example.com", "x")
    with pytest.raises(Conflict, match="superuser"):
        change_role(root, Role.VIEWER, actor="user:1", now=NOW)


def test_deactivating_ends_the_session_and_reactivating_needs_a_new_one(client, owner, colleague):
    client.force_login(colleague)
    assert client.get("/api/v1/me/").status_code == 200
    for _ in range(2):
        deactivate_staff(fresh(colleague), actor="user:1", now=NOW)
    assert client.get("/api/v1/me/").status_code == 401
    for _ in range(2):
        reactivate_staff(fresh(colleague), actor="user:1", now=NOW)
    assert fresh(colleague).is_active
    assert [verb for verb, *_ in trail()] == ["deactivated", "reactivated"]


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one():
    admins = []
    for name in ("ada", "bob"):
        user = User.objects.create_user(f"{name}@example.com")
        assign_role(user, Role.ADMIN)
        admins.append(user)
    barrier, refused = threading.Barrier(2), []

    def remove(user):
        barrier.wait()
        try:
            deactivate_staff(user, actor="user:1", now=NOW)
        except Conflict as error:
            refused.append(error.code)
        connection.close()

    workers = [threading.Thread(target=remove, args=[user]) for user in admins]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert User.objects.filter(is_active=True).count() == 1
    assert refused == ["last_admin"]
