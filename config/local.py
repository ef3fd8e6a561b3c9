"""The `var/` folder of a trial on one machine: secrets made once, readable by their owner alone."""

from __future__ import annotations

import base64
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path


def prepare(var: Path) -> None:
    """Make the folder and its secrets if they are missing, and point the environment at them."""
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_id = f"local{datetime.now(UTC):%Y%m%d}"
    made = {
        "SECRET_KEY": ("secret_key", secrets.token_urlsafe(60)),
        "KEYRING": ("keyring", f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"),
    }
    for name, (file_name, text) in made.items():
        if name in os.environ or f"{name}_FILE" in os.environ:
            continue
        path = var / file_name
        if not path.exists():
            _write_once(path, text)
        os.environ[f"{name}_FILE"] = str(path)


def _write_once(path: Path, text: str) -> None:
    """Put the text in place whole, so that another process of the same start reads all of it or makes its own."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:  # The other one was quicker.
        pass
    finally:
        draft.unlink()
