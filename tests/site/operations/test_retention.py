from django.urls import reverse

from kernel.retention.models import RetentionPolicy

LOG = "profiles.touchpoint"
PAGE = reverse("operations:retention")
CHOOSE = reverse("operations:choose_retention", args=[LOG])


def test_admins_see_each_log_and_choose_how_long_it_is_kept(client, owner):
    client.force_login(owner)
    shown = client.get(PAGE).content.decode()
    assert "Touchpoints" in shown
    assert "Published events" in shown
    assert shown.count("kept for ever") == 2
    assert "The last run forgot nothing" not in shown
    answer = client.post(CHOOSE, {"keep_days": "365"}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Touchpoints: kept for 365 days." in answer.content.decode()
    assert RetentionPolicy.objects.get().keep_days == 365
    client.post(CHOOSE, {"keep_days": ""})
    assert RetentionPolicy.objects.get().keep_days is None


def test_too_few_days_are_refused_beside_their_field(client, owner):
    client.force_login(owner)
    answer = client.post(CHOOSE, {"keep_days": "7"})
    assert answer.status_code == 422
    assert "Keep at least 30 days" in answer.content.decode()
    assert not RetentionPolicy.objects.exists()


def test_a_log_that_does_not_exist_is_not_found(client, owner):
    client.force_login(owner)
    answer = client.post(reverse("operations:choose_retention", args=["no.log"]), {"keep_days": ""})
    assert answer.status_code == 404


def test_others_than_admins_neither_see_nor_choose(client, colleague):
    client.force_login(colleague)
    assert client.get(PAGE).status_code == 403
    assert client.post(CHOOSE, {"keep_days": "30"}).status_code == 403
    assert not RetentionPolicy.objects.exists()
