"""Pages about staff accounts, for admins."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.models import User
from kernel.access.permissions import require
from kernel.access.roles import Role
from kernel.access.staff import change_role, create_staff, role_of
from kernel.errors import Conflict, Invalid
from kernel.ui.forms import show_error
from mcps_site.accounts import selectors
from mcps_site.accounts.actions import ACTIONS
from mcps_site.accounts.forms import NewStaffForm, RoleForm
from mcps_site.accounts.links import password_link


@require_GET
@require("administer")
def staff_list(request: HttpRequest) -> HttpResponse:
    """Show all accounts."""
    rows = [(user, role_of(user)) for user in selectors.list_staff()]
    return render(request, "accounts/staff/list.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
@require("administer")
def staff_new(request: HttpRequest) -> HttpResponse:
    """Add a person, and show the password link once."""
    form = NewStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = create_staff(
                email=form.cleaned_data["email"], name=form.cleaned_data["name"],
                role=Role(form.cleaned_data["role"]),
                actor=actor_of(request.user), now=timezone.now(),
            )  # fmt: skip
            return _show_link(request, user, password_link(user))
        except Invalid as error:
            show_error(form, error)
    status = 422 if form.errors else 200
    return render(request, "accounts/staff/form.html", {"form": form}, status=status)


@require_GET
@require("administer")
def staff_detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one account and its history."""
    person = get_object_or_404(selectors.list_staff(), pk=user_id)
    role = role_of(person)
    context = {
        "person": person,
        "role": role,
        "form": RoleForm(initial={"role": role}),
        "history": selectors.list_history("staff", person.pk),
    }
    return render(request, "accounts/staff/detail.html", context)


@require_POST
@require("administer")
def staff_role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a person another role."""
    person = get_object_or_404(User, pk=user_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Http404
    role = Role(form.cleaned_data["role"])
    try:
        change_role(person, role, actor=actor_of(request.user), now=timezone.now())
        messages.success(request, f"{person.email} is now {role.value}.")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("accounts:staff_detail", user_id=person.pk)


@never_cache
@require_http_methods(["GET", "POST"])
@require("administer")
def staff_action(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Ask, then do one of `ACTIONS`."""
    person = get_object_or_404(User, pk=user_id)
    action = ACTIONS.get(name)
    if action is None:
        raise Http404
    if request.method == "GET":
        context = {"person": person, "action": action}
        return render(request, "accounts/staff/confirm.html", context)
    try:
        link = action.run(person, actor_of(request.user), timezone.now())
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("accounts:staff_detail", user_id=person.pk)
    if link:
        return _show_link(request, person, link)
    messages.success(request, f"{person.email} {action.done}.")
    return redirect("accounts:staff_detail", user_id=person.pk)


def _show_link(request: HttpRequest, person: User, link: str) -> HttpResponse:
    return render(request, "accounts/staff/link.html", {"person": person, "link": link})
