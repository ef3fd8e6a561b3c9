"""Instants as PostgreSQL tells them, read by the standard library.

A page of the API has some thousand of them. psycopg reads each with a pattern and moves it between zones; on our
connections, which speak of UTC, they are ISO 8601 already.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.signals import connection_created


def listen() -> None:
    """Have every connection to PostgreSQL read its instants so."""
    connection_created.connect(_read_quickly, dispatch_uid="core.instants")


def _read_quickly(connection: Any, **_: Any) -> None:
    if connection.vendor == "postgresql" and connection.timezone is UTC:
        connection.connection.adapters.register_loader("timestamptz", _loader())


def _loader() -> Any:
    from django.db.backends.postgresql.psycopg_any import BaseTzLoader

    class InUtc(BaseTzLoader):
        timezone = UTC

        def load(self, data: Any) -> Any:
            text = bytes(data).decode()
            # Years before 1 and after 9999, infinity and other zones are told in other ways.
            if text.endswith("+00"):
                try:
                    return datetime.fromisoformat(text)
                except ValueError:
                    pass
            return super().load(data)

    return InUtc
