"""What the consent gate answers."""

from django.db import connection


def ask_gate(customer_id: int, *, channel: str, topic: str) -> str:
    """Return the reason of the gate, as every other statement in SQL gets it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT allowed, reason FROM profiles_may_contact(%s, %s, %s, NULL)",
            [customer_id, channel, topic],
        )
        [(allowed, reason)] = cursor.fetchall()
    assert allowed is (reason == "allowed")
    return reason
