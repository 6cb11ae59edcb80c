"""Reads of findings for pages."""

from referrals.abuse.models import Finding

MOST = 50


def list_open_holds() -> list[Finding]:
    """Return the findings that hold rewards until a person decides, oldest first."""
    findings = Finding.objects.filter(resolved_at__isnull=True, severity="hold")
    return list(findings.select_related("program", "advocate").order_by("found_at", "id")[:MOST])


def list_recent(program_id: int) -> list[Finding]:
    """Return the newest findings of a program, whatever became of them."""
    found = Finding.objects.filter(program_id=program_id).select_related("advocate")
    return list(found.order_by("-found_at", "-id")[:MOST])
