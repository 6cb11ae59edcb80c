"""Sending a test of a message to oneself."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from campaigns.content.editing import find_draft
from campaigns.content.models import Template
from campaigns.content.previewing import find_person, preview_words
from campaigns.content.reviewing import finish
from campaigns.content.rules.rendering import CompiledWords
from campaigns.content.selectors import get_compiled_words, get_template, list_locales
from campaigns.content.self_tests import SAID, OwnAddress, send_test
from campaigns.content.views.pages import asked_person
from campaigns.contracts import SendOutcome
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict, Invalid


@require_POST
@require("edit")
def send(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send the draft, or with `live` the published words, as the page shows them."""
    found, now = get_template(key), timezone.now()
    locale, person = request.POST.get("locale", "")[:16], asked_person(request)
    is_live = "live" in request.POST
    try:
        compiled = _live(found, locale) if is_live else _written(found, locale)
        shown = preview_words(compiled, person=find_person(person), now=now)
        address = getattr(request.user, "email", "")
        sender = _key(request, "sender") if request.POST.get("sender") else None
        to = OwnAddress(
            actor=actor_of(request.user), address=address, key=_key(request, "test"), sender=sender
        )
        outcome = send_test(found, shown, to=to, now=now)
    except (Conflict, Invalid) as error:
        messages.error(request, f"Not sent. {error.message}")
    else:
        tell = messages.success if outcome is SendOutcome.ACCEPTED else messages.warning
        tell(request, f"Test: {SAID[outcome]}")
    page = "campaigns:template" if is_live else "campaigns:template-edit"
    asked = {"locale": locale, "person": person}
    query = urlencode({name: value for name, value in asked.items() if value})
    return redirect(f"{reverse(page, kwargs={'key': key})}{'?' if query else ''}{query}")


def _key(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Invalid(name, "The page is not whole. Load it again.") from None


def _live(template: Template, locale: str) -> CompiledWords:
    version = template.live_version_id
    if version is None:
        raise Conflict("Nothing of this template is published.")
    return get_compiled_words(version, locale if locale in list_locales(version) else "")


def _written(template: Template, locale: str) -> CompiledWords:
    draft = find_draft(template, locale=locale)
    if draft is None:
        raise Conflict("There is no such draft any more. Load the page again.")
    return finish(draft).compiled
