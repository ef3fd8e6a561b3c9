"""How the schema tells of what all operations share: ids, refusals, headers, the two ways to show a key."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension

from apps.api import told
from apps.tenants.rest import ids

PREFIX: Final = "/api/v1"
WRITES: Final = ("post", "put", "patch", "delete")
OF_ALL: Final = {
    "400": "The request cannot be read.",
    "401": "No key, or one that does not work.",
    "403": "The key's scopes do not include this.",
    "404": "There is nothing here, or nothing that this key may see.",
    "405": "The method is none of this address.",
    "429": "Too many requests with this key.",
    "500": "A mistake of ours; it is written down under the request id.",
    "503": "It cannot be done at the moment.",
}
OF_SOME: Final = {
    "comments_unpublish": {"502": "The platform did not do it."},
    "publications_unpublish": {"502": "The platform did not do it."},
    "approvals_record": {"409": "It was not approved.", "503": "This Postroom cannot make PDFs now."},
    "uploads_send": {"411": "Content-Length says how long the piece is."},
}
OF_READS: Final = {"422": "A parameter is not valid."}
OF_WRITES: Final = {
    "409": "It does not go together with what is there.",
    "412": "It has changed since it was read.",
    "413": "The request is too large.",
    "415": "The body is of another kind than this takes.",
    "422": "The request is not valid; errors says where.",
}
_TEXT: Final = {"type": "string"}
FAULT: Final = {
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {**_TEXT, "description": "A JSON pointer into the body; empty for all of it, or for a parameter."},
        "code": _TEXT,
        "message": _TEXT,
        "parameter": {**_TEXT, "description": "The name of the parameter that is at fault."},
        "account": {**_TEXT, "description": "The account that it is about, where it is about one."},
    },
}
PROBLEM: Final = {
    "type": "object",
    "description": "A refusal, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "code", "errors", "request_id"],
    "properties": {
        "type": {**_TEXT, "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": {**_TEXT, "description": "What is wrong, for the person who reads a log."},
        "code": {**_TEXT, "description": "What is wrong, for programs; its meaning never changes."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        "request_id": {**_TEXT, "description": "Name it when you ask us; X-Request-ID has it too."},
        "error": {**_TEXT, "description": "detail once more."},
        "message": {**_TEXT, "description": "detail once more."},
    },
    "examples": [
        {
            "type": "urn:postroom:problem:invalid",
            "title": "The request is not valid",
            "status": 422,
            "detail": "The request is not valid; errors says where.",
            "code": "invalid",
            "errors": [{"pointer": "/name", "code": "required", "message": "This field is required."}],
            "request_id": "0197a3c4-5d2e-7b11-9c3a-2f6f0f8d1e55",
            "error": "The request is not valid; errors says where.",
            "message": "The request is not valid; errors says where.",
        }
    ],
}
PARAMETERS: Final = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {**_TEXT, "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "description": "The same request with the same key within 24 hours changes nothing and is answered as before.",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "schema": {**_TEXT, "pattern": "^[ -~]*$"},
        "description": "The ETag of what you have read: if it has changed since, nothing is done.",
    },
}


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "apps.api.authentication.KeyAuthentication"
    name: Final = ["bearer", "key"]

    def get_security_definition(self, auto_schema: Any) -> Any:
        return [
            {"type": "http", "scheme": "bearer", "description": "An API key: pr_live_… or pr_test_…"},
            {"type": "apiKey", "in": "header", "name": "x-api-key"},
        ]


class PublicIdShape(OpenApiSerializerFieldExtension):
    target_class = "apps.tenants.rest.ids.PublicId"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        kind = self.target.kind
        plain = ids.pattern_of(kind)
        pattern = f"^{kind}_[0-9a-f]{{32}}$" if direction == "response" else f"^(?:{plain})$"
        return {"type": "string", "pattern": pattern}


class ExpandableIdShape(PublicIdShape):
    """An id, or what it stands for where `expand` was asked for that."""

    target_class = "apps.tenants.rest.expand.ExpandableId"
    priority = 1

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        plain = super().map_serializer_field(auto_schema, direction)
        if direction != "response":
            return plain
        if self.target.in_words:
            return {"oneOf": [plain, {"type": "object", "description": self.target.in_words}]}
        return {"oneOf": [plain, auto_schema.resolve_serializer(self.target.shape(), direction).ref]}


def share(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add to every operation the refusals and headers that all of them have."""
    components = result.setdefault("components", {})
    shapes = components.setdefault("schemas", {})
    shapes.update(Problem=PROBLEM, Fault=FAULT, **told.components())
    # The feed and deliveries tell of the same: what `data` is follows from `type`.
    shapes["Feed"]["properties"]["data"]["items"] = {"$ref": f"#/components/schemas/{told.ANY}"}
    components["parameters"] = {**PARAMETERS, **told.HEADERS}
    components["responses"] = told.ANSWERS
    result["webhooks"] = told.webhooks()
    for operations in result["paths"].values():
        for method, operation in operations.items():
            is_write = method in WRITES
            refusals = {**OF_ALL, **(OF_WRITES if is_write else OF_READS)}
            if not is_write:
                refusals.pop("503")
            refusals |= OF_SOME.get(operation["operationId"], {})
            for status, words in refusals.items():
                operation["responses"].setdefault(status, _refusal(words))
            if is_write:
                named = ["IdempotencyKey", *(["IfMatch"] if method != "post" else [])]
                references = [{"$ref": f"#/components/parameters/{name}"} for name in named]
                operation["parameters"] = [*operation.get("parameters", []), *references]
            _name_ids(operation)
    return result


def _refusal(words: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": words, "content": content}


def _name_ids(operation: dict[str, Any]) -> None:
    """Let parameters that are ids say so: in paths by the converter's pattern, elsewhere by their name."""
    for parameter in operation.get("parameters", []):
        kind = _KINDS.get(parameter.get("name", ""))
        if kind and parameter["schema"].get("type") == "string":
            parameter["schema"] = {"type": "string", "pattern": f"^(?:{ids.pattern_of(kind)})$"}


_KINDS: Final = {
    "workspace": ids.WORKSPACE, "workspace_id": ids.WORKSPACE, "membership_id": ids.MEMBER, "key_id": ids.KEY,
    "invitation_id": ids.INVITATION, "session_id": ids.SESSION, "account_id": ids.ACCOUNT, "account": ids.ACCOUNT,
    "post_id": ids.POST, "post": ids.POST, "publication_id": ids.PUBLICATION, "media_id": ids.MEDIA,
    "folder": ids.FOLDER, "upload_id": ids.UPLOAD, "event_id": ids.EVENT, "after": ids.EVENT,
    "endpoint_id": ids.ENDPOINT, "delivery_id": ids.DELIVERY, "label_id": ids.LABEL, "label": ids.LABEL,
    "campaign_id": ids.CAMPAIGN, "campaign": ids.CAMPAIGN, "template_id": ids.TEMPLATE, "author": ids.MEMBER,
    "comment_id": ids.COMMENT, "publication": ids.PUBLICATION, "parent": ids.COMMENT,
}  # fmt: skip
