"""Where the posts of an account can be looked at."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from apps.core import tenancy
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.web_addresses import host_of, web_hosts
from apps.tenants.models import Workspace
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("platform", "url", "server", "hosts"),
    [
        (
            "mastodon",
            "https://toots.example/@luna",
            "https://web.toots.example",
            ("toots.example", "web.toots.example"),
        ),
        ("bluesky", "https://bsky.app/profile/luna", "https://pds.example", ("bsky.app", "pds.example")),
        ("instagram", "", "", ("instagram.com",)),
        ("mastodon", "", "", ()),
    ],
)
def test_posts_are_where_the_profile_the_server_and_the_platform_are(
    workspace: Workspace, settings: Settings, platform: str, url: str, server: str, hosts: tuple[str, ...]
) -> None:
    settings.PLATFORM_ENDPOINTS = {
        "instagram": {"login": "https://www.instagram.com", "api": "https://api.instagram.com"},
        "bluesky": {"app": "https://bsky.app", "plc": "https://plc.directory"},
    }
    account = factories.account(workspace, platform, server=server, url=url)

    with tenancy.scope(organization_id=workspace.organization_id):
        assert web_hosts(SocialAccount.objects.get(pk=account.pk)) == hosts


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Example.org/p/1", "example.org"),
        ("http://127.0.0.1:9002/@luna", "127.0.0.1:9002"),
        ("https://example.org:443/", "example.org"),
        ("ftp://example.org/", ""),
        ("//example.org/", ""),
        ("https://example.org@elsewhere.invalid/", ""),
        ("https://elsewhere.invalid\\@example.org/", ""),
        ("https://example.org:port/", ""),
        ("https://[", ""),
    ],
)
def test_a_host_is_read_as_browsers_read_it(address: str, host: str) -> None:
    assert host_of(address) == host
