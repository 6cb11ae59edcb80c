"""What is said and decided about an error in a subscriber."""

from django.db import InterfaceError, OperationalError
from psycopg.errors import QueryCanceled

from kernel.errors import DomainError, Unavailable


def describe(error: BaseException) -> str:
    """Return an error for the operator. PostgreSQL's detail is left out: it quotes the row."""
    diagnosis = getattr(error.__cause__, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    return f"{kind_of(error)}: {primary or error}"[:500]


def kind_of(error: BaseException) -> str:
    """Return the kind of an error, which may be logged: it quotes nothing."""
    return error.code if isinstance(error, DomainError) else type(error).__name__


def can_mend_itself(error: BaseException) -> bool:
    """Say whether the same facts may succeed a moment later.

    A cancelled statement is not such a case: it took too long and takes half as long with half
    the facts.
    """
    if isinstance(error.__cause__, QueryCanceled):
        return False
    return isinstance(error, OperationalError | InterfaceError | Unavailable)
