"""The description of the API as one page of HTML, made from `openapi.yaml`; it loads nothing else.

Source: OpenAPI 3.1. References inside the document are followed where a parameter or answer is one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml
from flask import render_template_string

_METHODS: Final = ("get", "post", "put", "delete", "patch")
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ info.title }}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:0}
main{max-width:60rem;margin:0 auto;padding:1rem}
code{background:#f1f3f5;padding:0 .2em;overflow-wrap:anywhere}
section{border-top:1px solid #767b80;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #d0d4d8}
</style>
</head>
<body>
<main>
<h1>{{ info.title }}</h1>
<p>Version {{ info.version }}. <a href="/openapi.yaml">openapi.yaml</a></p>
{%- for part in paragraphs(info.description) %}<p>{{ part }}</p>{% endfor %}
<ul>
{%- for one in operations %}
<li><a href="#{{ one.anchor }}"><code>{{ one.method }} {{ one.path }}</code></a> {{ one.summary }}</li>
{%- endfor %}
</ul>
{%- for one in operations %}
<section id="{{ one.anchor }}">
<h2><code>{{ one.method }} {{ one.path }}</code></h2>
<p>{{ one.summary }}</p>
{%- for part in paragraphs(one.description) %}<p>{{ part }}</p>{% endfor %}
{%- if one.parameters %}
<h3>Parameters</h3>
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Where</th><th scope="col">Meaning</th></tr></thead>
<tbody>
{%- for parameter in one.parameters %}
<tr><td><code>{{ parameter.name }}</code></td>
<td>{{ parameter["in"] }}{% if parameter.required %}, required{% endif %}</td>
<td>{{ parameter.description }}</td></tr>
{%- endfor %}
</tbody>
</table>
{%- endif %}
<h3>Answers</h3>
<table>
<thead><tr><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead>
<tbody>
{%- for status, answer in one.answers.items() %}
<tr><td>{{ status }}</td><td>{{ answer.description }}</td></tr>
{%- endfor %}
</tbody>
</table>
</section>
{%- endfor %}
</main>
</body>
</html>
"""


def documentation(description: bytes) -> str:
    """The page of an OpenAPI document in YAML; within an application."""
    document = yaml.safe_load(description)
    operations = [_told(document, *found) for found in _operations(document)]
    return render_template_string(
        _PAGE, info=document.get("info", {}), operations=operations, paragraphs=_paragraphs
    )


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every path and method with what it does; the parameters of the path among its own."""
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                own = item[method].get("parameters", [])
                parameters = [*item.get("parameters", []), *own]
                yield path, method, item[method] | {"parameters": parameters}


def _told(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> dict[str, Any]:
    answers = operation.get("responses", {})
    return {
        "anchor": f"{method}-{path}",
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [_followed(document, one) for one in operation["parameters"]],
        "answers": {str(status): _followed(document, one) for status, one in answers.items()},
    }


def _followed(document: Mapping[str, Any], one: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference inside the document stands for; anything else as it is."""
    found: Any = one
    reference = one.get("$ref", "")
    if reference.startswith("#/"):
        found = document
        for step in reference[2:].split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
    read: Mapping[str, Any] = found
    return read


def _paragraphs(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split("\n\n") if part.strip()]
