"""Programs that hold an API key, as tests send them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from apps.core import tenancy
from apps.tenants import keys
from apps.tenants.keys import Mode
from apps.tenants.models import ApiKey, Organization, Workspace
from apps.tenants.scopes import SCOPES
from tests.support.factories import WHY

ROOT = "/api/v1"


@dataclass
class Program:
    """`program.get("/workspaces")` and so on; the answer's JSON is `program.last` too."""

    key: ApiKey
    text: str
    client: Client = field(default_factory=Client)

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.send("GET", path, query=query)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, headers=headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("PATCH", path, body, headers=headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("PUT", path, body, headers=headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.send("DELETE", path, headers=headers)

    def send(
        self, method: str, path: str, body: Any = None, *, query: Any = None, headers: dict[str, str] | None = None
    ) -> HttpResponse:
        """`If_Match="…"` as a keyword is the header If-Match."""
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method,
            path if path.startswith(ROOT) else ROOT + path,
            content,
            content_type="application/json",
            query_params=query or None,
            headers={"Authorization": f"Bearer {self.text}", **named},
        )


def program(
    of: Organization | Workspace,
    *,
    scopes: Collection[str] = tuple(SCOPES),
    mode: Mode = Mode.LIVE,
    **fields: Any,
) -> Program:
    """A program with a key of the organization, or of one workspace; it may do everything unless told otherwise."""
    made = keys.new(mode)
    workspace = of if isinstance(of, Workspace) else None
    organization_id = workspace.organization_id if workspace else of.pk
    values = {"name": "A program", "scopes": list(scopes), "lookup": made.lookup, "secret_hash": made.hash, **fields}
    with tenancy.across_tenants(WHY):
        key = ApiKey.plain.create(organization_id=organization_id, workspace=workspace, mode=mode, **values)
    return Program(key, made.text.reveal())
