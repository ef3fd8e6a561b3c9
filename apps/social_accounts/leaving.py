"""On the way out to a platform, or back to where somebody came from."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# One token for all journeys of a browser's session, so that two tabs do not end each other's.
BROWSER_KEY: Final = "connect_browser"


def leave(request: HttpRequest, url: str, *, platform: str = "") -> HttpResponse:
    """A page that goes on by itself to a platform, or back to where somebody came from.

    Not a redirect: browsers apply the policy's form-action to where a form's answer leads, and the platform's address
    cannot be known in advance for Mastodon and Bluesky.
    """
    context = {"platform": platform, "next_url": url}
    return onward(render(request, "social_accounts/leaving.html", context), url)


def onward(page: HttpResponse, url: str) -> HttpResponse:
    """Let the browser go on to `url` from this page."""
    page["Refresh"] = f"0; url={url}"
    page["Cache-Control"] = "no-store"
    return page
