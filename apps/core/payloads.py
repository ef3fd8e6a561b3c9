"""What may be kept as JSON in the outbox and the diary: plain values, and never a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from apps.core.secrets import Secret


class SecretInPayload(TypeError):
    """Somebody tried to write a secret where everybody reads."""


class _Plain(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, Secret):
            raise SecretInPayload("A Secret is never part of an event or a diary entry")
        return super().default(o)


def as_json(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """`data` with instants, ids and spans as text; raises SecretInPayload if a Secret hides anywhere in it."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(data or {}), cls=_Plain))
    return plain
