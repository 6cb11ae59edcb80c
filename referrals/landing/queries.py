"""What the public page must know before it records a consent."""

from kernel.sql import SqlFile

SQL = SqlFile(__file__, "consent")


def is_consent_news(customer_id: int, *, topic: str, address: str) -> bool:
    """Say whether a consent given on the page changes anything.

    It never undoes a withdrawal, and saying the same again is nothing new.
    """
    params = {"customer_id": customer_id, "topic": topic, "address": address}
    return bool(SQL.value("is_consent_news", params))
