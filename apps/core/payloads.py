"""What may be kept as JSON in the outbox and the diary: plain values, and never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from django.core.serializers.json import DjangoJSONEncoder

from apps.core.secrets import Secret


class SecretInPayload(TypeError):
    """Somebody tried to write a secret where everybody reads."""


_ENCODER: Final = DjangoJSONEncoder()
# Instants are written as Django writes them, to the millisecond.
_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS


def as_json(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """`data` with instants, ids and spans as text; raises SecretInPayload if a Secret hides anywhere in it."""
    if not data:
        return {}
    try:
        plain: dict[str, Any] = orjson.loads(orjson.dumps(dict(data), default=_in_words, option=_OPTIONS))
    except orjson.JSONEncodeError as error:
        raise error.__cause__ or error from None
    return plain


def _in_words(value: Any) -> Any:
    if isinstance(value, Secret):
        raise SecretInPayload("A Secret is never part of an event or a diary entry")
    return _ENCODER.default(value)
