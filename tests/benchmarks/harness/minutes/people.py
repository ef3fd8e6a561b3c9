"""Accounts at the simulated platforms, each connected by a consent of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

from apps.core.secrets import Secret
from apps.governor.lanes import Lane
from apps.platforms.contract import Credential, OAuthClient
from apps.social_accounts.adapters import adapter_for
from config.platforms import SANDBOX_APPS
from tests.support.sandbox import Sandbox

CALLBACK = "http://127.0.0.1:9/callback"


@dataclass(frozen=True)
class Person:
    """`id` is the account's at the platform; `published` a post of theirs, where they have one."""

    id: str
    credential: Credential
    published: str = ""


def connect(sandbox: Sandbox, platform: str, handle: str) -> Person:
    """Somebody new, who has just said yes."""
    account = sandbox.create_account(platform, handle)
    client = OAuthClient(SANDBOX_APPS[platform][0], Secret(SANDBOX_APPS[platform][1]))
    adapter = adapter_for(platform, is_test=False, lane=Lane.HEALTH)
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="state-1", hint=handle)
    back = sandbox.consent(start.authorize_url, handle)
    answer = dict(parse_qsl(urlsplit(back).query))
    answer.pop("state")
    given = adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)
    first = given.channels[0]
    credential = replace(given.credential, channel_id=first.remote_id, channel_kind=first.kind)
    return Person(account["id"], credential)
