"""What a source's end users may do: the keys their tokens are signed with, and the traits allowed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class ClientKey(models.Model):
    """A secret that a customer's server signs user tokens with.

    It must be read to check signatures, so it is encrypted, not hashed. Several keys of one source
    work side by side, which is how a key is replaced without an interruption.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey("profiles.Source", on_delete=models.CASCADE, related_name="+")
    key_id = models.CharField(max_length=32, unique=True)
    sealed_secret = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "profiles_client_key"

    def __str__(self) -> str:
        return self.key_id


class ClientAccess(models.Model):
    """Which traits the end users of a source may read and write about themselves."""

    id = models.BigAutoField(primary_key=True)
    source = models.OneToOneField("profiles.Source", on_delete=models.CASCADE, related_name="+")
    readable = ArrayField(models.TextField(), default=list, blank=True)
    writable = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        db_table = "profiles_client_access"

    def __str__(self) -> str:
        return str(self.source_id)
