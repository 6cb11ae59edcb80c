"""The four roles and what each may do. Pure: the groups in the database are made from this table.

A person or an API key has exactly one role, and each role includes the one before it.
"""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a member of staff or an API key is trusted with."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role's name as shown on pages."""
        return self.value.capitalize()


PERMISSIONS: Final[dict[str, str]] = {
    "view": "Can see every page except settings that hold secrets",
    "view_personal_data": "Can see names, addresses and other personal data in full",
    "edit": "Can create and change drafts",
    "publish": "Can publish, send, approve and stop",
    "administer": "Can manage staff, keys, settings and operations",
}
"""The permissions that views and the API ask for, and what each one means."""

_ADDED_BY_ROLE: Final[dict[Role, tuple[str, ...]]] = {
    Role.VIEWER: ("view",),
    Role.EDITOR: ("view_personal_data", "edit"),
    Role.PUBLISHER: ("publish",),
    Role.ADMIN: ("administer",),
}

ROLE_CHOICES: Final = [(role.value, role.label) for role in Role]


def permissions_of(role: Role) -> frozenset[str]:
    """Return the permissions of a role, those of the roles below it included."""
    steps = list(_ADDED_BY_ROLE)
    upto = steps[: steps.index(role) + 1]
    return frozenset().union(*(_ADDED_BY_ROLE[step] for step in upto))


def least_role(permission: str) -> Role:
    """Return the lowest role that has the permission.

    Raises:
        KeyError: no role has a permission of this name.
    """
    for role, added in _ADDED_BY_ROLE.items():
        if permission in added:
            return role
    raise KeyError(f"No role has the permission “{permission}”. Known: {', '.join(PERMISSIONS)}.")
