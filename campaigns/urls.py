"""All pages of campaigns, gathered from the slices."""

from django.urls import include, path

from campaigns.broadcasts import views as broadcasts
from campaigns.catalogs import views as catalogs
from campaigns.channels import views as channels
from campaigns.clerks import views as clerks
from campaigns.content import urls as content
from campaigns.coupons import views as coupons
from campaigns.deliveries.views import activity as deliveries
from campaigns.deliveries.views import limits, messages, settling
from campaigns.journeys import urls as journeys

staff = (
    [
        *journeys.urlpatterns,
        path("broadcasts/", broadcasts.broadcasts, name="broadcasts"),
        path("broadcasts/calendar/", broadcasts.calendar, name="broadcast-calendar"),
        path("broadcasts/new/", broadcasts.new, name="broadcast-new"),
        path("broadcasts/<uuid:key>/", broadcasts.broadcast, name="broadcast"),
        path("broadcasts/<uuid:key>/audience/", broadcasts.audience, name="broadcast-audience"),
        path("broadcasts/<uuid:key>/message/", broadcasts.message, name="broadcast-message"),
        path("broadcasts/<uuid:key>/time/", broadcasts.time, name="broadcast-time"),
        path("broadcasts/<uuid:key>/review/", broadcasts.review, name="broadcast-review"),
        path("broadcasts/<uuid:key>/stop/", broadcasts.stop, name="broadcast-stop"),
        *content.urlpatterns,
        path("templates/catalogs/", catalogs.catalog_list, name="catalogs"),
        path("templates/catalogs/new/", catalogs.new_catalog, name="catalog-new"),
        path("templates/catalogs/<slug:slug>/", catalogs.catalog, name="catalog"),
        path(
            "templates/catalogs/<slug:slug>/delete/", catalogs.delete_catalog, name="catalog-delete"
        ),
        path("templates/coupons/", coupons.pool_list, name="coupon-pools"),
        path("templates/coupons/new/", coupons.new_pool, name="coupon-pool-new"),
        path("templates/coupons/<slug:slug>/", coupons.pool, name="coupon-pool"),
        path("senders/", channels.senders, name="senders"),
        path("senders/new/", channels.choose, name="sender-choose"),
        path("senders/new/<slug:channel>/<slug:kind>/", channels.add, name="sender-add"),
        path("senders/<uuid:key>/", channels.edit, name="sender-edit"),
        path("senders/<uuid:key>/check/", channels.check, name="sender-check"),
        path("senders/<uuid:key>/default/", channels.use_as_default, name="sender-default"),
        path("senders/pause/", channels.pause_all, name="sending-pause"),
        path("senders/resume/", channels.resume_all, name="sending-resume"),
        path("senders/<uuid:key>/pause/", channels.pause_sender, name="sender-pause"),
        path("limits/", limits.overview, name="limits"),
        path("limits/rule/", limits.edit_rule, name="sending-rule"),
        path("limits/caps/new/", limits.add_cap, name="cap-new"),
        path("limits/caps/<int:number>/", limits.edit_cap, name="cap-edit"),
        path("limits/caps/<int:number>/delete/", limits.delete_cap, name="cap-delete"),
        path("limits/volume/new/", limits.add_volume, name="volume-new"),
        path("limits/volume/<int:number>/", limits.edit_volume, name="volume-edit"),
        path("limits/volume/<int:number>/delete/", limits.delete_volume, name="volume-delete"),
        path("limits/quiet/new/", limits.add_quiet, name="quiet-new"),
        path("limits/quiet/<slug:channel>/", limits.edit_quiet, name="quiet-edit"),
        path("limits/quiet/<slug:channel>/delete/", limits.delete_quiet, name="quiet-delete"),
        path("cards/", clerks.cards, name="cards"),
        path("cards/<uuid:key>/done/", clerks.finish, name="card-finish"),
        path("messages/", deliveries.activity, name="messages"),
        path("messages/unknown/", settling.settle_all, name="messages-unknown"),
        path("messages/<uuid:key>/", messages.message, name="message"),
        path("messages/<uuid:key>/content/", messages.content, name="message-content"),
        path("messages/<uuid:key>/settle/", deliveries.settle, name="message-settle"),
        path("messages/<uuid:key>/repeat/", deliveries.repeat, name="message-repeat"),
    ],
    "campaigns",
)
urlpatterns = [
    path("", include("campaigns.deliveries.public_urls")),
    path("", include(staff)),
]
