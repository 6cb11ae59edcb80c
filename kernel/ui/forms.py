"""What a service refuses, shown in the form that asked for it."""

from collections.abc import Mapping

from django.forms import BaseForm

from kernel.errors import DomainError, Invalid


def show_error(
    form: BaseForm,
    error: DomainError,
    *,
    otherwise: str | None = None,
    names: Mapping[str, str] | None = None,
) -> None:
    """Show an error at the field it names, or above the form where the form has no such field.

    An error that names no field stands at `otherwise`. `names` gives the form's own names for
    fields that the service calls differently.
    """
    field = error.field if isinstance(error, Invalid) else otherwise
    field = (names or {}).get(field or "", field)
    form.add_error(field if field in form.fields else None, error.message)
