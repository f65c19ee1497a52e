"""What request bodies are made of. A body is strict JSON: nothing is converted, and unknown fields are refused."""

import json
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from gigstream import money, wallet, wire
from gigstream.errors import Invalid

MAX_AMOUNT = 1_000_000_000  # USDC
MAX_METADATA = 16 * 1024

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Body(BaseModel):
    """A request body; subclasses are frozen, strict and closed."""

    # A module has the models of several routes; each is built when it is first needed.
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Raises Invalid naming each field that is missing, unknown or wrong."""
        try:
            return cls.model_validate_json(raw)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
        fields: dict[str, str] = {}
        for one in found:
            fields.setdefault(".".join(map(str, one["loc"])) or "body", _sentence(one))
        raise Invalid("the request body is not acceptable", fields=fields)


def _time(value: object) -> datetime:
    if not isinstance(value, str):
        raise Invalid("must be an RFC 3339 time such as 2026-11-22T10:00:00Z")
    return wire.time(value)


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise Invalid("must be a date such as 2026-11-22")
    return wire.day(value)


def _id(value: object) -> UUID:
    if not isinstance(value, str):
        raise Invalid("must be a UUID")
    return wire.uuid(value)


def _no_nulls(schema: dict[str, Any]) -> None:
    """What Change asks for, in its JSON Schema."""
    schema["minProperties"] = 1
    for name, field in schema["properties"].items():
        schema["properties"][name] = next((one for one in field.get("anyOf", []) if one != {"type": "null"}), field)


class Change(Body):
    """A PATCH body: at least one field, and none of them null, because nothing here can be taken away."""

    model_config = ConfigDict(json_schema_extra=_no_nulls)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise Invalid(f"must hold one of {', '.join(type(self).model_fields)}")
        return self

    @field_validator("*", mode="before")
    @classmethod
    def _is_something(cls, value: object) -> object:
        if value is None:
            raise Invalid("must not be null")
        return value


def _sentence(error: Any) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    known = {"missing": "is required", "extra_forbidden": "is not a field of this request"}
    return known.get(error["type"]) or error["msg"][0].lower() + error["msg"][1:]


def line(text: str) -> str:
    if _CONTROL.search(text):
        raise Invalid("must be one line of text")
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise Invalid("must be an e-mail address")
    return text


def _amount(amount: Decimal) -> Decimal:
    if not 0 < amount <= MAX_AMOUNT:
        raise Invalid(f"must be more than 0 and at most {MAX_AMOUNT}")
    return amount


def _threshold(amount: Decimal) -> Decimal:
    if not 0 <= amount <= MAX_AMOUNT:
        raise Invalid(f"must be at least 0 and at most {MAX_AMOUNT}")
    return amount


def _small(metadata: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(metadata)) > MAX_METADATA:
        raise Invalid(f"must be at most {MAX_METADATA} characters of JSON")
    return metadata


def said(pattern: str) -> dict[str, Any]:
    """What a validator asks for, for readers of the JSON Schema; spaces at both ends are cut off before."""
    return {"pattern": rf"^\s*{pattern}\s*$"}


Line = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra=said(r"[^\x00-\x1f\x7f]+")),
    AfterValidator(line),
]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Email = Annotated[
    str,
    Field(max_length=320, json_schema_extra=said(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")),
    AfterValidator(line),
    AfterValidator(_email),
]
Address = Annotated[str, Field(json_schema_extra=said("0x[0-9a-fA-F]{40}")), AfterValidator(wallet.parse)]
Id = Annotated[UUID, BeforeValidator(_id), WithJsonSchema({"type": "string", "format": "uuid"})]
Metadata = Annotated[dict[str, Any], AfterValidator(_small)]
Usdc = Annotated[
    Decimal,
    BeforeValidator(money.parse),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,12}(\.\d{1,6})?$", "examples": ["12.50"]}),
]
Timestamp = Annotated[datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Amount = Annotated[Usdc, AfterValidator(_amount)]
Threshold = Annotated[Usdc, AfterValidator(_threshold)]
