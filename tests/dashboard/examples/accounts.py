"""Accounts and how they are connected."""

from __future__ import annotations

from types import SimpleNamespace as It
from typing import Any

from apps.social_accounts.forms import AppForm, BrandingForm, PortalLinkForm, ReturnOriginForm
from tests.dashboard.examples.frame import NOW, ZONE, care

TABS = [It(label="Apps", url="/apps/", is_current=True), It(label="Return addresses", url="/r/", is_current=False)]


def accounts() -> dict[str, Any]:
    def account(name: str, platform: str, health: str, words: str, sign_in: str, reconnect: str = "") -> It:
        return It(
            url="/accounts/1/",
            name=name,
            handle="@alderandrye",
            platform=platform,
            kind="profile",
            health=health,
            health_words=words,
            sign_in=sign_in,
            connected_by="Ingrid Solheim",
            planned="14",
            last_post_at=NOW,
            reconnect_url=reconnect,
            is_test=platform == "mastodon",
        )

    return {
        "accounts": [
            account("Alder & Rye", "instagram", "bad", "Signed out", "Ended 13 Oct", "/reconnect/"),
            account("Alder & Rye", "mastodon", "warn", "Reconnect within 5 days", "Ends Mon 19 Oct", "/reconnect/"),
            account("alderandrye.example", "bluesky", "ok", "Healthy", "Renews itself"),
            account("Maren Coast", "bluesky", "unknown", "Not checked yet", "Renews itself"),
        ],
        "zone": ZONE,
        "now": NOW,
        "checked_at": NOW,
        "care": [care()],
        "connect_url": "/connect/",
        "risks_url": "/accounts/at-risk/",
        "forecast": It(
            height=168,
            summary="TikTok: signed out, 3 posts waiting. LinkedIn: ends Fri 20 Nov, 2 posts after.",
            ticks=[It(x=176, words="Today", anchor="start"), It(x=282, words="21 Oct", anchor="middle")],
            bars=[
                It(label="TikTok", y=17, width=16, tone="bad", words="signed out · 3 posts waiting", words_x=200),
                It(label="LinkedIn", y=52, width=562, tone="mid", words="ends Fri 20 Nov · 2 posts after", words_x=746),
                It(
                    label="X, Threads, Google",
                    y=87,
                    width=912,
                    tone="okbar",
                    words="renew themselves",
                    words_x=188,
                    words_tone="on",
                ),
            ],
        ),
    }


def risks() -> dict[str, Any]:
    def row(name: str, platform: str, client: str, health: str, words: str, **more: Any) -> It:
        fields = {"ends_at": None, "no_end": "ended", "posts": "", "next_at": None, "ask_url": "", "mend_url": ""}
        return It(
            url="/accounts/1/",
            name=name,
            platform=platform,
            client=client,
            health=health,
            health_words=words,
            zone=ZONE,
            **(fields | {"reconnect_url": "/reconnect/"} | more),
        )

    return {
        "rows": [
            row("Alder & Rye", "tiktok", "Alder & Rye", "bad", "Signed out", posts="3 held", next_at=NOW),
            row(
                "Maren Coast", "linkedin", "Maren Coast Hotels", "warn", "Ends soon", ends_at=NOW, after=12, next_at=NOW
            ),
            row("Halden", "linkedin", "Halden Cycles", "ok", "Healthy", ends_at=NOW, reconnect_url="", ask_url="/ask/"),
        ],
        "posts": 16,
        "clients": 2,
        "zone": ZONE,
        "list_url": "/accounts/",
    }


def connect() -> dict[str, Any]:
    def choice(platform: str, note: str, needs: str = "", **changes: Any) -> It:
        return It(
            **(
                {
                    "platform": platform,
                    "note": note,
                    "connected": 0,
                    "needs": needs,
                    "is_open": False,
                    "value": "",
                    "error": "",
                    "method": "oauth",
                    "is_ready": True,
                    "missing": "",
                }
                | changes
            )
        )

    return {
        "platforms": [
            choice("instagram", "A professional account: business or creator"),
            choice(
                "mastodon",
                "Any server of the Fediverse",
                "instance",
                is_open=True,
                value="masto.example",
                error="No Mastodon server answers at masto.example. Check the spelling.",
            ),
            choice("bluesky", "Handle, own domain or own server", "bluesky", method="app_password"),
            choice("threads", "", is_ready=False, missing="Whoever runs this server adds the app’s keys first."),
        ],
        "start_url": "/start/",
        "sandbox_url": "http://127.0.0.1:8010",
        "links_url": "/portal-links/",
        "back_url": "/accounts/",
    }


