"""The column by which a fact log is read in order."""

from typing import Any

from django.db import models
from django.db.models import Func


class CurrentXid(Func):
    """The id of the transaction that writes the row, as the database's default."""

    function = "pg_current_xact_id"

    def __init__(self) -> None:
        super().__init__(output_field=models.TextField())


class Xid8Field(models.TextField):  # type: ignore[type-arg]  # not generic at run time
    """A 64-bit transaction id, text in Python; by default that of the writing transaction.

    An index on `(xid, id)` belongs to every log table.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("db_default", CurrentXid())
        options.setdefault("editable", False)
        super().__init__(**options)

    def db_type(self, connection: Any) -> str:
        """Return PostgreSQL's type."""
        return "xid8"
