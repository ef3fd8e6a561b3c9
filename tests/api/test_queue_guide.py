"""The guide on queues, run line by line by a shell against a running server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from apps.tenants.rest import ids
from tests.api.test_guide import Shell, needs_tools
from tests.house import rules
from tests.support import factories
from tests.support.programs_with_keys import program

GUIDE = rules.ROOT / "docs/guides/queues.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


@needs_tools
@pytest.mark.django_db(transaction=True)
def test_every_line_of_the_guide_works(live_server: LiveServer, tmp_path: Path) -> None:
    workspace = factories.workspace(timezone="Europe/Lisbon")
    account = factories.account(workspace)
    shell = Shell(
        tmp_path,
        HOST=live_server.url,
        KEY=program(workspace.organization).text,
        WORKSPACE=ids.public(ids.WORKSPACE, workspace.pk),
        ACCOUNT=ids.public(ids.ACCOUNT, account.pk),
    )

    for block in BLOCKS:
        shell.run(block)

    assert len(BLOCKS) > 7