def channels() -> dict[str, Any]:
    return {
        "platform": "instagram",
        "error": "Choose at least one channel.",
        "action_url": "/channels/",
        "back_url": "/accounts/",
        "missing": ["Without “publish content” Postroom can read the account but not post to it."],
        "channels": [
            It(
                remote_id="1",
                name="Alder & Rye",
                handle="@alderandrye",
                kind="profile",
                is_chosen=True,
                note="connected already",
            ),
            It(
                remote_id="2",
                name="Alder & Rye Torshov",
                handle="@alderandrye.torshov",
                kind="profile",
                is_chosen=False,
                note="",
            ),
        ],
    }


def account() -> dict[str, Any]:
    return {
        "account": It(
            name="Alder & Rye",
            handle="@alderandrye",
            platform="instagram",
            kind="profile",
            url="https://example.org/",
            health="bad",
            health_words="Signed out",
            reason="Instagram signed us out on 13 Oct, 22:41.",
            sign_in="Ended 13 Oct",
            connected_at=NOW,
            connected_by="Ingrid Solheim",
            checked_at=NOW,
            server="",
            scopes=["publish content", "read profile"],
            planned=14,
            held=3,
            is_test=True,
        ),
        "zone": ZONE,
        "list_url": "/accounts/",
        "waiting": It(posts=3, in_time=1, too_late=2, first_due_at=NOW, days=2, first_moved_at=NOW),
        "works": True,
        "mend_url": "/waiting/",
        "may_send": True,
        "may_move": True,
        "may_skip": True,
        "soonest": "2026-10-14",
        "check_url": "/check/",
        "reconnect_url": "/reconnect/",
        "reconnect_link_url": "/reconnect-link/",
        "disconnect_url": "/disconnect/",
        "stop_url": "/stop/",
        "events": [
            It(title="Signed out", text="Instagram refused the token", at=NOW, tone="bad", icon="failed"),
            It(title="Connected", text="Ingrid Solheim", at=NOW, tone="ok", icon="check"),
        ],
    }


def apps() -> dict[str, Any]:
    return {
        "apps": [
            It(platform="linkedin", source="own", client_id="86abc", changed_at=NOW, url="/apps/linkedin/"),
            It(platform="x", source="operator", client_id="", changed_at=None, url="/apps/x/"),
            It(platform="tiktok", source="", client_id="", changed_at=None, url="/apps/tiktok/"),
        ],
        "zone": ZONE,
        "tabs": TABS,
    }


def return_origins() -> dict[str, Any]:
    form = ReturnOriginForm({"origin": "http://app.example.com"})
    form.is_valid()
    form.add_error("origin", "The address has to begin with https://.")
    return {
        "origins": [It(origin="https://app.example.com", remove_url="/remove/")],
        "form": form,
        "action_url": "/return-addresses/",
        "tabs": TABS,
    }


def app() -> dict[str, Any]:
    form = AppForm({"client_id": "87def", "client_secret": "secret"})
    form.is_valid()
    form.ask_to_confirm(3)
    return {
        "platform": "linkedin",
        "form": form,
        "client_id": "86abc",
        "secret_hint": "3f9a",
        "accounts": 3,
        "has_operators": True,
        "redirect_uri": "https://postroom.example/social-accounts/callback/linkedin/",
        "portal": "https://www.linkedin.com/developers/apps",
        "steps": ("Create an app.", "Copy client id and client secret."),
        "action_url": "/apps/linkedin/",
        "test_url": "/apps/linkedin/test/",
        "remove_url": "/apps/linkedin/remove/",
        "back_url": "/apps/",
    }


def branding() -> dict[str, Any]:
    stored = It(colour="#1f7a5c", back_url="", back_label="", hides_product=True, allows_hiding=True, logo=b"png")
    form = BrandingForm.of(stored, {"colour": "green"})  # type: ignore[arg-type]
    form.is_valid()
    return {"form": form, "has_logo": True, "action_url": "/portal/", "tabs": TABS}


def portal_links() -> dict[str, Any]:
    def link(note: str, reconnects: str = "") -> It:
        return It(
            note=note,
            platforms=["instagram", "facebook"],
            connected=1,
            max_accounts=3,
            reconnects=reconnects,
            made_by="Ingrid Solheim",
            expires_at=NOW,
            last_used_at=NOW,
            revoke_url="/revoke/",
        )

    return {
        "links": [link("Nora at Alder & Rye"), link("", "@alderandrye")],
        "form": PortalLinkForm({}),
        "action_url": "/portal-links/",
        "back_url": "/connect/",
        "zone": ZONE,
    }


def portal_link() -> dict[str, Any]:
    return {
        "link_url": "https://postroom.example/connect/abc/",
        "mail_url": "mailto:?subject=Connect",
        "reconnects": It(handle="alderandrye"),
        "label": "Instagram",
        "expires_at": NOW,
        "zone": ZONE,
        "back_url": "/accounts/1/",
    }
