"""Where each platform answers, and which app Postroom is there: the real ones, or those of the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from config import env

# The app that docs/guides/sandbox.md names; an operator of a real deployment enters their own.
SANDBOX_INSTAGRAM_APP = ("900100200300400", "sandbox-instagram-secret")
# How far the port of each simulated platform lies above the hub's.
SANDBOX_PORTS = {
    "instagram": 1, "mastodon": 2, "bluesky": 3, "facebook": 4, "threads": 5, "x": 6, "linkedin": 7, "tiktok": 8,
    "youtube": 9, "pinterest": 10, "google_business": 11,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Platforms:
    """`endpoints` by platform, `apps` as (client id, secret) by platform, and origins that may be called although
    private."""

    endpoints: dict[str, dict[str, str]]
    instagram_app: tuple[str, str]
    trusted_origins: tuple[str, ...]
    sandbox_url: str = ""


def read() -> Platforms:
    """From the environment; SANDBOX_URL puts the sandbox in the place of every platform that has one home."""
    hub = env.origin("SANDBOX_URL", "")
    here = _sandbox_origins(hub) if hub else {}
    app = SANDBOX_INSTAGRAM_APP if hub else ("", "")
    instagram, bluesky = here.get("instagram", ""), here.get("bluesky", "")
    return Platforms(
        endpoints={
            "instagram": {
                "login": env.text("INSTAGRAM_LOGIN_URL", instagram or "https://www.instagram.com"),
                "api": env.text("INSTAGRAM_API_URL", instagram or "https://api.instagram.com"),
                "graph": env.text("INSTAGRAM_GRAPH_URL", instagram or "https://graph.instagram.com"),
                "version": env.text("INSTAGRAM_GRAPH_VERSION", "v26.0"),
            },
            "mastodon": {},
            "bluesky": {
                "resolver": env.text("BLUESKY_RESOLVER_URL", bluesky or "https://public.api.bsky.app"),
                "plc": env.text("BLUESKY_PLC_URL", bluesky or "https://plc.directory"),
                "app": env.text("BLUESKY_APP_URL", bluesky or "https://bsky.app"),
                "development": env.text("BLUESKY_DEVELOPMENT", "1" if hub else ""),
            },
        },
        instagram_app=(env.text("INSTAGRAM_CLIENT_ID", app[0]), env.text("INSTAGRAM_CLIENT_SECRET", app[1])),
        trusted_origins=(*env.origins("OUTBOUND_TRUSTED_ORIGINS", ()), *here.values()),
        sandbox_url=hub,
    )


def _sandbox_origins(hub: str) -> dict[str, str]:
    parts = urlsplit(hub)
    hub_port = parts.port or 80
    return {name: f"{parts.scheme}://{parts.hostname}:{hub_port + above}" for name, above in SANDBOX_PORTS.items()}
