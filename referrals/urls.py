"""The pages of `referrals`: programs and rewards for staff, invitations for everybody."""

from django.urls import path

from referrals.landing import views as landing
from referrals.programs import views as programs
from referrals.rewards import views as rewards

app_name = "referrals"
urlpatterns = [
    path("r/<slug:code>", landing.invitation, name="invitation"),
    path("r/<slug:code>/thanks", landing.thanks, name="thanks"),
    path("programs/", programs.program_list, name="programs"),
    path("programs/new", programs.create, name="program_new"),
    path("programs/<uuid:key>", rewards.program, name="program"),
    path("programs/<uuid:key>/terms", programs.terms, name="terms"),
    path("programs/<uuid:key>/end", programs.end, name="program_end"),
    path("rewards/", rewards.rewards, name="rewards"),
    path("rewards/<uuid:key>", rewards.grant, name="grant"),
    path("rewards/findings/<int:finding_id>", rewards.decide, name="finding"),
]
