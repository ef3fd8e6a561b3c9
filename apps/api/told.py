"""What webhook endpoints are told, as the schema has it: one entry for each event, by its name."""

from __future__ import annotations

from typing import Any, Final

from apps.events.catalogue import CATALOGUE
from apps.events.payloads import PAYLOADS
from apps.webhooks import versions
from apps.webhooks.telling import TEST

_TEXT: Final = {"type": "string"}
ANY: Final = "AnyEvent"
HEADERS: Final = {
    component: {"name": name, "in": "header", "required": True, "schema": _TEXT, "description": words}
    for component, name, words in (
        ("WebhookId", "webhook-id", "The same over all tries: handle nothing twice."),
        ("WebhookTimestamp", "webhook-timestamp", "The second of this try. Refuse what is older than five minutes."),
        (
            "WebhookSignature",
            "webhook-signature",
            "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; one for each secret in use, with spaces "
            "between. Verify it over the bytes as they came.",
        ),
    )
}
ANSWERS: Final = {
    "Taken": {"description": "Taken. Answer within 15 seconds and do the work afterwards."},
    "Gone": {"description": "Tell this address nothing more: the endpoint is disabled."},
}


def webhooks() -> dict[str, Any]:
    """What is sent; `components` has the shapes."""
    events = {name: _told(name, words, {"$ref": _reference(_shape(name))}) for name, words in sorted(CATALOGUE.items())}
    return {**events, TEST: _told(TEST, "Somebody has asked for a test; it tells of nothing but itself.", A_TEST)}


def _told(name: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
    operation = {
        "operationId": f"told_{name.replace('.', '_')}",
        "tags": ["events"],
        "summary": words,
        "parameters": [{"$ref": f"#/components/parameters/{component}"} for component in HEADERS],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"$ref": "#/components/responses/Taken"},
            "410": {"$ref": "#/components/responses/Gone"},
        },
    }
    return {"post": operation}


def components() -> dict[str, Any]:
    """One shape for each event, which its `type` tells from the others, and one for any of them."""
    shapes = {_shape(name): _event(name) for name in sorted(CATALOGUE)}
    places = {name: _reference(_shape(name)) for name in sorted(CATALOGUE)}
    one_of = [{"$ref": place} for place in places.values()]
    return {**shapes, ANY: {"oneOf": one_of, "discriminator": {"propertyName": "type", "mapping": places}}}


def _event(name: str) -> dict[str, Any]:
    own = {"type": {"const": name}, "data": PAYLOADS[name]}
    return {"allOf": [{"$ref": _reference("EventShape")}, {"type": "object", "properties": own}]}


def _shape(name: str) -> str:
    """ "post.partially_published" is called EventPostPartiallyPublished."""
    return "Event" + "".join(word.capitalize() for word in name.replace(".", "_").split("_"))


def _reference(component: str) -> str:
    return f"#/components/schemas/{component}"


A_TEST: Final = {
    "type": "object",
    "required": ["id", "type", "version", "workspace", "data", "created_at"],
    "properties": {
        "id": _TEXT,
        "type": {"const": TEST},
        "version": {**_TEXT, "enum": list(versions.ALL)},
        "workspace": {"type": "null"},
        "data": {"type": "object"},
        "created_at": {**_TEXT, "format": "date-time"},
    },
}
