"""Scopes that every application of Google's may ask for."""

from __future__ import annotations

PREFIX = "https://www.googleapis.com/auth/"
IDENTITY = ("openid", "email", "profile", f"{PREFIX}userinfo.email", f"{PREFIX}userinfo.profile")
