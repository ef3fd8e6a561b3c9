"""Programs of this machine that some tests need: where they are, or None."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

NEEDED = ("initdb", "postgres")


def postgres() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest there is; Debian keeps them off the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        folders.insert(0, Path(told.stdout.strip()))
    return next((folder for folder in folders if all((folder / name).is_file() for name in NEEDED)), None)


def redis() -> str | None:
    """A queue server that does not come with the packages, so that both are tried."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def _version(folder: Path) -> int:
    found = re.match(r"\d+", folder.parent.name)
    return int(found.group()) if found else 0
