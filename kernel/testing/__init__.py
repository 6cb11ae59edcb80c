"""What the tests of every app share."""

from kernel.testing.facts import drain_facts, wait_until_settled
from kernel.testing.racing import run_together

__all__ = ["drain_facts", "run_together", "wait_until_settled"]
