from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from apps.core import clock, tenancy
from apps.social_accounts.models import PortalLink, SocialAccount
from apps.social_accounts.services import portal
from apps.tenants.members import Member
from apps.tenants.models import Workspace
from tests.support.sandbox import Sandbox


@pytest.fixture(autouse=True)
def _nobody_has_tried_before() -> None:
    cache.clear()


@dataclass
class Guest:
    """A browser without a seat that holds a portal link."""

    sandbox: Sandbox
    link: PortalLink
    token: str
    client: Client = field(default_factory=Client)

    @property
    def home(self) -> str:
        return f"/connect/{self.token}/"

    def visit(self, path: str = "", **query: str) -> HttpResponse:
        return self.client.get(f"{self.home}{path}", query)

    def begin(self, platform: str = "mastodon", **fields: str) -> HttpResponse:
        address = {"mastodon": self.sandbox.origin("mastodon"), "bluesky": "harbourcoffee.test"}.get(platform, "")
        return self.client.post(f"{self.home}start/", {"platform": platform, "address": address, **fields})

    def consent_page(self, platform: str = "mastodon", **fields: str) -> str:
        answer = self.begin(platform, **fields)
        assert answer.status_code == 200, answer.content.decode()
        return str(answer.context["next_url"])

    def come_back(self, consent_page: str, handle: str = "harbourcoffee", **more: Any) -> HttpResponse:
        back = self.sandbox.consent(consent_page, handle, **more)
        return self.client.get(back[back.index("/social-accounts/") :].partition("#")[0])

    def connect(self, platform: str = "mastodon", handle: str = "harbourcoffee") -> HttpResponse:
        return self.come_back(self.consent_page(platform), handle)

    def accounts(self) -> list[SocialAccount]:
        with tenancy.scope(organization_id=self.link.organization_id):
            return list(SocialAccount.objects.order_by("created_at"))


@pytest.fixture
def guest_with(platforms: Sandbox, manager: Member, workspace: Workspace) -> Callable[..., Guest]:
    """Makes a link as a manager does, and a browser that holds it."""

    def make(**more: Any) -> Guest:
        values = {"platforms": ["mastodon", "bluesky", "linkedin"], "expires_at": clock.now() + timedelta(days=14)}
        with manager.scope():
            link, token = portal.make_link(member=manager, workspace_id=workspace.pk, **{**values, **more})
        return Guest(platforms, link, token.reveal())

    return make


@pytest.fixture
def guest(guest_with: Callable[..., Guest]) -> Guest:
    return guest_with()
