"""Environment variables, each read once, typed, from `NAME` or from the file that `NAME_FILE` points to.

A missing or malformed variable stops the start with a sentence that names it. `READ` remembers every name that was
asked for, so that a test can compare it with docs/operations.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

READ: set[str] = set()


class _Required:
    pass


REQUIRED = _Required()


def _raw(name: str) -> str | None:
    READ.add(name)
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error
    return os.environ.get(name)


def _read(name: str, default: T | _Required, parse: Callable[[str], T], shape: str) -> T:
    raw = _raw(name)
    if raw is None or raw == "":
        if isinstance(default, _Required):
            raise ImproperlyConfigured(
                f"{name} is not set: give it {shape}, in {name} or in a file named by {name}_FILE."
            )
        return default
    try:
        return parse(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not {shape}.") from error


def text(name: str, default: str | _Required = REQUIRED) -> str:
    return _read(name, default, str, "a text")


def integer(name: str, default: int | _Required = REQUIRED) -> int:
    return _read(name, default, int, "a whole number")


def flag(name: str, default: bool | _Required = REQUIRED) -> bool:
    def parse(raw: str) -> bool:
        word = raw.lower()
        if word not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
            raise ValueError(raw)
        return word in ("1", "true", "yes", "on")

    return _read(name, default, parse, "yes or no")


def words(name: str, default: tuple[str, ...] | _Required = REQUIRED) -> tuple[str, ...]:
    def parse(raw: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in raw.split(",") if word.strip())

    return _read(name, default, parse, "a list with commas between")


def spans(name: str, default: tuple[int, ...] | _Required = REQUIRED) -> tuple[timedelta, ...]:
    """Seconds with commas between, as spans."""

    def parse(raw: str) -> tuple[int, ...]:
        return tuple(int(word) for word in raw.split(",") if word.strip())

    return tuple(timedelta(seconds=span) for span in _read(name, default, parse, "seconds with commas between"))


def database(name: str, default: str | _Required = REQUIRED) -> dict[str, object]:
    """Django's settings of the database at `postgresql://user:password@host:port/name` or `sqlite:///path`."""
    return _parse_database(name, text(name, default))


def _parse_database(name: str, url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and parts.path:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path[1:]}
    if parts.scheme in ("postgres", "postgresql") and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
        }
    raise ImproperlyConfigured(
        f"{name} is not a database address: write sqlite:///path or postgresql://user@host/name."
    )
