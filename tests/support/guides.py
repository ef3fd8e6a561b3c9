"""The examples of the guides, run as their readers run them: by a shell with curl and jq, and by Python."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

# Each block goes on with the variables of those before it.
FRAME = "set -euo pipefail; [ -f vars ] && . ./vars; {block}\ndeclare -p | grep -E '^declare -- [A-Z_]+=' > vars"
SECONDS = 120

needs_tools = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq")), reason="the guides want curl and jq"
)


def blocks(guide: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", guide.read_text(), re.MULTILINE | re.DOTALL)


class Shell:
    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        (folder / "vars").write_text("".join(f"{name}='{value}'\n" for name, value in variables.items()))

    def run(self, block: str) -> str:
        done = subprocess.run(
            ["bash", "-c", FRAME.format(block=block)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout

    def value(self, name: str) -> str:
        """What a variable holds by now; empty where no block has set it."""
        done = subprocess.run(
            ["bash", "-c", f'. ./vars; echo "${{{name}:-}}"'],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()
