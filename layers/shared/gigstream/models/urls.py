"""The URL of a webhook, apart from `common`: few bodies have one, and what looks at it is slow to import."""

from typing import Annotated

from pydantic import AfterValidator, Field

from gigstream import targets
from gigstream.models.common import line, said


def _https(text: str) -> str:
    targets.parse(text)
    return text


HttpsUrl = Annotated[
    str,
    Field(max_length=2000, json_schema_extra=said(r"[hH][tT][tT][pP][sS]://[^\s/?#@:\\]+(:443)?([/?][^\s#]*)?")),
    AfterValidator(line),
    AfterValidator(_https),
]
