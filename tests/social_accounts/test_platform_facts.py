"""What the operator is told of the platforms: pages of documentation, and versions that end."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.core import clock
from apps.platforms import registry
from apps.platforms.adapters.instagram import InstagramAdapter
from apps.platforms.versions import ApiVersion
from apps.social_accounts.checks import versions_live_on
from apps.social_accounts.models import OAuthApp
from apps.social_accounts.operators_view import platform_rows


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch):
    def ends(day: date | None) -> None:
        told = ApiVersion("v1", "Each lives for two years.", "https://example.org", ends=day)
        monkeypatch.setattr(InstagramAdapter, "version", told)

    for name in registry.names():
        monkeypatch.setattr(registry.adapter_class(name), "version", None)
    return ends


@pytest.mark.parametrize(("days", "verb"), [(90, "ends"), (0, "ends"), (-1, "ended")])
def test_a_version_that_ends_within_ninety_days_is_warned_of(version, days, verb):
    version(clock.now().date() + timedelta(days=days))
    (warning,) = versions_live_on(None)
    assert f"Instagram API version v1 {verb} on" in warning.msg
    assert "INSTAGRAM_VERSION" in str(warning.hint)


@pytest.mark.parametrize("days", [91, None])
def test_a_version_that_lives_on_is_not_spoken_of(version, days):
    version(None if days is None else clock.now().date() + timedelta(days=days))
    assert versions_live_on(None) == []


def test_the_pages_about_platforms_are_those_the_adapters_make():
    call_command("platform_docs", check=True)


def test_a_page_that_is_out_of_date_is_named_and_written_anew(tmp_path: Path):
    call_command("platform_docs", folder=tmp_path, stdout=StringIO())
    (tmp_path / "mastodon.md").write_text("Old")
    with pytest.raises(CommandError, match=r"Out of date: mastodon\.md"):
        call_command("platform_docs", folder=tmp_path, check=True)

    said = StringIO()
    call_command("platform_docs", folder=tmp_path, stdout=said)

    assert said.getvalue() == "Wrote mastodon.md\n"
    call_command("platform_docs", folder=tmp_path, check=True)


@pytest.mark.django_db
def test_the_operator_sees_what_is_set_up_and_which_version_ends(version, admin_client, settings):
    settings.PLATFORM_APPS = {"threads": ("1", "s")}
    OAuthApp.objects.create(platform="linkedin", client_id="2")
    version(clock.now().date() + timedelta(days=30))

    page = admin_client.get(reverse("admin:social_accounts_oauthapp_changelist")).content.decode()

    rows = {row.label: row for row in platform_rows()}
    assert rows["Threads"].app == "set in the environment"
    assert rows["LinkedIn"].app == "entered below"
    assert rows["Mastodon"].app == "registers itself"
    assert rows["Instagram"].app == "not set up"
    assert rows["Instagram"].is_ending
    assert "upgrade before then" in page
    assert "docs/platforms/threads.md" in page
