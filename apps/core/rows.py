"""Rows in memory, made with less ado than `Model(...)`: a page of the API makes hundreds, a bulk request thousands.

    part = fresh(Part, post=post, position=0, text="")

gives what `Part(post=post, position=0, text="")` would, and `Row.from_db` makes what a query has read in the same way.
What Django finds out for every field of every row is found out once for a table: which defaults are values and which
are called, and which attributes are more than their value. Rows made so send no `pre_init` and no `post_init`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import getattr_static
from typing import Any, TypeVar

from django.db import models
from django.db.models.base import ModelState
from django.db.models.query_utils import DeferredAttribute

M = TypeVar("M", bound=models.Model)


def fresh(model: type[M], **given: Any) -> M:
    """A new row with these values; a relation is given as the row that it refers to, or by the name of its column.

    Raises TypeError for a name that the table does not have, and as the model does for a value that it refuses.
    """
    table = _table(model)
    row = model.__new__(model)
    held = row.__dict__
    held["_state"] = ModelState()
    held.update(table.values)
    for name, make in table.makers:
        if name not in given:
            held[name] = make()
    for name, value in given.items():
        if name in table.plain:
            held[name] = value
        else:
            _set(row, table, name, value)
    return row


def loaded(model: type[M], alias: str | None, names: Iterable[str], values: Iterable[Any]) -> M:
    """A row as it was read: the values of these columns; others are read when somebody asks for them."""
    row = model.__new__(model)
    held = row.__dict__
    held["_state"] = state = ModelState()
    state.adding, state.db = False, alias
    held.update(zip(names, values, strict=True))
    for name in _table(model).guarded & held.keys():
        setattr(row, name, held.pop(name))
    return row


def _set(row: models.Model, table: _Table, name: str, value: Any) -> None:
    attname, other = table.relations.get(name, (name, None))
    if other is not None and isinstance(value, other):
        row.__dict__[attname] = value.pk
        row._state.fields_cache[name] = value
    elif name in table.names:
        setattr(row, name, value)  # Django looks at it, or an attribute of our own
    else:
        raise TypeError(f"{type(row).__name__} has no {name!r}")


@dataclass(frozen=True, slots=True)
class _Table:
    """What of a model is the same for all its rows. `post_id` is the name of an attribute, `post` of a relation."""

    values: Mapping[str, Any]  # defaults that are values, by attribute
    makers: tuple[tuple[str, Callable[[], Any]], ...]  # defaults that are called
    plain: frozenset[str]  # attributes that hold what they are given
    guarded: frozenset[str]  # those that look at it first
    relations: Mapping[str, tuple[str, type[models.Model] | None]]  # the attribute of each, and what it refers to
    names: frozenset[str]  # all attributes and relations


@cache
def _table(model: type[models.Model]) -> _Table:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    plain = {one.attname for one in fields if isinstance(getattr_static(model, one.attname), DeferredAttribute)}
    made = {one.attname: _maker(one) for one in fields if _is_called(one)}
    return _Table(
        values={one.attname: one.get_default() for one in fields if one.attname not in made},
        makers=tuple(made.items()),
        plain=frozenset(plain),
        guarded=frozenset(one.attname for one in fields) - plain,
        relations={one.name: (one.attname, one.related_model) for one in fields if _is_shared(one)},
        names=frozenset(name for one in fields for name in (one.name, one.attname)),
    )


def _is_called(field: Any) -> bool:
    return (field.has_default() and callable(field.default)) or field.has_db_default()


def _maker(field: Any) -> Callable[[], Any]:
    made: Callable[[], Any] = field.get_default if field.is_relation or field.has_db_default() else field.default
    return made


def _is_shared(field: Any) -> bool:
    """Whether a row refers to another that does not remember it, by that one's key: a foreign key of many to one."""
    return isinstance(field, models.ForeignKey) and not field.unique and field.target_field.primary_key
