"""How the process connects to its database."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from config import env

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728;"
)
# A statement is prepared where `apps.core.prepared` asks for it, and not because it was seen so often.
ONLY_WHERE_ASKED = 2**31
APP_ROLE_OPTION = "-c role=postroom_app"


def configure(*, var: Path, as_owner: bool) -> dict[str, Any]:
    """Django's `DATABASES["default"]` from DATABASE_URL; SQLite in `var` by default.

    On PostgreSQL the process takes the role `postroom_app`, which row-level security binds; only migrations
    (`as_owner`) keep the role they sign in with, through DATABASE_OWNER_URL where that is another one.
    """
    default = env.database("DATABASE_URL", f"sqlite:///{quote(str(var / 'postroom.sqlite3'))}")
    owner_url = env.text("DATABASE_OWNER_URL", "")
    if as_owner and owner_url:
        default = env.database("DATABASE_OWNER_URL")
    if default["ENGINE"] == "django.db.backends.sqlite3":
        return {
            **default,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
        }
    options = dict(default["OPTIONS"])
    if not as_owner:
        # Last, so that nothing in the address takes another role.
        options["options"] = " ".join(filter(None, [options.get("options", ""), _no_idling(), APP_ROLE_OPTION]))
    if env.flag("DATABASE_PREPARED_STATEMENTS", True):
        options["prepare_threshold"] = ONLY_WHERE_ASKED
    return {
        **default,
        "CONN_MAX_AGE": env.integer("DATABASE_CONNECTION_SECONDS", 60),
        "CONN_HEALTH_CHECKS": True,
        # Poolers in transaction mode cannot keep server-side cursors.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": options,
    }


def _no_idling() -> str:
    """A process that is frozen inside a transaction gives back after a while what others wait for. Nothing of ours
    waits there for anything but the database."""
    milliseconds = env.integer("DATABASE_IDLE_TRANSACTION_SECONDS", 30) * 1000
    return f"-c idle_in_transaction_session_timeout={milliseconds}"
