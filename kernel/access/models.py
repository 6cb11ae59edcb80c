"""Staff accounts and the keys of programs that call the API."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    """Creates staff accounts, which are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account; without a password it cannot be used to log in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """Create an account that may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A member of staff. Roles are groups; see `kernel.access.roles`."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    theme = models.CharField(
        max_length=6, choices=[("system", "System"), ("light", "Light"), ("dark", "Dark")],
        default="system", db_default="system",
    )  # fmt: skip

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case")
        ]
