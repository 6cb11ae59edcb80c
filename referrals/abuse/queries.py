"""Set statements about what makes a sign-up suspicious."""

from dataclasses import dataclass

from kernel.sql import SqlFile

SQL = SqlFile(__file__, "sign_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFacts:
    """The part of the facts that lies in tables."""

    has_same_phone: bool
    other_referral_with_mailbox: int | None
    other_advocate: int | None
    earlier_purchases: int


def gather_facts(
    *, advocate_id: int, friend_id: int, friend_print: bytes, qualifying_event: str
) -> StoredFacts:
    """Look up what the tables know about a sign-up; one statement."""
    return SQL.one(
        "gather_facts",
        {
            "advocate_id": advocate_id,
            "friend_id": friend_id,
            "friend_print": friend_print,
            "qualifying_event": qualifying_event,
        },
        into=StoredFacts,
    )


def list_mailboxes(customer_id: int) -> list[str]:
    """Return the customer's e-mail addresses."""
    return [row[0] for row in SQL.run("list_mailboxes", {"customer_id": customer_id})]
