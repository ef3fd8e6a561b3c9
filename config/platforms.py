"""Where each platform answers, and which app Postroom is there: the real ones, or those of the sandbox."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from config import env

# How far the port of each simulated platform lies above the hub's.
SANDBOX_PORTS = {
    "instagram": 1, "mastodon": 2, "bluesky": 3, "facebook": 4, "threads": 5, "x": 6, "linkedin": 7, "tiktok": 8,
    "youtube": 9, "pinterest": 10, "google_business": 11,
}  # fmt: skip

# The apps that docs/guides/sandbox.md names; an operator of a real deployment enters their own.
SANDBOX_APPS = {
    "instagram": ("900100200300400", "sandbox-instagram-secret"),
    "facebook": ("800100200300400", "sandbox-facebook-secret"),
    "threads": ("800100200300500", "sandbox-threads-secret"),
    "x": ("sandbox-x-client", "sandbox-x-secret"),
    "linkedin": ("sandbox-linkedin-client", "sandbox-linkedin-secret"),
    "tiktok": ("sandbox-tiktok-client", "sandbox-tiktok-secret"),
    "youtube": ("sandbox-youtube-client", "sandbox-youtube-secret"),
    "pinterest": ("1500100200300", "sandbox-pinterest-secret"),
    "google_business": ("sandbox-google-business-client", "sandbox-google-business-secret"),
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
# Platforms that sign what they send on their own with another secret than an app's, and that of the simulated ones.
SANDBOX_WEBHOOK_SECRETS = {
    "x": "sandbox-x-consumer-secret", "youtube": "sandbox-youtube-hub-secret", "instagram": "",
    "threads": "",
}  # fmt: skip
WITHOUT_APPS = ("mastodon", "bluesky")  # Postroom registers itself there


@dataclass(frozen=True, slots=True)
class Platforms:
    """`endpoints` that differ from an adapter's own, `apps` as (client id, secret) and `webhook_secrets`, all by
    platform; `sandboxes` are the origins of simulated platforms, and `trusted_origins` those that may be called
    although private."""

    endpoints: dict[str, dict[str, str]]
    apps: dict[str, tuple[str, str]]
    webhook_secrets: dict[str, str]
    sandboxes: dict[str, str]
    trusted_origins: tuple[str, ...]
    sandbox_url: str = ""


def read() -> Platforms:
    """From the environment; SANDBOX_URL puts the sandbox in the place of every platform that has one home."""
    hub = env.origin("SANDBOX_URL", "")
    here = _sandbox_origins(hub) if hub else {}
    return Platforms(
        endpoints={name: _endpoints(name, is_simulated=bool(hub)) for name in SANDBOX_PORTS},
        apps={name: _app(name, is_simulated=bool(hub)) for name in SANDBOX_PORTS if name not in WITHOUT_APPS},
        webhook_secrets={
            name: env.text(f"{name.upper()}_WEBHOOK_SECRET", simulated if hub else "")
            for name, simulated in SANDBOX_WEBHOOK_SECRETS.items()
        },
        sandboxes=here,
        trusted_origins=(*env.origins("OUTBOUND_TRUSTED_ORIGINS", ()), *here.values()),
        sandbox_url=hub,
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


def _sandbox_origins(hub: str) -> dict[str, str]:
    parts = urlsplit(hub)
    hub_port = parts.port or 80
    return {name: f"{parts.scheme}://{parts.hostname}:{hub_port + above}" for name, above in SANDBOX_PORTS.items()}
