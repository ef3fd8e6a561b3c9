"""The guide for integrators, run line by line by a shell against a running server."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from standardwebhooks import WebhookVerificationError

from apps.core import clock, tenancy
from apps.core.secrets import Secret
from apps.social_accounts.models import ReturnOrigin
from apps.tenants.models import Organization
from apps.webhooks import signing
from tests.house import rules
from tests.support import factories
from tests.support.programs_with_keys import program
from tests.support.sandbox import Sandbox

GUIDE = rules.ROOT / "docs/guides/api.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
# Each block goes on with the variables of those before it.
FRAME = "set -euo pipefail; [ -f vars ] && . ./vars; {block}\ndeclare -p | grep -E '^declare -- [A-Z_]+=' > vars"

needs_tools = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq")), reason="the guide wants curl and jq"
)


class Shell:
    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        (folder / "vars").write_text("".join(f"{name}='{value}'\n" for name, value in variables.items()))

    def run(self, block: str) -> str:
        done = subprocess.run(
            ["bash", "-c", FRAME.format(block=block)], cwd=self.folder, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout

    def value(self, name: str) -> str:
        done = subprocess.run(
            ["bash", "-c", f'. ./vars; echo "${name}"'], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()


def sign_in_as_the_client(session_url: str, sandbox: Sandbox) -> str:
    """What the person with the link does in their browser; where they end up."""
    browser, home = Client(), urlsplit(session_url).path
    page = browser.post(f"{home}start/", {"platform": "linkedin"})
    back = sandbox.consent(page.context["next_url"], "lumenyoga")
    answer = browser.get(back[back.index("/social-accounts/") :].partition("#")[0])
    return str(answer.context["next_url"])


@needs_tools
@pytest.mark.django_db(transaction=True)
def test_every_line_of_the_guide_works(
    live_server: LiveServer, platforms: Sandbox, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    agency: Organization = factories.organization(name="Northlight Agency")
    for name in ("Café Luna", "Delta Outdoor"):
        factories.workspace(agency, name=name)
    with tenancy.scope(organization_id=agency.pk):
        ReturnOrigin.objects.create(origin="https://app.example.com")
    shell = Shell(tmp_path, HOST=live_server.url, KEY=program(agency).text)

    for block in BLOCKS:
        shell.run(block)
        if "SESSION_URL=" in block:
            arrived = sign_in_as_the_client(shell.value("SESSION_URL"), platforms)
            assert arrived.startswith("https://app.example.com/connected?status=pending")

    assert len(BLOCKS) > 10


def test_the_receiver_of_the_guide_takes_what_is_signed_and_nothing_else() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    secret, body = "whsec_" + base64.b64encode(b"s" * 32).decode(), b'{"type":"post.published"}'
    headers = signing.headers(message_id="evt_1", at=clock.now(), body=body, secrets=[Secret(secret)])

    assert names["read"](secret, body, headers) == {"type": "post.published"}
    with pytest.raises(WebhookVerificationError):
        names["read"](secret, body + b" ", headers)


@needs_tools
def test_a_line_that_does_not_work_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        Shell(tmp_path).run('echo "{}" | jq -e .missing')
