"""What a request says, checked by a serializer that was made once.

A serializer copies each of its fields deeply whenever it is made, which takes longer than most of its checks. So each
thread keeps one of each kind, and gives it the next request's data and context.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import local
from typing import Any

from rest_framework import serializers


class _Kept(local):
    def __init__(self) -> None:
        self.shapes: dict[tuple[type[serializers.Serializer], bool], serializers.Serializer] = {}


_kept = _Kept()


def checked(
    serializer: type[serializers.Serializer], data: Any, *, context: Mapping[str, Any], partial: bool = False
) -> dict[str, Any]:
    """The data as this serializer reads it, or its ValidationError."""
    shape = _kept.shapes.pop((serializer, partial), None) or serializer(data=None, partial=partial)
    shape.initial_data = data
    shape._context = dict(context)
    try:
        shape.is_valid(raise_exception=True)
        return dict(shape.validated_data)
    finally:
        for name in ("_validated_data", "_errors", "initial_data"):
            shape.__dict__.pop(name, None)
        shape._context = {}
        _kept.shapes[serializer, partial] = shape
