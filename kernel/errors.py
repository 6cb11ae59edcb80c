"""What can go wrong in the domain. The edge maps these to answers; services know no status codes."""


class DomainError(Exception):
    """Something the caller asked for cannot be; the message says what to do next."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code


class NotFound(DomainError):
    """There is no such thing."""

    code = "not_found"


class Conflict(DomainError):
    """The thing is in a state that does not allow this, or somebody else was first."""

    code = "conflict"


class Forbidden(DomainError):
    """The caller may not do this."""

    code = "forbidden"


class Unavailable(DomainError):
    """Something we lean on does not answer; trying again later can succeed."""

    code = "unavailable"


class Invalid(DomainError):
    """One named field of the input is wrong; `places` may name more, each with its message."""

    code = "invalid"

    def __init__(self, field: str, message: str, *, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field
        self.places: list[tuple[str, str]] = [(field, message)]
