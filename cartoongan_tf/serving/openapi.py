"""What a server can be asked, as OpenAPI tells it, and as a page for people."""

import html
import json

from cartoongan_tf.serving import options, pages

_ERRORS = {
    400: "a picture, option or body that is none, or damaged",
    401: "no API key where one is needed",
    404: "a style, or an address, that there is not",
    408: "a body that comes too slowly",
    413: "a photo of too many bytes, pixels or frames, or that takes too long",
    415: "no picture, or a packed body",
    422: "a photo that its reader fails on",
    429: "a full queue; `Retry-After` says when to try again",
}


def describe(version: str, styles: list[str], has_keys: bool) -> dict:
    """The document of `/openapi.json`, OpenAPI 3.1."""
    binary = {"type": "string", "contentMediaType": "application/octet-stream"}
    style = {
        "name": "style",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": styles},
    }
    query = [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in options.NAMES.items()
    ]
    picture = {kind: {"schema": binary} for kind in options.TYPES.values()}
    form = {"type": "object", "properties": {"photo": binary}}
    b64 = {"type": "object", "properties": {"b64": {"type": "string"}}}
    row = {"type": "object", "properties": {"image_bytes": b64}}

    def listed(name, item):
        properties = {name: {"type": "array", "items": item}}
        return _json({"type": "object", "properties": properties})

    paths = {
        "/v1/styles": {"get": _get("The styles, and what each may be used for")},
        "/v1/styles/{style}": {
            "post": {
                "summary": "A photo in, its cartoon out, of the photo's size",
                "parameters": [style, *query],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/octet-stream": {"schema": binary},
                        "multipart/form-data": {"schema": form},
                    },
                },
                "responses": _answers(
                    {"description": "the cartoon", "content": picture}
                ),
            }
        },
        "/v1/models/{style}": {
            "get": {**_get("As TensorFlow Serving: its state"), "parameters": [style]}
        },
        "/v1/models/{style}/metadata": {
            "get": {
                **_get("As TensorFlow Serving: its signature"),
                "parameters": [style],
            }
        },
        "/v1/models/{style}:predict": {
            "post": {
                "summary": "As TensorFlow Serving: photos in base64, cartoons as PNG",
                "parameters": [style, *query],
                "requestBody": {
                    "required": True,
                    "content": listed("instances", row),
                },
                "responses": _answers(
                    {"description": "cartoons", "content": listed("predictions", b64)}
                ),
            }
        },
        "/healthz": {"get": _get("200 as long as the server lives")},
        "/readyz": {"get": _get("200 when a photo can be drawn, else 503")},
        "/metrics": {"get": _get("Figures for Prometheus")},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "CartoonGAN", "version": version},
        "paths": paths,
    }
    if has_keys:
        schemes = {"key": {"type": "http", "scheme": "bearer"}}
        document["components"] = {"securitySchemes": schemes}
        document["security"] = [{"key": []}]
    return document


def _json(schema):
    return {"application/json": {"schema": schema}}


def _get(summary):
    return {"summary": summary, "responses": {"200": {"description": "it"}}}


def _answers(good):
    error = {"type": "object", "properties": {"error": {"type": "string"}}}
    bad = {
        str(status): {"description": text, "content": _json(error)}
        for status, text in _ERRORS.items()
    }
    return {"200": good, **bad}


def page(document: dict) -> str:
    """The document as a page: no script, nothing from elsewhere."""
    parts = ["<p>The same for programs: <a href='openapi.json'>openapi.json</a>. "]
    parts.append("<a href='form'>A form</a> to try it.</p>")
    for path, methods in document["paths"].items():
        for method, entry in methods.items():
            title = html.escape(f"{method.upper()} {path}")
            parts.append(
                f"<h2><code>{title}</code></h2><p>{_text(entry['summary'])}</p>"
            )
            rows = [
                (p["name"], p.get("description") or ", ".join(p["schema"]["enum"]))
                for p in entry.get("parameters", ())
            ]
            parts.append(_table(rows))
            if "requestBody" in entry:
                kinds = entry["requestBody"]["content"]
                parts.append(f"<p>Body: {_text(', '.join(kinds))}</p>")
            answers = [
                (status, answer["description"])
                for status, answer in entry["responses"].items()
            ]
            parts.append(_table(answers) if len(answers) > 1 else "")
    style = document["paths"]["/v1/styles/{style}"]["post"]["parameters"][0]
    name = style["schema"]["enum"][0]
    parts.append(
        "<h2>By hand</h2><pre>"
        f"curl --data-binary @photo.jpg localhost:8501/v1/styles/{_text(name)} "
        "-H 'content-type: image/jpeg' -o cartoon.jpg\n"
        f"curl -F photo=@photo.jpg 'localhost:8501/v1/styles/{_text(name)}?strength=0.7"
        "&amp;format=png' -o cartoon.png</pre>"
    )
    return pages.frame("What this server can be asked", "".join(parts))


def _text(text):
    return html.escape(str(text))


def _table(rows):
    cells = "".join(
        f"<tr><th>{_text(name)}</th><td>{_text(text)}</td></tr>" for name, text in rows
    )
    return f"<table>{cells}</table>" if rows else ""


def as_json(document: dict) -> bytes:
    """The document's bytes."""
    return json.dumps(document, indent=1).encode()
