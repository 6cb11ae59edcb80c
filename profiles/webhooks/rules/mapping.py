"""The language of mappings: what becomes of a request, as staff write it in JSON."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from profiles.identities.rules import PRIORITIES
from profiles.webhooks.rules.values import (
    FromHeader,
    FromPath,
    Header,
    Path,
    Scalar,
    Scope,
    Strict,
    Value,
)

MOST_RULES = 50
LONGEST_MAPPING = 65_536
EVERYTHING = "*"


def _kind(name: str) -> str:
    if not name or len(name) > 64 or name in PRIORITIES:
        raise ValueError("An external id has a name of its own, such as “shopify_customer”.")
    return name


Name = Annotated[str, Field(min_length=1, max_length=100)]
Members = Annotated[dict[Name, Value], Field(max_length=100)]


class BadMapping(ValueError):
    """A mapping that cannot be used: every problem with the path to it."""

    def __init__(self, problems: Sequence["Problem"]) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.message}" for problem in problems))
        self.problems = problems


class Problem(Strict):
    """One thing that is wrong, and where; the path is empty for the whole."""

    path: str
    message: str


class Condition(Strict):
    """What must be so for a rule to apply."""

    path: Path | None = None
    header: Header | None = None
    of: Literal["item", "body"] = "item"
    equals: Scalar | None = Field(None, alias="is")
    is_not: Scalar | None = None
    is_one_of: list[Scalar] | None = Field(None, min_length=1, max_length=100)
    starts_with: str | None = Field(None, min_length=1)
    exists: bool | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Condition":
        if (self.path is None) == (self.header is None):
            raise ValueError("A condition looks at a “path” or a “header”.")
        tests = (self.equals, self.is_not, self.is_one_of, self.starts_with, self.exists)
        if sum(test is not None for test in tests) != 1:
            raise ValueError(
                "A condition has one of “is”, “is_not”, “is_one_of”, “starts_with”, “exists”."
            )
        return self

    def holds(self, scope: Scope) -> bool:
        """Say whether it is so."""
        found = self._found(scope)
        if self.exists is not None:
            return (found is not None) == self.exists
        if self.is_not is not None:
            return not _same(found, self.is_not)
        if self.starts_with is not None:
            return isinstance(found, str) and found.startswith(self.starts_with)
        wanted = self.is_one_of if self.is_one_of is not None else [self.equals]
        return any(_same(found, value) for value in wanted)

    def _found(self, scope: Scope) -> Any:
        if self.header is not None:
            return FromHeader(header=self.header).read(scope)
        return FromPath(path=self.path or "$", of=self.of).read(scope)


class Identities(Strict):
    """Who it is about: whatever is found counts; at least one must be."""

    user_id: Value | None = None
    anonymous_id: Value | None = None
    email: Value | None = None
    phone: Value | None = None
    external: dict[Annotated[str, AfterValidator(_kind)], Value] = Field({}, max_length=10)

    @model_validator(mode="after")
    def _names_somebody(self) -> "Identities":
        if not (self.user_id or self.anonymous_id or self.email or self.phone or self.external):
            raise ValueError("Name at least one identifier, such as “email”.")
        return self


class Rule(Strict):
    """One kind of event in the requests of a source."""

    name: str = Field("", max_length=100)
    when: list[Condition] = Field([], max_length=10)
    each: Path | None = None
    message: Path | None = None
    event: Value | None = None
    identities: Identities | None = None
    occurred_at: Value | None = None
    message_id: Value | None = None
    properties: Members = {}
    traits: Members = {}

    @model_validator(mode="after")
    def _complete(self) -> "Rule":
        written = self.model_fields_set - {"name", "when", "each", "message"}
        if self.message is not None:
            if written:
                raise ValueError(
                    f"“message” takes a whole message; remove {', '.join(sorted(written))}."
                )
            return self
        if self.identities is None:
            raise ValueError("A rule needs “identities”: whom the event is about.")
        if self.event is None and not self.traits:
            raise ValueError("A rule needs an “event”, or “traits” to set, or a “message”.")
        if self.event is None and self.properties:
            raise ValueError("“properties” belong to an “event”; name it, or use “traits”.")
        return self


class Mapping(Strict):
    """What becomes of the requests of a source: every rule whose conditions hold makes events."""

    version: Literal[1] = 1
    rules: list[Rule] = Field(min_length=1, max_length=MOST_RULES)
    otherwise: Literal["quarantine", "ignore"] = "quarantine"


def read_mapping(text: str) -> Mapping:
    """Read a mapping that somebody wrote.

    Raises:
        BadMapping: with every problem and the path to it.
    """
    if len(text) > LONGEST_MAPPING:
        raise BadMapping([Problem(path="", message="A mapping has at most 64 KB.")])
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadMapping([Problem(path=where, message=f"This is no JSON: {error.msg}.")]) from None
    except RecursionError:
        raise BadMapping([Problem(path="", message="It is nested too deeply.")]) from None
    return check_mapping(document)


def check_mapping(document: Any) -> Mapping:
    """Read a mapping from JSON values.

    Raises:
        BadMapping: with every problem and the path to it.
    """
    try:
        return Mapping.model_validate(document)
    except ValidationError as error:
        raise BadMapping(
            [
                Problem(path=write_path(part["loc"]), message=_message(part["msg"], part["type"]))
                for part in error.errors(include_url=False, include_input=False)
            ]
        ) from None


def write_path(steps: Sequence[str | int]) -> str:
    """Return a path as people read it: `rules[0].properties.total`."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif not step.startswith("#") and step != "[key]":
            text += f".{step}" if text else step
    return text


def _message(text: str, kind: str) -> str:
    known = {
        "missing": "It is missing.",
        "extra_forbidden": "There is no such member here. Check how it is spelled.",
    }
    return known.get(kind) or text.removeprefix("Value error, ").rstrip(".") + "."


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return str(found).lower() == str(wanted).lower()
    return found is not None and str(found) == str(wanted)
