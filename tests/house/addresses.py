"""Every address of the project, collected from the URL configuration itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from apps.tenants.access import Door


@dataclass(frozen=True, slots=True)
class Address:
    """`name` is what `reverse` takes; an address without a name is known by its route. `arguments` are named parts."""

    name: str
    route: str
    view: Callable[..., Any]
    arguments: tuple[str, ...]

    @property
    def door(self) -> Door | None:
        return getattr(self.view, "door", None)


def addresses(resolver: URLResolver | None = None) -> list[Address]:
    return list(_walk((resolver or get_resolver()).url_patterns, route="", namespace="", outer=()))


def _walk(patterns: list[Any], *, route: str, namespace: str, outer: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        arguments = (*outer, *pattern.pattern.converters, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            yield from _walk(pattern.url_patterns, route=here, namespace=inner, outer=arguments)
        elif isinstance(pattern, URLPattern):
            name = ":".join(filter(None, [namespace, pattern.name])) if pattern.name else here
            yield Address(name, here, pattern.callback, tuple(dict.fromkeys(arguments)))


def undeclared(found: list[Address], *, known: frozenset[str], trusted: tuple[str, ...] = ()) -> list[str]:
    """Addresses that neither declare a door nor are listed; `trusted` are beginnings of names."""
    return [
        address.name
        for address in found
        if address.door is None and address.name not in known and not address.name.startswith(trusted)
    ]
