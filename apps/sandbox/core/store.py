"""The sandbox's memory: one SQLite database, in a file or in memory.

All of it is used from one asyncio loop and no call here awaits, so whatever a handler does between two awaits
is one indivisible step for everybody else.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.rows import Account, Medium, Post, Thing, Token
from apps.sandbox.core.tables import Table


class Store:
    def __init__(self, path: str | None = None) -> None:
        """Open or create the state; sqlite3.Error (a DatabaseError or OperationalError) when the file is unusable."""
        self._db = db = sqlite3.connect(path or ":memory:", isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing this way; only a power cut could, and this is a sandbox.
        db.execute("PRAGMA synchronous=OFF")
        db.execute("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT)")
        db.execute("CREATE TABLE IF NOT EXISTS blob (digest TEXT PRIMARY KEY, content BLOB)")
        key = ("platform", "id")
        self.accounts = Table(db, Account, key=key, indexes=[("platform", "handle")])
        self.tokens = Table(db, Token, key=("token",), indexes=[("platform", "account_id")])
        self.posts = Table(db, Post, key=key, indexes=[("platform", "account_id"), ("platform", "parent_id")])
        self.media = Table(db, Medium, key=key, indexes=[("platform", "post_id")])
        self.things = Table(db, Thing, key=("platform", "kind", "id"), indexes=[("platform", "kind", "owner")])
        self.blobs = Blobs(db)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, together with the one around it if there is one; never await inside, or other requests'
        writes would join in."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def remember(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def recall(self, name: str, default: str) -> str:
        found = self._db.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return str(found[0]) if found else default

    def clear(self) -> None:
        with self.transaction():
            for table in ("account", "token", "post", "medium", "thing", "blob", "meta"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608

    def close(self) -> None:
        self._db.close()


class Blobs:
    """Bytes by their SHA-256: the same picture sent a thousand times is kept once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self._db.execute("INSERT OR IGNORE INTO blob VALUES (?, ?)", (digest, content))
        return digest

    def get(self, digest: str) -> bytes | None:
        found = self._db.execute("SELECT content FROM blob WHERE digest=?", (digest,)).fetchone()
        return bytes(found[0]) if found else None


class Box:
    """One kind of things of one platform, as JSON by id: apps, codes, containers, records.

    What has outlived its `lives` is as good as gone, by the sandbox's clock.
    """

    def __init__(self, store: Store, now: Callable[[], datetime], platform: str, kind: str) -> None:
        self._things, self._now, self._platform, self._kind = store.things, now, platform, kind

    def put(self, id: str, data: dict[str, Any], *, owner: str = "", lives: timedelta | None = None) -> None:
        """Keep `data` under `id`, in place of what was there before."""
        now = self._now()
        ends = now + lives if lives is not None else None
        self._things.save(Thing(self._platform, self._kind, id, owner, data, now, ends))

    def get(self, id: str) -> dict[str, Any] | None:
        thing = self.thing(id)
        return thing.data if thing else None

    def thing(self, id: str) -> Thing | None:
        thing = self._things.get(self._platform, self._kind, id)
        if thing is None or (thing.expires_at is not None and thing.expires_at <= self._now()):
            return None
        return thing

    def take(self, id: str) -> dict[str, Any] | None:
        """Get it and make sure that nobody gets it again: for what works once."""
        data = self.get(id)
        self._things.delete(self._platform, self._kind, id)
        return data

    def delete(self, id: str) -> bool:
        return self._things.delete(self._platform, self._kind, id)

    def all(self, *, owner: str | None = None, order: str = "seq", limit: int = -1) -> list[Thing]:
        """Oldest first; `order="seq DESC"` or `"id DESC"` turns that around."""
        where, values = "platform=? AND kind=?", [self._platform, self._kind]
        if owner is not None:
            where, values = f"{where} AND owner=?", [*values, owner]
        alive = f"{where} AND (expires_at IS NULL OR expires_at > ?)"
        return self._things.select(alive, [*values, self._now().timestamp()], order=order, limit=limit)
