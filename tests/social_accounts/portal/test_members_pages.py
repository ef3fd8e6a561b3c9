"""What members do with portal links, and how the portal looks."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from apps.core import tenancy
from apps.social_accounts.models import PortalLink
from apps.social_accounts.services import portal
from apps.tenants.models import Branding, Membership, Workspace
from tests.social_accounts.portal.conftest import Guest
from tests.social_accounts.rows import every
from tests.support import factories

pytestmark = pytest.mark.django_db
LINKS, LOOK = "/social-accounts/portal-links/", "/settings/connections/portal/"


@pytest.fixture
def browser(owner: Membership, workspace: Workspace) -> Client:
    return factories.signed_in(owner, at=workspace)


class TestLinks:
    def test_a_link_is_shown_once_and_opens_the_portal(self, browser: Client, workspace: Workspace) -> None:
        fields = {"platforms": ["mastodon", "x"], "max_accounts": "3", "days": "30", "language": "pl", "note": "Nora"}

        made = browser.post(LINKS, fields).content.decode()

        path = re.search(r'value="http[^"]+?(/connect/[^"]+)"', made)
        assert path
        assert "Połącz konta: Café Luna" in Client().get(path[1]).content.decode()
        listed = browser.get(LINKS).content.decode()
        assert "Nora" in listed
        assert path[1] not in listed

    def test_its_token_is_stored_as_a_hash(self, guest: Guest) -> None:
        (link,) = every(PortalLink)

        assert guest.token not in str(vars(link))

    def test_a_link_for_no_network_is_refused(self, browser: Client) -> None:
        assert browser.post(LINKS, {"days": "30"}).status_code == 422
        assert every(PortalLink) == []

    def test_a_withdrawn_link_is_not_listed_and_lets_nobody_in(self, browser: Client, guest: Guest) -> None:
        browser.post(f"{LINKS}{guest.link.pk}/revoke/")

        assert browser.get(LINKS).context["links"] == []
        assert guest.visit().status_code == 410

    def test_links_that_were_over_long_ago_are_forgotten(self, guest: Guest) -> None:
        assert portal.forget_links(now=guest.link.expires_at + timedelta(days=89)) == 0
        assert portal.forget_links(now=guest.link.expires_at + timedelta(days=91)) == 1


class TestTheLook:
    def test_colour_logo_and_way_back_are_on_the_portal(self, browser: Client, guest: Guest) -> None:
        fields = {"colour": "#1f7a5c", "back_url": "https://northlight.example/", "back_label": "Home of Northlight"}
        browser.post(LOOK, {**fields, "logo": upload(factories.picture(size=(900, 300)))})

        page = guest.visit().content.decode()

        assert "Home of Northlight" in page
        assert f"{guest.home}logo.png" in page
        assert guest.visit("brand.css").content.decode() == "@layer brand { :root { --brand: #1f7a5c; } }\n"
        logo = guest.visit("logo.png")
        assert logo["Content-Type"] == "image/png"
        with Image.open(io.BytesIO(logo.content)) as drawn:
            assert drawn.size == (480, 160)

    @pytest.mark.parametrize("colour", ["red", "#12345", "#123456;} body{display:none}", "#12345g", "#123456\n"])
    def test_a_colour_is_a_colour(self, browser: Client, colour: str) -> None:
        answer = browser.post(LOOK, {"colour": colour})

        assert answer.status_code == 422 or every(Branding)[0].colour == "#123456"

    @pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"GIF89a", b"x" * 100])
    def test_a_logo_is_a_picture(self, browser: Client, content: bytes) -> None:
        assert browser.post(LOOK, {"logo": upload(content)}).status_code == 422
        assert every(Branding) == []

    def test_the_way_back_is_https(self, browser: Client) -> None:
        assert browser.post(LOOK, {"back_url": "http://northlight.example/"}).status_code == 422
        assert browser.post(LOOK, {"back_url": "javascript:alert(1)"}).status_code == 422

    @pytest.mark.parametrize(("allowed", "named"), [(True, False), (False, True)])
    def test_the_product_is_left_out_only_where_the_operator_allows_it(
        self, browser: Client, guest: Guest, workspace: Workspace, allowed: bool, named: bool
    ) -> None:
        with tenancy.scope(organization_id=workspace.organization_id):
            Branding(may_hide_product=allowed).save()

        browser.post(LOOK, {"hides_product": "on"})

        assert ("Powered by Postroom" in guest.visit().content.decode()) is named


def test_links_are_for_the_workspace_that_they_were_made_in(
    guest_with: Callable[..., Guest], owner: Membership, other_workspace: Workspace
) -> None:
    guest_with(note="Nora")

    assert "Nora" not in factories.signed_in(owner, at=other_workspace).get(LINKS).content.decode()


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", content, "image/png")
