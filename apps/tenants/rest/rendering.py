"""What serializers say, at the speed of plain functions.

A serializer is where the shape of an answer is written down, for the schema and for whoever reads it. Asking it anew
for each field of each row is slow: a page of a hundred posts has some five thousand. So its fields are read once and
made into functions that give the same; what is not known here is left to the field itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any, Final
from uuid import UUID

from django.db.models import Manager
from rest_framework import fields, serializers

from apps.tenants.rest.ids import PublicId

Show = Callable[[Any], Any]
_MISSING: Final = object()


def rendered(serializer: type[serializers.Serializer], row: Any) -> dict[str, Any]:
    """`serializer(row).data`, as a plain dict."""
    found: dict[str, Any] = _compiled(serializer)(row)
    return found


def rendered_all(serializer: type[serializers.Serializer], rows: Iterable[Any]) -> list[dict[str, Any]]:
    """`serializer(rows, many=True).data`, as a plain list."""
    show = _compiled(serializer)
    return [show(row) for row in rows]


def _compiled(serializer: type[serializers.Serializer]) -> Show:
    if serializer not in _shows:
        _shows[serializer] = _of_serializer(serializer())
    return _shows[serializer]


_shows: Final[dict[type, Show]] = {}


def _of_serializer(serializer: serializers.BaseSerializer) -> Show:
    is_plain = type(serializer).to_representation is serializers.Serializer.to_representation
    if not isinstance(serializer, serializers.Serializer) or not is_plain:
        return serializer.to_representation
    steps = [_Step(name, field) for name, field in serializer.fields.items() if not field.write_only]
    ways: dict[type, Show] = {}

    def show(row: Any) -> dict[str, Any]:
        way = ways.get(type(row))
        if way is None:
            way = ways[type(row)] = _way_for(row, steps)
        found: dict[str, Any] = way(row)
        return found

    return show


class _Step:
    """What is shown of a row by one name."""

    def __init__(self, name: str, field: fields.Field) -> None:
        self.name = name
        self.read = _of_field(field)
        self.is_method = isinstance(field, fields.SerializerMethodField)
        self.source = "" if self.is_method else ".".join(field.source_attrs)
        self.convert = None if self.is_method else _converter(field)

    def is_plain_in(self, row: Any) -> bool:
        """Whether it is simply there, in this row and in those of its type."""
        try:
            value = _all_at_once(row, [self.source])(row) if self.source else None
        except (AttributeError, KeyError, TypeError):
            return False
        return bool(self.source) and not callable(value)


def _way_for(row: Any, steps: list[_Step]) -> Show:
    """Rows of one type are read alike: what is plain in the first is taken from each all at once."""
    plain = [step for step in steps if step.is_plain_in(row)]
    others = [step for step in steps if step not in plain]
    if len(plain) < 2:
        return lambda row: _one_by_one(row, steps)
    names = [step.name for step in steps]
    plain_names = [step.name for step in plain]
    converted = [(step.name, step.convert) for step in plain if step.convert is not None]
    take = _all_at_once(row, [step.source for step in plain])

    def show(row: Any) -> dict[str, Any]:
        try:
            values = take(row)
        except (AttributeError, KeyError, TypeError):
            return _one_by_one(row, steps)
        found = dict.fromkeys(names)  # in the order of the shape
        found.update(zip(plain_names, values, strict=True))
        for name, convert in converted:
            if (value := found[name]) is not None:
                found[name] = convert(value)
        for step in others:
            if (value := step.read(row)) is not _MISSING:
                found[step.name] = value
            else:
                del found[step.name]
        return found

    return show


def _all_at_once(row: Any, sources: list[str]) -> Callable[[Any], Any]:
    return itemgetter(*sources) if type(row) is dict else attrgetter(*sources)


def _one_by_one(row: Any, steps: list[_Step]) -> dict[str, Any]:
    read = ((step.name, step.read(row)) for step in steps)
    return {name: value for name, value in read if value is not _MISSING}


def _of_field(field: fields.Field) -> Show:
    """From a row to what is shown of this field; `_MISSING` where it is left out."""
    if isinstance(field, fields.SerializerMethodField):
        method: Show = getattr(field.parent, field.method_name)
        return method
    get, show = _getter(field), _converter(field)
    if show is None:
        return get

    def read(row: Any) -> Any:
        value = get(row)
        return value if value is None or value is _MISSING else show(value)

    return read


def _getter(field: fields.Field) -> Show:
    names: list[str] = list(field.source_attrs)

    def get(row: Any) -> Any:
        value = row
        try:
            for name in names:
                value = value[name] if isinstance(value, Mapping) else getattr(value, name)
        except (AttributeError, KeyError):
            return _as_the_field_does(field, row)
        return value() if callable(value) else value

    def get_one(row: Any) -> Any:
        try:
            value = row[name] if type(row) is dict else getattr(row, name)
        except (AttributeError, KeyError, TypeError):
            return get(row)
        return value() if callable(value) else value

    name = names[0] if len(names) == 1 else ""
    return get_one if name else get


def _as_the_field_does(field: fields.Field, row: Any) -> Any:
    """Its default, or nothing at all; or its own words about what is wrong."""
    try:
        return field.get_attribute(row)
    except fields.SkipField:
        return _MISSING


def _converter(field: fields.Field) -> Show | None:
    """What makes a value of this field into what is shown; None where it is shown as it is."""
    if isinstance(field, serializers.ListSerializer):
        return _all_of(_of_serializer(field.child))
    if isinstance(field, serializers.BaseSerializer):
        return _of_serializer(field)
    if type(field) is fields.ListField:
        one = _converter(field.child)
        return list if one is None else _all_of(one)
    if isinstance(field, PublicId) and type(field).to_representation is PublicId.to_representation:
        return _public(field.kind)
    if type(field) is fields.DateTimeField:
        return _instant(field)
    if type(field) is fields.CharField:
        return str
    if type(field) is fields.ChoiceField and all(type(choice) is str for choice in field.choices):
        return lambda value: value if type(value) is str else field.to_representation(value)
    if type(field) is fields.IntegerField:
        return int
    return field.to_representation


def _all_of(one: Show) -> Show:
    def show(values: Any) -> list[Any]:
        rows = values.all() if isinstance(values, Manager) else values
        return [None if value is None else one(value) for value in rows]

    return show


def _public(kind: str) -> Show:
    begin = f"{kind}_"
    return lambda value: begin + (value if isinstance(value, UUID) else UUID(value)).hex


def _instant(field: fields.DateTimeField) -> Show:
    """As Django REST framework writes it where times are UTC, which those of rows are."""

    def show(value: Any) -> Any:
        if isinstance(value, datetime) and value.tzinfo is UTC:
            return value.isoformat()[:-6] + "Z"
        return field.to_representation(value)

    return show
