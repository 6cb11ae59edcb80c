"""Gathers the slices' models for Django; nothing else."""

from referrals.abuse.models import Finding
from referrals.graph.models import Referral, ReferralChange, Visit
from referrals.landing.models import SignUpAttempt
from referrals.programs.models import Advocate, Program, ProgramVersion
from referrals.rewards.models import Account, Grant, LedgerEntry, Posting, Refund

__all__ = [
    "Account",
    "Advocate",
    "Finding",
    "Grant",
    "LedgerEntry",
    "Posting",
    "Program",
    "ProgramVersion",
    "Referral",
    "ReferralChange",
    "Refund",
    "SignUpAttempt",
    "Visit",
]
