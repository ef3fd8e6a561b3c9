"""Where each platform answers, and which app Postroom is there: the real ones, or those of the sandbox."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env

# Each simulated platform says in its place.toml how far its port lies above the hub's, and which app Postroom is there;
# an operator of a real deployment enters their own.
PLACES = {
    path.parent.name: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).resolve().parent.parent / "apps" / "sandbox").glob("*/place.toml")
}
SANDBOX_PORTS = dict(sorted(((name, place["port_above_the_hub"]) for name, place in PLACES.items()), key=itemgetter(1)))
SANDBOX_APPS = {
    name: (PLACES[name]["client_id"], PLACES[name]["client_secret"])
    for name in SANDBOX_PORTS
    if "client_id" in PLACES[name]
}
# What the sandbox asks for in a handshake, and signs with where that is not the app's secret.
SANDBOX_VERIFY_TOKEN = "sandbox-verify-token"
SANDBOX_WEBHOOK_SECRETS = {
    name: tuple(place["webhook_secrets"]) for name, place in PLACES.items() if "webhook_secrets" in place
}
# What else an operator may say of a platform: the adapter's name for it, and the variable.
FURTHER = {
    "facebook": {"config_id": "FACEBOOK_CONFIG_ID"},
    "instagram": {"login_with": "INSTAGRAM_LOGIN_WITH"},
    "linkedin": {"scopes": "LINKEDIN_SCOPES", "application": "LINKEDIN_APPLICATION_ID"},
    "x": {"spelling": "X_SPELLING", "long_text": "X_LONG_TEXT"},
    "youtube": {"region": "YOUTUBE_REGION"},
    "pinterest": {"max_description": "PINTEREST_MAX_DESCRIPTION"},
}
UNSAID = -1
APPS = tuple(SANDBOX_APPS)  # elsewhere Postroom registers itself


@dataclass(frozen=True, slots=True)
class Platforms:
    """`endpoints` that differ from an adapter's own and `apps` as (client id, secret), both by platform; `sandboxes`
    are the origins of simulated platforms, and `trusted_origins` those that may be called although private.

    `verify_tokens` are what was entered at a platform for the handshake of its notices, and `webhook_secrets` what may
    sign them besides the app's secret, the newest first; both by platform. `stage_ahead` says how long before their
    hour posts may be prepared, by platform, where the operator wants it otherwise than the adapter."""

    endpoints: dict[str, dict[str, str]]
    apps: dict[str, tuple[str, str]]
    sandboxes: dict[str, str]
    trusted_origins: tuple[str, ...]
    verify_tokens: dict[str, str]
    webhook_secrets: dict[str, tuple[str, ...]]
    stage_ahead: dict[str, timedelta]
    sandbox_url: str = ""
    test_sandboxes: dict[str, str] = field(default_factory=dict)  # where test workspaces publish to


def read() -> Platforms:
    """From the environment; SANDBOX_URL puts the sandbox in the place of every platform that has one home. Beside real
    platforms, TEST_SANDBOX_URL is where test workspaces publish to, and nobody else."""
    hub = env.origin("SANDBOX_URL", "")
    test_hub = env.origin("TEST_SANDBOX_URL", hub)
    here = _sandbox_origins(hub) if hub else {}
    return Platforms(
        endpoints={name: _endpoints(name, is_simulated=bool(hub)) for name in SANDBOX_PORTS},
        apps={name: _app(name, is_simulated=bool(hub)) for name in APPS},
        sandboxes=here,
        trusted_origins=(*env.origins("OUTBOUND_TRUSTED_ORIGINS", ()), *here.values()),
        verify_tokens={name: _verify_token(name, is_simulated=bool(hub)) for name in APPS},
        webhook_secrets={name: _webhook_secrets(name, is_simulated=bool(hub)) for name in APPS},
        stage_ahead={name: span for name in SANDBOX_PORTS if (span := _stage_ahead(name)) is not None},
        sandbox_url=hub,
        test_sandboxes=_sandbox_origins(test_hub) if test_hub else {},
    )


def _endpoints(platform: str, *, is_simulated: bool) -> dict[str, str]:
    """What <PLATFORM>_<NAME>_URL and <PLATFORM>_VERSION say: addresses of test servers, a later version of an API."""
    prefix = f"{platform.upper()}_"
    found = {}
    for name in os.environ:
        if name.startswith(prefix) and name.endswith("_URL"):
            found[name.removeprefix(prefix).removesuffix("_URL").lower()] = env.text(name, "")
    found["version"] = env.text(f"{prefix}VERSION", "")
    if platform == "bluesky":
        found["development"] = env.text("BLUESKY_DEVELOPMENT", "1" if is_simulated else "")
    for name, variable in FURTHER.get(platform, {}).items():
        found[name] = env.text(variable, "")
    return {name: value for name, value in found.items() if value}


def _app(platform: str, *, is_simulated: bool) -> tuple[str, str]:
    given = SANDBOX_APPS.get(platform, ("", "")) if is_simulated else ("", "")
    prefix = platform.upper()
    return env.text(f"{prefix}_CLIENT_ID", given[0]), env.text(f"{prefix}_CLIENT_SECRET", given[1])


def _verify_token(platform: str, *, is_simulated: bool) -> str:
    return env.text(f"{platform.upper()}_VERIFY_TOKEN", SANDBOX_VERIFY_TOKEN if is_simulated else "")


def _webhook_secrets(platform: str, *, is_simulated: bool) -> tuple[str, ...]:
    given = SANDBOX_WEBHOOK_SECRETS.get(platform, ()) if is_simulated else ()
    return env.words(f"{platform.upper()}_WEBHOOK_SECRETS", given)


def _stage_ahead(platform: str) -> timedelta | None:
    name = f"{platform.upper()}_STAGE_AHEAD_SECONDS"
    seconds = env.integer(name, UNSAID)
    if seconds < UNSAID:
        raise ImproperlyConfigured(f"{name} is not a number of seconds: it may not be negative.")
    return None if seconds == UNSAID else timedelta(seconds=seconds)


def _sandbox_origins(hub: str) -> dict[str, str]:
    parts = urlsplit(hub)
    hub_port = parts.port or 80
    return {name: f"{parts.scheme}://{parts.hostname}:{hub_port + above}" for name, above in SANDBOX_PORTS.items()}
