import pytest
from django.contrib.auth.models import Group

from kernel.access.models import User
from kernel.access.roles import PERMISSIONS, Role, least_role, permissions_of
from kernel.access.staff import assign_role, role_of, sync_roles


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.VIEWER, {"view"}),
        (Role.EDITOR, {"view", "view_personal_data", "edit"}),
        (Role.PUBLISHER, {"view", "view_personal_data", "edit", "publish"}),
        (Role.ADMIN, {"view", "view_personal_data", "edit", "publish", "administer"}),
    ],
)
def test_each_role_includes_the_one_before_it(role, expected):
    assert permissions_of(role) == expected


def test_every_permission_belongs_to_some_role():
    assert {least_role(name) for name in PERMISSIONS} == set(Role)


def test_unknown_permission_names_the_known_ones():
    with pytest.raises(KeyError, match="view_personal_data"):
        least_role("fly")


@pytest.mark.django_db
def test_sync_makes_exactly_the_permissions_of_the_table_again():
    sync_roles()
    viewer = Group.objects.get(name="viewer")
    viewer.permissions.set(Group.objects.get(name="admin").permissions.all())
    sync_roles()
    assert [p.codename for p in viewer.permissions.all()] == ["view"]
    assert Group.objects.filter(name__in=list(Role)).count() == 4


def test_new_role_replaces_the_old_one_at_once(owner):
    friends = Group.objects.create(name="Friends of the kitchen")
    owner.groups.add(friends)
    assert owner.has_perm("kernel.administer")
    assign_role(owner, Role.VIEWER)
    assert not owner.has_perm("kernel.administer")
    assert owner.has_perm("kernel.view")
    assert role_of(owner) is Role.VIEWER
    assert friends in owner.groups.all()


def test_person_without_a_group_has_no_role(stranger):
    assert role_of(stranger) is None
    assert not stranger.has_perm("kernel.view")


@pytest.mark.django_db
def test_superuser_counts_as_admin():
    assert role_of(User.objects.create_superuser("root@example.com", "x")) is Role.ADMIN
