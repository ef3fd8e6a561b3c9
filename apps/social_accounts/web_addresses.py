"""Where on the web the posts of an account are, so that an address somebody pastes can be told from any other."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from apps.social_accounts.adapters import endpoints_of
from apps.social_accounts.models import SocialAccount

# The ends of a platform that are pages for people, where it has one home.
PAGES: Final = ("login", "app")
EVERYDAY_PORTS: Final = frozenset({None, 80, 443})
# Browsers read a backslash as a slash, and what stands before an @ looks like a host and is none.
MISLEADING: Final = frozenset("\\@")


def web_hosts(account: SocialAccount) -> tuple[str, ...]:
    """The hosts of the account's profile, of its own server, and of its platform's pages."""
    ends = endpoints_of(account.platform, is_test=account.is_test)
    server = account.grant.server if account.grant else ""
    found = [host_of(address) for address in (account.url, server, *(ends.get(name, "") for name in PAGES))]
    return tuple(dict.fromkeys(host for host in found if host))


def host_of(address: str) -> str:
    """The host of a web address, without "www." and with its port where that is not the usual one; "" of others."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or MISLEADING & set(parts.netloc):
        return ""
    host = host.removeprefix("www.")
    return host if port in EVERYDAY_PORTS else f"{host}:{port}"
