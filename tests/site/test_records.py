import pytest
from django.contrib import admin
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from kernel.access.models import ApiKey
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.admin import MOST_COUNTED, CappedPaginator, ReadOnlyAdmin
from kernel.audit import record
from kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
INDEX = "/records/"


def own_tables():
    return [
        (model, shown)
        for model, shown in admin.site._registry.items()
        if isinstance(shown, ReadOnlyAdmin)
    ]


def test_records_open_for_those_who_may_see_personal_data(client, owner, colleague, stranger):
    viewer = stranger
    assign_role(viewer, Role.VIEWER)
    found = []
    for user in (owner, colleague, viewer):
        client.force_login(user)
        found.append(client.get(INDEX).status_code)
    assert found == [200, 200, 302]
    refused = client.get(INDEX, follow=True)
    assert refused.status_code == 403
    assert "This needs the role Editor" in refused.content.decode()


def test_log_in_goes_through_the_same_door(client):
    landed = client.get(INDEX, follow=True)
    assert landed.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert landed.templates[0].name == "account/login.html"


def test_tables_of_the_installation_are_for_admins(client, owner, colleague):
    address = reverse("admin:kernel_apikey_changelist")
    client.force_login(colleague)
    assert client.get(address).status_code == 403
    client.force_login(owner)
    assert client.get(address).status_code == 200


def test_every_table_of_ours_is_read_only_and_opens(client, owner):
    client.force_login(owner)
    assert len(own_tables()) >= 7
    for model, _ in own_tables():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, name
        assert client.get(reverse(f"{name}_add")).status_code == 403, name


def test_record_is_shown_without_secrets_and_cannot_be_changed(client, owner):
    client.force_login(owner)
    key = ApiKey.objects.create(
        name="Shop", prefix="abcd1234", secret_hash="f" * 64, role="editor",
        created_at=owner.date_joined,
    )  # fmt: skip
    address = reverse("admin:kernel_apikey_change", args=[key.pk])
    assert "f" * 64 not in client.get(address).content.decode()
    assert client.post(address, {"name": "Mine"}).status_code == 403
    assert ApiKey.objects.get().name == "Shop"
    person = client.get(reverse("admin:kernel_user_change", args=[owner.pk])).content.decode()
    assert owner.password not in person


def test_tables_of_log_in_libraries_are_not_shown():
    labels = {model._meta.app_label for model in admin.site._registry}
    assert labels.isdisjoint({"auth", "account", "mfa", "usersessions", "sessions"})


def test_schedule_is_paused_by_admins_only_and_on_record(client, owner, colleague):
    every = IntervalSchedule.objects.create(every=5, period="seconds")
    task = PeriodicTask.objects.create(name="Tick", task="kernel.tick", interval=every)
    address = reverse("admin:django_celery_beat_periodictask_change", args=[task.pk])
    form = {
        "name": "Tick", "regtask": "", "task": "kernel.tick", "interval": every.pk,
        "args": "[]", "kwargs": "{}", "headers": "{}", "description": "",
    }  # fmt: skip
    client.force_login(colleague)
    assert client.post(address, form).status_code == 403
    assert PeriodicTask.objects.get().enabled
    client.force_login(owner)
    assert client.post(address, form).status_code == 302
    assert not PeriodicTask.objects.get().enabled
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.object_type) == (
        f"user:{owner.pk}", "changed", "periodictask",
    )  # fmt: skip


def test_count_of_a_large_table_stops(owner, monkeypatch):
    for number in range(3):
        record(actor="user:1", verb="v", object_type="t", object_id=number, now=owner.date_joined)
    rows = AuditEntry.objects.order_by("-id")
    assert CappedPaginator(rows, 50).count == 3
    monkeypatch.setattr("kernel.admin.MOST_COUNTED", 2)
    assert CappedPaginator(rows, 50).count == 2
    assert MOST_COUNTED == 10_000
