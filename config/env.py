"""Environment variables, each read once, typed, from `NAME` or from the file that `NAME_FILE` points to.

A missing or malformed variable stops the start with a sentence that names it. `READ` remembers every name that was
asked for, so that a test can compare it with docs/operations.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

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
        except UnicodeDecodeError:
            # Without its cause, which quotes what was read.
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which is not text.") from None
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


def percents(name: str, default: tuple[int, ...] | _Required = REQUIRED) -> tuple[int, ...]:
    """Whole numbers up to 100 with commas between, as many as the default has."""

    def parse(raw: str) -> tuple[int, ...]:
        numbers = tuple(int(word) for word in raw.split(",") if word.strip())
        if any(not 0 < number <= 100 for number in numbers) or len(numbers) != len(default):  # type: ignore[arg-type]
            raise ValueError(raw)
        return numbers

    return _read(name, default, parse, "percentages with commas between, one for each lane")


def origin(name: str, default: str | _Required = REQUIRED) -> str:
    """An address without a path, such as https://social.example.org, without a slash at its end."""
    return _read(name, default, _origin, "an address such as https://social.example.org")


def origins(name: str, default: tuple[str, ...] | _Required = REQUIRED) -> tuple[str, ...]:
    """Such addresses with commas between."""

    def parse(raw: str) -> tuple[str, ...]:
        return tuple(_origin(word.strip()) for word in raw.split(",") if word.strip())

    return _read(name, default, parse, "addresses such as http://127.0.0.1:8012 with commas between")


def domains(name: str, default: tuple[str, ...] | _Required = REQUIRED) -> dict[str, str]:
    """Hosts with commas between, each for everybody or, as `go.example.com=northlight`, for whoever has that name."""

    def parse(raw: str) -> tuple[str, ...]:
        found = tuple(word.strip().lower() for word in raw.split(",") if word.strip())
        for word in found:
            parts = urlsplit(f"//{word.partition('=')[0]}")
            if not parts.hostname or parts.netloc != parts.hostname or parts.path or "." not in parts.netloc:
                raise ValueError(raw)
        return found

    read = _read(name, default, parse, "hosts such as go.example.com=agency with commas between")
    return {host: owner for host, _, owner in (word.partition("=") for word in read)}


def _origin(raw: str) -> str:
    parts = urlsplit(raw.rstrip("/"))
    is_whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0  # a port may be no number
    if not is_whole or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(raw)
    return raw.rstrip("/")


def database(name: str, default: str | _Required = REQUIRED) -> dict[str, Any]:
    """Django's settings of the database at `postgresql://user:password@host:port/name` or `sqlite:///path`.

    What stands behind a question mark is handed to PostgreSQL's library (`?sslmode=verify-full`, `?host=/run/socket`);
    a path of SQLite is absolute with four slashes. Characters that mean something in an address are written as %xx.
    """
    try:
        return _parse_database(text(name, default))
    except ValueError:
        # Without its cause, which may quote a password.
        raise ImproperlyConfigured(
            f"{name} is not a database address: write sqlite:///path or postgresql://user@host/name."
        ) from None


def _parse_database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and parts.path:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path[1:])}
    if parts.scheme in ("postgres", "postgresql") and parts.path.strip("/"):
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", unquote(parts.hostname or "")),
            "PORT": options.pop("port", str(parts.port or "")),
            "OPTIONS": options,
        }
    raise ValueError("neither of the two kinds")
