"""What operators write into the environment, and the sentences they get when it cannot be read."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import databases, env, local, platforms


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("sqlite:///var/db.sqlite3", {"NAME": "var/db.sqlite3"}),
        ("sqlite:////srv/db.sqlite3", {"NAME": "/srv/db.sqlite3"}),
        ("sqlite:////srv/a%23b/db.sqlite3", {"NAME": "/srv/a#b/db.sqlite3"}),
        ("postgresql://ann:p%40ss@db.internal:5433/postroom", {"USER": "ann", "PASSWORD": "p@ss", "PORT": "5433"}),
        ("postgres:///postroom?host=/run/PostgreSQL&port=5433", {"HOST": "/run/PostgreSQL", "PORT": "5433"}),
        ("postgresql://db/postroom?sslmode=require", {"HOST": "db", "OPTIONS": {"sslmode": "require"}}),
        ("postgresql://[::1]/postroom", {"HOST": "::1", "NAME": "postroom"}),
    ],
)
def test_a_database_is_named_by_an_address(
    monkeypatch: pytest.MonkeyPatch, url: str, wanted: dict[str, object]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    assert wanted.items() <= env.database("DATABASE_URL").items()


@pytest.mark.parametrize(
    "url", ["mysql://db/postroom", "postgresql://db", "postgresql://db:secret/postroom", "postgresql://a:s[cret@db/x"]
)
def test_what_names_no_database_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is not a database address") as refused:
        env.database("DATABASE_URL")
    assert "cret" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_nothing_in_the_address_takes_another_role(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/postroom?options=-c%20role%3Dpostgres")

    options = databases.configure(var=tmp_path, as_owner=False)["OPTIONS"]["options"]

    assert options.endswith("-c role=postroom_app")


def test_who_is_frozen_inside_a_transaction_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/postroom")
    monkeypatch.setenv("DATABASE_IDLE_TRANSACTION_SECONDS", "7")

    options = databases.configure(var=tmp_path, as_owner=False)["OPTIONS"]["options"]

    assert "-c idle_in_transaction_session_timeout=7000 " in options


def test_a_folder_may_have_any_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    odd = tmp_path / "C# and 100 % more?"

    assert databases.configure(var=odd, as_owner=False)["NAME"] == str(odd / "postroom.sqlite3")


@pytest.mark.parametrize("address", ["social.example.org", "https://a.example/path", "ftp://a.example", "http://a:x"])
def test_an_address_of_the_wrong_shape_stops_the_start(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", address)

    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL is not an address such as"):
        env.origin("PUBLIC_URL")


def test_origins_stand_with_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_TRUSTED_ORIGINS", "http://127.0.0.1:8012/, https://[::1]:9")

    assert env.origins("OUTBOUND_TRUSTED_ORIGINS") == ("http://127.0.0.1:8012", "https://[::1]:9")


def test_secrets_of_a_trial_are_made_once_for_their_owner_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SECRET_KEY", "SECRET_KEY_FILE", "KEYRING", "KEYRING_FILE"):
        monkeypatch.setenv(name, "to be put back")
        monkeypatch.delenv(name)
    local.prepare(tmp_path / "var")
    first = (tmp_path / "var" / "keyring").read_text()

    local.prepare(tmp_path / "var")

    assert (tmp_path / "var" / "keyring").read_text() == first
    assert sorted(file.name for file in (tmp_path / "var").iterdir()) == ["keyring", "secret_key"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "var").iterdir()} == {0o600}


def test_how_early_posts_are_prepared_may_be_said_for_each_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_STAGE_AHEAD_SECONDS", "7200")
    monkeypatch.setenv("X_STAGE_AHEAD_SECONDS", "0")

    assert platforms.read().stage_ahead == {"youtube": timedelta(hours=2), "x": timedelta(0)}


@pytest.mark.parametrize("written", ["-60", "soon"])
def test_a_span_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("YOUTUBE_STAGE_AHEAD_SECONDS", written)

    with pytest.raises(ImproperlyConfigured, match="YOUTUBE_STAGE_AHEAD_SECONDS"):
        platforms.read()
