"""Turns referrals, findings and grants into rows for pages; names only for those who may see them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from kernel.access.permissions import may
from kernel.ui.links import find_url
from profiles.contracts import CustomerId, CustomerSummary
from profiles.facade import get_customers
from referrals.abuse.models import Finding
from referrals.abuse.rules import EXPLANATIONS, FindingKind
from referrals.abuse.selectors import list_open_holds, list_recent
from referrals.graph.selectors import list_newest, list_top_advocates
from referrals.programs.models import Program
from referrals.programs.panels import TONES, funnel_chart, offer_text, rate_text
from referrals.programs.rules import amount_text
from referrals.programs.selectors import read_funnels
from referrals.rewards.models import Grant

REFERRAL_TONES = {"started": "info", "converted": "brand", "rewarded": "ok", "reversed": "warn"}
GRANT_TONES = {"held": "warn", "granted": "ok", "reversed": "danger", "capped": ""}


class Names:
    """Who the people of a page are, read once; a short key for those who may not see names."""

    def __init__(self, customer_ids: Iterable[int], *, user: Any) -> None:
        ids = [CustomerId(customer_id) for customer_id in set(customer_ids)]
        self._people: dict[CustomerId, CustomerSummary] = get_customers(ids)
        self._may_see = may(user, "view_personal_data")

    def of(self, customer_id: int) -> dict[str, str]:
        """Return the name and the profile's address of a person."""
        person = self._people.get(CustomerId(customer_id))
        if person is None:
            return {"name": "Erased person", "href": ""}
        name = person.display_name if self._may_see else f"Person …{str(person.key)[-6:]}"
        return {"name": name, "href": find_url("profiles:profile", person.key)}


def program_page(program: Program, *, user: Any, now: datetime) -> dict[str, Any]:
    """Return the context of a program's page."""
    counts = read_funnels([program.pk], now=now)[program.pk]
    newest, top = list_newest(program.pk), list_top_advocates(program.pk, now=now)
    findings = list_recent(program.pk)
    names = Names(
        [
            *(each.friend_id for each in newest),
            *(each.advocate.customer_id for each in newest),
            *(each.customer_id for each in top),
            *(each.friend_id for each in findings),
            *(each.advocate.customer_id for each in findings),
        ],
        user=user,
    )
    return {
        "program": program,
        "tone": TONES[program.status],
        "offer": offer_text(program),
        "funnel": funnel_chart(counts),
        "rate": rate_text(counts),
        "newest": [
            {
                "referral": each,
                "tone": REFERRAL_TONES.get(each.status, ""),
                "advocate": names.of(each.advocate.customer_id),
                "friend": names.of(each.friend_id),
            }
            for each in newest
        ],
        "top": [{"advocate": each, "person": names.of(each.customer_id)} for each in top],
        "findings": [finding_row(each, names) for each in findings],
        "may_publish": may(user, "publish"),
    }


def finding_row(finding: Finding, names: Names) -> dict[str, Any]:
    """Return a finding with its explanation and the facts that show it."""
    facts = (f"{name.replace('_', ' ')}: {value}" for name, value in finding.evidence.items())
    return {
        "finding": finding,
        "explanation": EXPLANATIONS[FindingKind(finding.kind)],
        "evidence": ", ".join(facts),
        "advocate": names.of(finding.advocate.customer_id),
        "friend": names.of(finding.friend_id),
    }


def rewards_page(grants: Sequence[Grant], *, user: Any) -> dict[str, Any]:
    """Return the rows of the ledger page and the findings that wait for a decision."""
    findings = list_open_holds()
    names = Names(
        [
            *(grant.customer_id for grant in grants),
            *(each.friend_id for each in findings),
            *(each.advocate.customer_id for each in findings),
        ],
        user=user,
    )
    return {
        "rows": [grant_row(grant, names) for grant in grants],
        "findings": [finding_row(each, names) for each in findings],
        "may_publish": may(user, "publish"),
    }


def grant_row(grant: Grant, names: Names) -> dict[str, Any]:
    """Return a grant with its person, its amount in words and the color of its state."""
    return {
        "grant": grant,
        "person": names.of(grant.customer_id),
        "amount": amount_text(grant.amount, grant.unit),
        "tone": GRANT_TONES[grant.status],
    }
