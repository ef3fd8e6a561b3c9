"""Keys change under way: everything is sealed again, and the old key can be thrown away."""

from __future__ import annotations

import base64
import io

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.core.management import CommandError, call_command

from apps.core import tenancy
from apps.core.encryption import CannotOpen
from apps.core.rotation import columns
from apps.core.secrets import Secret
from apps.social_accounts.models import Grant, OAuthApp
from tests.support import factories

pytestmark = pytest.mark.django_db


def key(letter: str) -> str:
    return f"{letter}:{base64.b64encode(letter.encode() * 32).decode()}"


OLD, NEW, BOTH = key("o"), key("n"), f"{key('n')},{key('o')}"


def rotate(**options: object) -> str:
    said = io.StringIO()
    call_command("rotate_keys", stdout=said, **options)
    return said.getvalue()


def tokens() -> list[str]:
    with tenancy.across_tenants("a test looks"):
        return sorted(row.access_token.reveal() for row in Grant.across_tenants.all())


@pytest.fixture
def secrets(settings, workspace, stranger_workspace, owner) -> None:
    """Secrets of two tenants, of the deployment and of a person, under the old key."""
    settings.KEYRING = OLD
    for number in range(5):
        factories.account(workspace, token=f"token {number}")
    factories.account(stranger_workspace, token="their token")
    OAuthApp.objects.create(platform="instagram", client_id="1", client_secret=Secret("app secret"))
    Authenticator.objects.create(user=owner.user, type="totp", data={"secret": encrypt("JBSWY3DP")})


def test_after_a_rotation_the_old_key_can_be_dropped(secrets, settings):
    settings.KEYRING = BOTH
    said = rotate(batch=2)
    settings.KEYRING = NEW

    assert tokens() == ["their token", "token 0", "token 1", "token 2", "token 3", "token 4"]
    assert OAuthApp.objects.get().client_secret.reveal() == "app secret"
    assert decrypt(Authenticator.objects.get().data["secret"]) == "JBSWY3DP"
    assert "social_accounts_grant.access_token: 6 sealed anew, 0 left" in said
    assert "social_accounts_oauthapp.client_secret: 1 sealed anew, 0 left" in said
    assert "mfa_authenticator.data: 1 sealed anew, 0 left" in said


def test_without_a_rotation_the_old_key_is_needed(secrets, settings):
    settings.KEYRING = NEW

    with pytest.raises(CannotOpen, match="lacks the key"):
        tokens()


def test_a_rotation_that_was_broken_off_goes_on_where_it_stopped(secrets, settings):
    settings.KEYRING = BOTH
    grants = next(column for column in columns() if column.name == "social_accounts_grant.access_token")
    assert grants.reseal(2) == 2

    assert "social_accounts_grant.access_token: 4 sealed anew, 0 left" in rotate()
    assert "social_accounts_grant.access_token: 0 sealed anew, 0 left" in rotate()


def test_a_key_that_is_gone_too_early_is_said_in_words(secrets, settings):
    settings.KEYRING = NEW

    with pytest.raises(CommandError, match="Keep the old keys"):
        rotate()
