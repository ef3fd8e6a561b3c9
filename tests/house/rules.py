"""Rules of the house as functions, so that each can be tried against a house that breaks it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.core.management import call_command

from config.platforms import SANDBOX_PORTS

ROOT = Path(__file__).resolve().parent.parent.parent


def undocumented(names: Iterable[str], page: str) -> list[str]:
    """Names that no table of the page has in the first cell of a row, in backticks; `<PLATFORM>_VERSION` there stands
    for the name of each platform."""
    rows = _rows(page)
    spelled = {row.replace("<PLATFORM>", name.upper()) for row in rows for name in SANDBOX_PORTS}
    return sorted(set(names) - rows - spelled)


def documented_in_vain(names: Iterable[str], page: str) -> list[str]:
    """Names in first cells of the page's tables that do not exist."""
    return sorted(_rows(page) - set(names))


def _rows(page: str) -> set[str]:
    first_cells = re.findall(r"^\|([^|]*`[^|]*)\|", page, re.MULTILINE)
    return {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)}


def wrong_sentences(sentences: Mapping[str, str], page: str) -> list[str]:
    """Names whose sentence on the page is not the one in the code."""
    rows = dict(re.findall(r"^\|\s*`([^`]+)`\s*\|\s*(.*?)\s*\|\s*$", page, re.MULTILINE))
    return sorted(name for name, sentence in sentences.items() if name in rows and rows[name] != sentence)


def missing_migrations() -> str:
    """What makemigrations would write; empty where nothing is missing."""
    said = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said, stderr=said)
    except SystemExit:
        return said.getvalue()
    return ""


def broken_contracts(*, config: Path = ROOT / "pyproject.toml", at: Path = ROOT) -> str:
    """What import-linter objects to; empty where every contract is kept."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(lint), "--config", str(config), "--no-cache"], cwd=at, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def events_named_in(code: str) -> set[str]:
    """Names of events that a piece of code emits or subscribes to by a literal."""
    return set(re.findall(r"events\.(?:emit|subscribe)\(\s*\"([a-z_.]+)\"", code))
