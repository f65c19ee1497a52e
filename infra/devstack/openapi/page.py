"""The document as a page to read: one HTML file, no script, its style inside."""

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from devstack.openapi.events import VERIFYING
from devstack.openapi.schemas import Schema

_FORMATS = {"uuid": "UUID", "date-time": "time", "date": "date"}
STYLE = Path(__file__).with_name("page.css")


def render(document: Schema) -> str:
    """The page."""
    pieces = _Page(document)
    info = document["info"]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="{escape(info["summary"])}">
<title>{escape(info["title"])}</title>
<style>{STYLE.read_text()}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the reference</a>
<nav aria-label="Reference"><a class="brand" href="#top">GigStream <span>API</span></a>{pieces.navigation()}</nav>
<main id="main">
<header id="top"><h1>{escape(info["title"])}</h1><p class="version">Version {escape(info["version"])} &middot;
<a href="v1/openapi.json">openapi.json</a></p>{_prose(info["description"])}</header>
{pieces.areas()}
<section id="objects"><h2>Objects</h2>{pieces.objects()}</section>
<section id="errors"><h2>Errors</h2>
<p>Every error is <code>application/problem+json</code> with these fields, and one of these codes.</p>
{pieces.fields("Problem")}{pieces.codes()}</section>
</main>
</body>
</html>
"""


class _Page:
    def __init__(self, document: Schema) -> None:
        self.document = document
        self.components: dict[str, Schema] = document["components"]["schemas"]
        self.server: str = document["servers"][0]["url"]
        self.by_area: dict[str, list[tuple[str, str, Schema]]] = {}
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                self.by_area.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))

    def navigation(self) -> str:
        areas = [
            f'<li><a href="#{_id(area)}">{escape(area)}</a><ul>'
            + ('<li><a href="#sent-events">What is sent</a></li>' if area == "Events" else "")
            + f"{''.join(_entry(*one) for one in operations)}</ul></li>"
            for area, operations in self.by_area.items()
        ]
        return f'<ul>{"".join(areas)}<li><a href="#objects">Objects</a></li><li><a href="#errors">Errors</a></li></ul>'

    def areas(self) -> str:
        about = {tag["name"]: tag.get("description", "") for tag in self.document["tags"]}
        return "".join(
            f'<section id="{_id(area)}"><h2>{escape(area)}</h2>{_prose(about[area])}'
            + (self.events() if area == "Events" else "")
            + "".join(self._operation(*one) for one in operations)
            + "</section>"
            for area, operations in self.by_area.items()
        )

    def events(self) -> str:
        """Each event with when it is sent, and how to tell that it was GigStream who sent it."""
        sent = {name: one["post"] for name, one in self.document["webhooks"].items()}
        first = next(iter(sent.values()))
        rows = [[f"<code>{name}</code>", escape(one["summary"])] for name, one in sent.items()]
        headers = [[f"<code>{each['name']}</code>", _inline(each["description"])] for each in first["parameters"]]
        sample = first["requestBody"]["content"]["application/json"]["example"]
        return (
            f'<article id="sent-events"><div class="said"><h3><a href="#sent-events">What is sent</a></h3>'
            f"<p>A POST to each webhook endpoint that subscribes to it; the body is a {_link('WebhookEvent')}. "
            f"{escape(first['description'])}</p>{_list(rows)}<h4>Headers</h4>{_list(headers)}"
            "<h4>Verify it</h4><p>Over the bytes of the body as they came, with the endpoint's secret. What is signed "
            "by somebody else, or is older than five minutes, is not to be trusted.</p></div>"
            f'<div class="shown">{_figure("Webhook", _json(sample))}{_figure("Verify it, in Python", VERIFYING)}'
            "</div></article>"
        )

    def objects(self) -> str:
        """What replies and bodies are made of, each once."""
        return "".join(
            f'<article class="object" id="object-{name}"><h3>{name}</h3>{self.fields(name)}</article>'
            for name in self.components
            if name != "Problem"
        )

    def codes(self) -> str:
        rows = [
            [f"<code>{code}</code> <i>{one['value']['status']}</i>", escape(one["summary"])]
            for code, one in self.document["components"]["examples"].items()
        ]
        return _list(sorted(rows))

    def fields(self, name: str) -> str:
        """The fields of a component, with what each holds."""
        schema = self.components[name]
        must = schema.get("required", [])
        # Of a reply every field is there; only a body has fields that may be left out.
        marks = any(field not in must for field in schema.get("properties", {}))
        rows = [
            [f"<code>{escape(field)}</code>{' <em>required</em>' if marks and field in must else ''}", self._type(one)]
            for field, one in schema.get("properties", {}).items()
        ]
        return _prose(schema.get("description", "")) + _list(rows)

    def _operation(self, method: str, path: str, one: Schema) -> str:
        shown = re.sub(r"({\w+})", r"<i>\1</i>", escape(path))
        return (
            f'<article id="{one["operationId"]}"><div class="said">'
            f'<h3><a href="#{one["operationId"]}">{escape(one["summary"])}</a></h3>'
            f'<p class="route">{_method(method)} <code>{shown}</code></p>'
            f"{self._badges(one)}{_prose(one['description'])}{self._parameters(one)}{self._body(one)}{self._reply(one)}{self._errors(one)}"
            f'</div><div class="shown">{self._curl(method, path, one)}{self._sample(one)}</div></article>'
        )

    def _badges(self, one: Schema) -> str:
        texts = []
        for scheme in one["security"]:
            for name, scopes in scheme.items():
                who = {"ApiKey": "platform", "AccessToken": "worker"}[name]
                texts.append(who + "".join(f" <code>{scope}</code>" for scope in scopes))
        badges = texts or ["public"]
        badges += ["test mode only"] if one.get("x-test-only") else []
        return '<p class="badges">' + "".join(f"<span>{text}</span>" for text in badges) + "</p>"

    def _parameters(self, one: Schema) -> str:
        rows = []
        for each in one["parameters"]:
            must = " <em>required</em>" if each.get("required") else ""
            name = f"<code>{escape(each['name'])}</code> <i>{each['in']}</i>{must}"
            rows.append([name, self._type(each["schema"]) + _prose(each.get("description", ""))])
        return f"<h4>Parameters</h4>{_list(rows)}" if rows else ""

    def _body(self, one: Schema) -> str:
        if "requestBody" not in one:
            return ""
        name = one["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        return f"<h4>Body {_link(name)}</h4>{self.fields(name)}"

    def _reply(self, one: Schema) -> str:
        made = []
        for status, response in one["responses"].items():
            if status < "400":
                content = next(iter(response.get("content", {}).items()), None)
                what = f"{self._type(content[1]['schema'])}" if content else escape(response["description"])
                made.append([f"<code>{status}</code>", what])
        inner = ""
        name = self._reply_name(one)
        if name:
            inner = f"<details><summary>Fields of {name}</summary>{self.fields(name)}</details>"
        return f"<h4>Reply</h4>{_list(made)}{inner}"

    def _reply_name(self, one: Schema) -> str | None:
        """The component of the reply, or of the rows of a page."""
        for _, content in _contents(one):
            if "$ref" in content["schema"]:
                name = content["schema"]["$ref"].rpartition("/")[2]
                rows = self.components[name]["properties"].get("data", {}).get("items", {})
                return str(rows["$ref"].rpartition("/")[2] if "$ref" in rows else name)
        return None

    def _errors(self, one: Schema) -> str:
        rows = []
        for status, response in one["responses"].items():
            if status >= "400":
                found = response
                if "$ref" in response:
                    found = self.document["components"]["responses"][response["$ref"].rpartition("/")[2]]
                lines = [f"<li>{_inline(line)}</li>" for line in found["description"].splitlines()]
                rows.append([f"<code>{status}</code>", f"<ul>{''.join(lines)}</ul>"])
        statuses = " ".join(status for status in one["responses"] if status >= "400")
        return f"<details><summary>Errors <i>{statuses}</i></summary>{_list(rows)}</details>"

    def _curl(self, method: str, path: str, one: Schema) -> str:
        target = path.format(**{each["name"]: each["example"] for each in one["parameters"] if each["in"] == "path"})
        if any(each["name"] == "limit" for each in one["parameters"]):
            target += "?limit=20"
        lines = [f"curl {'' if method == 'GET' else f'-X {method} '}'{self.server}{target}'"]
        names = {name for scheme in one["security"] for name in scheme}
        if "ApiKey" in names:
            lines.append('-H "X-API-Key: $KEY"')
        elif names:
            lines.append('-H "Authorization: Bearer $TOKEN"')
        lines += [f"-H {_header(each)}" for each in one["parameters"] if each["in"] == "header"]
        if "requestBody" in one:
            sample = one["requestBody"]["content"]["application/json"]["example"]
            lines += ["-H 'Content-Type: application/json'", f"-d '{_json(sample)}'"]
        return _figure("Request", " \\\n  ".join(lines))

    def _sample(self, one: Schema) -> str:
        for status, content in _contents(one):
            sample = content["example"]
            return _figure(f"Reply {status}", sample if isinstance(sample, str) else _json(sample))
        return ""

    def _type(self, schema: Schema) -> str:
        """What a value may be, in words."""
        if "$ref" in schema:
            said = _link(schema["$ref"].rpartition("/")[2])
        elif "anyOf" in schema:
            said = " or ".join(self._type(one) for one in schema["anyOf"])
        elif "enum" in schema or "const" in schema:
            choices = schema.get("enum", [schema.get("const")])
            said = " or ".join(f"<code>{escape(str(one))}</code>" for one in choices)
        elif schema.get("type") == "array":
            said = f"list of {self._type(schema.get('items', {}))}"
        else:
            said = ", ".join([_kind(schema), *_bounds(schema)])
        return said


def _entry(method: str, _: str, one: Schema) -> str:
    name = escape(one["operationId"].replace("_", " ").capitalize())
    return f'<li><a href="#{one["operationId"]}"><span>{name}</span>{_method(method)}</a></li>'


def _method(method: str) -> str:
    return f'<b class="{method.lower()}">{method}</b>'


def _contents(one: Schema) -> Iterator[tuple[str, Schema]]:
    """What an operation that goes well answers, by status."""
    for status, response in one["responses"].items():
        for content in response.get("content", {}).values() if status < "300" else ():
            yield status, content


def _kind(schema: Schema) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if re.search(r"\[0-9\]\{[16],", schema.get("pattern", "")) and "\\." in schema["pattern"]:
        return "USDC, decimal text"
    kind = str(schema.get("type", "any value"))
    return "text" if kind == "string" else kind


def _header(parameter: Schema) -> str:
    """For curl; what a signature is made of differs with each request, and stands in variables."""
    variable = {"webhook-secret-id": "$SECRET_ID", "webhook-timestamp": "$NOW", "webhook-signature": "v1,$SIGNATURE"}
    name = parameter["name"]
    return f'"{name}: {variable[name]}"' if name in variable else f"'{name}: {parameter['example']}'"


def _figure(caption: str, text: str) -> str:
    shown = escape(text, quote=False)
    return f'<figure><figcaption>{caption}</figcaption><pre tabindex="0"><code>{shown}</code></pre></figure>'


def _bounds(schema: Schema) -> Iterator[str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        yield f"{low:,} to {high:,}"
    elif low is not None:
        yield f"at least {low:,}"
    elif high is not None:
        yield f"at most {high:,}"
    if "maxLength" in schema:
        yield f"at most {schema['maxLength']:,} characters"
    if schema.get("default") is not None:
        yield f"default <code>{escape(json.dumps(schema['default']))}</code>"


def _list(rows: Iterable[list[str]]) -> str:
    found = "".join(f"<dt>{name}</dt><dd>{what}</dd>" for name, what in rows)
    return f"<dl>{found}</dl>" if found else ""


def _prose(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in text.strip().split("\n\n") if part)


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _link(name: str) -> str:
    return f'<a href="#object-{name}">{name}</a>'


def _id(area: str) -> str:
    return "area-" + re.sub(r"\W+", "-", area.lower())


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
