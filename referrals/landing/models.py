"""Sign-up attempts on the public page, to limit how often one place may try."""

from django.db import models


class SignUpAttempt(models.Model):
    """One posted form. The visitor is a keyed hash that changes every day."""

    id = models.BigAutoField(primary_key=True)
    visitor = models.BinaryField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        db_table = "referrals_sign_up_attempt"
        indexes = [models.Index(fields=["visitor", "at"], name="referrals_sign_up_attempt_rate")]

    def __str__(self) -> str:
        return f"attempt {self.pk}"
