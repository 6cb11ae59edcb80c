"""Every periodic task, declared once; `manage.py sync_schedule` brings it to Celery beat.

A task only wakes work that lies in a table: a missed tick costs time, never work.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Periodic:
    """One periodic task: its name in the schedule, the Celery task, and the seconds between."""

    name: str
    task: str
    every_seconds: int


PERIODIC: tuple[Periodic, ...] = (
    Periodic("Kernel: task round trip", "kernel.record_round_trip", 2),
    Periodic("Kernel: read facts", "kernel.read_facts", 1),
    Periodic("Kernel: forget idempotency keys", "kernel.purge_idempotency_keys", 3600),
    Periodic("Kernel: forget what is older than chosen", "kernel.apply_retention", 3600),
    Periodic("Profiles: drain the inbox", "profiles.drain_inbox", 1),
    Periodic("Profiles: settle due segment memberships", "profiles.refresh_due_segments", 1),
    Periodic(
        "Profiles: verify a sample of segment members", "profiles.verify_segment_sample", 3600
    ),
    Periodic("Profiles: verify all segment members", "profiles.verify_segments", 86_400),
    Periodic("Profiles: settle due computed traits", "profiles.refresh_computed", 2),
    Periodic("Profiles: compute scores, verify traits", "profiles.verify_computed", 86_400),
    Periodic("Profiles: move what was stored during merges", "profiles.sweep_stragglers", 60),
    Periodic("Profiles: work on uploads", "profiles.work_uploads", 2),
    Periodic("Profiles: run pulls that are due", "profiles.run_pulls", 5),
    Periodic("Profiles: delete files of ended uploads", "profiles.forget_files", 3600),
    Periodic("Profiles: set attributes of many", "profiles.change_traits", 5),
    Periodic("Profiles: make exports", "profiles.make_exports", 5),
    Periodic("Profiles: delete files of old exports", "profiles.forget_exports", 3600),
    Periodic("Profiles: forget touchpoints by rule", "profiles.forget_touchpoints", 600),
    Periodic("Profiles: count consents", "profiles.count_consents", 300),
    Periodic("Profiles: name traits of older accounts", "profiles.learn_account_traits", 86_400),
    Periodic("Profiles: look for duplicates", "profiles.look_for_duplicates", 86_400),
    Periodic("Profiles: watch over stitching", "profiles.watch_stitching", 60),
    Periodic("Profiles: keep partitions", "profiles.keep_partitions", 3600),
    Periodic("Campaigns: advance journeys", "campaigns.advance_journeys", 1),
    Periodic("Campaigns: make dry runs", "campaigns.make_dry_runs", 10),
    Periodic("Campaigns: let people into journeys by the clock", "campaigns.start_scheduled", 30),
    Periodic("Campaigns: make the calls of journeys", "campaigns.make_calls", 5),
    Periodic("Campaigns: hold people in paused journeys", "campaigns.hold_paused", 10),
    Periodic("Campaigns: move broadcasts on", "campaigns.advance_broadcasts", 5),
    Periodic("Campaigns: count the figures of broadcasts", "campaigns.measure_broadcasts", 15),
    Periodic("Campaigns: send what is due", "campaigns.send_due", 1),
    Periodic("Campaigns: compact the numbers of journeys", "campaigns.compact_tallies", 300),
    Periodic("Campaigns: look at coupon pools", "campaigns.look_at_coupons", 300),
    Periodic("Campaigns: keep partitions", "campaigns.keep_partitions", 3600),
    Periodic("Campaigns: ask providers about unknown messages", "campaigns.ask_providers", 300),
    Periodic("Campaigns: settle claims of lost workers", "campaigns.settle_stale", 60),
    Periodic("Referrals: grant rewards whose hold is over", "referrals.release_grants", 2),
    Periodic("Analytics: measure journeys", "analytics.measure_journeys", 15),
    Periodic("Analytics: count active people", "analytics.count_active_people", 300),
    Periodic("Analytics: compare figures with the facts", "analytics.reconcile", 86_400),
)
