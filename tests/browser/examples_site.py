"""Examples of the pages of staff, operations, the mailbox and the raw records."""

from tests.browser.examples import example


def _periodic_task():
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    every, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.MINUTES)
    task, _ = PeriodicTask.objects.get_or_create(
        name="an example", defaults={"task": "kernel.example", "interval": every}
    )
    return {"object_id": task.pk}


for _page in ("change", "delete", "history"):
    example(f"admin:django_celery_beat_periodictask_{_page}")(_periodic_task)


@example("admin:app_list")
def _app():
    return {"app_label": "django_celery_beat"}


@example("account_reset_password_from_key")
def _used_up_key():
    return {"uidb36": "1", "key": "set-password"}


def _colleague():
    from datetime import UTC, datetime

    from kernel.access.models import User
    from kernel.access.roles import Role
    from kernel.access.staff import create_staff

    email = "a.colleague.with.a.long.address@subsidiary.example.com"
    found = User.objects.filter(email=email).first()
    return found or create_staff(
        email=email, role=Role.EDITOR, actor="user:1", now=datetime.now(UTC)
    )


for _page in ("staff_detail", "staff_role"):
    example(f"accounts:{_page}")(lambda: {"user_id": _colleague().pk})


@example("accounts:staff_action")
def _staff_action():
    return {"user_id": _colleague().pk, "name": "deactivate"}


def _api_key():
    from datetime import UTC, datetime

    from kernel.access.api_keys import issue_api_key
    from kernel.access.roles import Role

    issued = issue_api_key(name="Shop", role=Role.EDITOR, actor="user:1", now=datetime.now(UTC))
    return {"prefix": issued.row.prefix}


for _page in ("key_rotate", "key_revoke"):
    example(f"accounts:{_page}")(_api_key)


@example("mailbox:mail")
def _mail():
    import mailbox

    from mcps_site.runtime import places
    from mcps_site.runtime.mailbox import list_mails

    if not list_mails(limit=1):
        lines = ["From: shop@shop.example", "To: ada@example.com", "Subject: Hello", "", "Hi Ada"]
        mailbox.Maildir(places.mailbox_dir(), factory=None, create=True).add("\n".join(lines))
    return {"key": list_mails(limit=1)[0].key}


@example("operations:choose_retention")
def _retained_log():
    return {"log": "profiles.touchpoint"}


@example("operations:replay")
def _parked_fact():
    from datetime import UTC, datetime

    from kernel.events.models import Parked

    row, _ = Parked.objects.get_or_create(
        subscriber="campaigns.event_entry", fact_xid="5", fact_id=12,
        defaults={
            "source": "kernel.event", "error": "ValueError: the price is missing",
            "parked_at": datetime.now(UTC),
        },
    )  # fmt: skip
    return {"parked_id": row.pk}
