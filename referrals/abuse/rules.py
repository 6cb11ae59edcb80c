"""What makes a referral suspicious, and how severe it is. Pure.

Certain cases block; uncertain ones hold the reward until a person has looked. A shared network
address alone never blocks: offices and campuses share one.
"""

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

# Providers whose mailboxes ignore dots, and their other names.
DOTLESS_DOMAINS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
# More sign-ups than this from one network in a day are looked at by a person.
SIGNUPS_PER_VISITOR = 3


class FindingKind(StrEnum):
    """What was found."""

    SELF_REFERRAL = "self_referral"
    SAME_MAILBOX = "same_mailbox"
    SAME_PHONE = "same_phone"
    DUPLICATE_MAILBOX = "duplicate_mailbox"
    ALREADY_REFERRED = "already_referred"
    ALREADY_CUSTOMER = "already_customer"
    REFERRAL_LOOP = "referral_loop"
    MANY_FROM_ONE_PLACE = "many_from_one_place"


class Severity(StrEnum):
    """Block: does not count. Hold: counts, but its rewards wait for a person."""

    BLOCK = "block"
    HOLD = "hold"


SEVERITIES = {
    kind: Severity.HOLD if kind is FindingKind.MANY_FROM_ONE_PLACE else Severity.BLOCK
    for kind in FindingKind
}

EXPLANATIONS = {
    FindingKind.SELF_REFERRAL: "The friend is the advocate.",
    FindingKind.SAME_MAILBOX: "The friend's address reaches the advocate's mailbox.",
    FindingKind.SAME_PHONE: "The friend has the advocate's phone number.",
    FindingKind.DUPLICATE_MAILBOX: "Somebody with the same mailbox was referred before.",
    FindingKind.ALREADY_REFERRED: "Another advocate referred this friend first.",
    FindingKind.ALREADY_CUSTOMER: "The friend was a customer before signing up.",
    FindingKind.REFERRAL_LOOP: "The friend referred the advocate, directly or through others.",
    FindingKind.MANY_FROM_ONE_PLACE: "Many sign-ups came from one network within a day.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpFacts:
    """What is known about a sign-up at the moment it is judged."""

    is_same_customer: bool
    has_same_mailbox: bool
    has_same_phone: bool
    other_referral_with_mailbox: int | None
    other_advocate: int | None
    earlier_purchases: int
    new_customers_only: bool
    closes_loop: bool
    signups_from_visitor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """One thing that was found, and the facts that show it."""

    kind: FindingKind
    evidence: dict[str, int | bool]

    @property
    def severity(self) -> Severity:
        """How severe this kind is."""
        return SEVERITIES[self.kind]


def judge_sign_up(facts: SignUpFacts) -> list[Suspicion]:
    """List what is suspicious, the gravest and most certain first. Empty means fine.

    Adding a suspicious fact never removes a suspicion.
    """
    checks: list[tuple[FindingKind, bool, dict[str, int | bool]]] = [
        (FindingKind.SELF_REFERRAL, facts.is_same_customer, {"same_customer": True}),
        (FindingKind.SAME_MAILBOX, facts.has_same_mailbox, {"same_mailbox": True}),
        (FindingKind.SAME_PHONE, facts.has_same_phone, {"same_phone": True}),
        (FindingKind.REFERRAL_LOOP, facts.closes_loop, {"closes_loop": True}),
        (
            FindingKind.ALREADY_REFERRED,
            facts.other_advocate is not None,
            {"first_advocate_id": facts.other_advocate or 0},
        ),
        (
            FindingKind.DUPLICATE_MAILBOX,
            facts.other_referral_with_mailbox is not None,
            {"first_referral_id": facts.other_referral_with_mailbox or 0},
        ),
        (
            FindingKind.ALREADY_CUSTOMER,
            facts.new_customers_only and facts.earlier_purchases > 0,
            {"earlier_purchases": facts.earlier_purchases},
        ),
        (
            FindingKind.MANY_FROM_ONE_PLACE,
            facts.signups_from_visitor > SIGNUPS_PER_VISITOR,
            {"signups_in_24_hours": facts.signups_from_visitor, "limit": SIGNUPS_PER_VISITOR},
        ),
    ]
    return [
        Suspicion(kind=kind, evidence=evidence) for kind, is_found, evidence in checks if is_found
    ]


def first_block(suspicions: list[Suspicion]) -> Suspicion | None:
    """Return the suspicion that blocks the sign-up, if one does."""
    return next((found for found in suspicions if found.severity is Severity.BLOCK), None)


def canonical_mailbox(address: str) -> str:
    """Reduce an e-mail address to the mailbox it reaches, to compare and never to send to.

    Lower case, Unicode NFKC, international domain in ASCII, without a “+tag”; for providers that
    ignore dots, without dots and under their main name.
    """
    local, _, domain = unicodedata.normalize("NFKC", address).strip().lower().rpartition("@")
    # A domain that IDNA refuses stays as it was typed; it cannot receive mail anyway.
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    local = local.partition("+")[0]
    if domain in DOTLESS_DOMAINS:
        return f"{local.replace('.', '')}@{DOTLESS_DOMAINS[domain]}"
    return f"{local}@{domain}"
