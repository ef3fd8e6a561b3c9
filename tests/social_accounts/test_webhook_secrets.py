"""The secrets that sign a platform's notices, where they are others than the app's."""

from __future__ import annotations

import pytest

from apps.core.secrets import Secret
from apps.social_accounts.models import OAuthApp
from apps.social_accounts.services import clients_that_sign
from apps.social_accounts.services.credentials import client_of
from config import platforms


@pytest.fixture(autouse=True)
def operators(settings):
    settings.PLATFORM_APPS = {"x": ("the-operators", "s")}
    settings.PLATFORM_WEBHOOK_SECRETS = {"x": ("consumer", "the one before")}


@pytest.mark.parametrize(
    ("app", "secret"),
    [
        (OAuthApp(platform="x", client_id="the-operators"), "consumer"),
        (OAuthApp(platform="x", client_id="somebody-elses"), ""),
        (OAuthApp(platform="linkedin", client_id="the-operators"), ""),
    ],
)
def test_an_adapter_is_handed_the_secret_of_the_operators_own_app(app, secret):
    assert client_of(app).webhook_secret == Secret(secret)


def test_an_app_that_was_entered_by_hand_has_it_where_the_settings_name_none(settings):
    settings.PLATFORM_APPS = {}
    assert client_of(OAuthApp(platform="x", client_id="entered")).webhook_secret == Secret("consumer")


@pytest.mark.django_db
def test_what_comes_in_is_tried_with_all_of_them_in_the_operators_name_alone():
    OAuthApp.objects.create(platform="x", server="elsewhere", client_id="somebody-elses", client_secret=Secret("s2"))

    tried = [(one.client_id, one.client_secret.reveal(), one.webhook_secret.reveal()) for one in clients_that_sign("x")]

    assert tried == [
        ("the-operators", "s", "consumer"),
        ("somebody-elses", "s2", ""),
        ("the-operators", "consumer", "consumer"),
        ("the-operators", "the one before", "the one before"),
    ]


@pytest.mark.parametrize("platform", ["X", "YOUTUBE", "INSTAGRAM"])
def test_they_are_read_from_the_environment_or_a_file(monkeypatch, tmp_path, platform):
    monkeypatch.delenv("SANDBOX_URL", raising=False)
    monkeypatch.delenv(f"{platform}_WEBHOOK_SECRETS", raising=False)
    assert platforms.read().webhook_secrets[platform.lower()] == ()

    (tmp_path / "secrets").write_text("new, old\n")
    monkeypatch.setenv(f"{platform}_WEBHOOK_SECRETS_FILE", str(tmp_path / "secrets"))
    assert platforms.read().webhook_secrets[platform.lower()] == ("new", "old")
