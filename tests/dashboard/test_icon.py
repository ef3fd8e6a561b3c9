"""The sign on the browser's tab."""

from __future__ import annotations

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
DRAWN_BY_HAND = "image/svg+xml"


def test_a_browser_that_asks_for_the_customary_address_is_shown_the_icon() -> None:
    answer = Client().get("/favicon.ico", follow=True)

    assert answer.status_code == 200
    assert answer["Content-Type"] == DRAWN_BY_HAND
    assert b"<svg" in b"".join(answer.streaming_content)


def test_pages_name_the_icon_that_the_customary_address_leads_to() -> None:
    page = Client().get("/accounts/login/").content.decode()

    (link,) = re.findall(r'<link rel="icon" href="([^"]+)" type="([^"]+)">', page)
    assert link == (Client().get("/favicon.ico").url, DRAWN_BY_HAND)
