from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

HOME = "https://postroom.example"
CLIENT_ID = f"{HOME}/social-accounts/bluesky/client-metadata.json"


@pytest.fixture
def hosted(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Settings:
    call_command("bluesky_key")
    settings.BLUESKY_CLIENT_KEY = capsys.readouterr().out.strip()
    settings.PUBLIC_URL = HOME
    settings.PLATFORM_ENDPOINTS = {"bluesky": {"client_id": CLIENT_ID}}
    return settings


def test_a_hosted_postroom_says_who_it_is(hosted: Settings, client: Client) -> None:
    document = client.get("/social-accounts/bluesky/client-metadata.json").json()

    assert document["client_id"] == CLIENT_ID
    assert document["redirect_uris"] == [f"{HOME}/social-accounts/callback/bluesky/"]
    assert document["jwks_uri"] == f"{HOME}/social-accounts/bluesky/keys.json"


def test_only_the_public_half_of_the_key_is_shown(hosted: Settings, client: Client) -> None:
    (key,) = client.get("/social-accounts/bluesky/keys.json").json()["keys"]

    assert "d" in json.loads(hosted.BLUESKY_CLIENT_KEY)
    assert "d" not in key
    assert key["kid"]


def test_a_postroom_without_a_public_address_is_no_hosted_client(settings: Settings, client: Client) -> None:
    settings.PLATFORM_ENDPOINTS = {"bluesky": {}}
    settings.BLUESKY_CLIENT_KEY = ""

    assert client.get("/social-accounts/bluesky/client-metadata.json").status_code == 404
    assert client.get("/social-accounts/bluesky/keys.json").status_code == 404
