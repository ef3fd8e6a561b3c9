"""Where a person may be sent back to when a consent is over: addresses at origins that the organization has listed.

The list is asked twice, when a journey begins and when it ends, so that an origin which was struck off meanwhile gets
nobody any more.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import transaction

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.social_accounts.errors import ReturnRefused
from apps.social_accounts.models import ConnectSession, ReturnOrigin
from apps.social_accounts.states import JourneyState

USUAL_PORTS: Final = {"https": 443, "http": 80}
OWN_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST: Final = 500


@transaction.atomic
def allow_origin(*, address: str, actor: Actor) -> ReturnOrigin:
    """Put the origin of `address` on the list; safe to repeat. Raises ReturnRefused."""
    origin = origin_of(address)
    if urlsplit(address.strip()).path not in ("", "/"):
        raise ReturnRefused(f"Enter the origin alone: {origin}")
    known: ReturnOrigin | None = ReturnOrigin.objects.filter(origin=origin).first()
    if known is None:
        known = ReturnOrigin(origin=origin)
        known.save()
        audit.record("return_origin.allowed", subject=known, actor=actor, diff={"origin": origin})
    return known


@transaction.atomic
def forbid_origin(*, origin: ReturnOrigin, actor: Actor) -> None:
    audit.record("return_origin.forbidden", subject=origin, actor=actor, diff={"origin": origin.origin})
    origin.delete()


def origin_of(address: str) -> str:
    """ "https://app.example.com:8443" of any address there. Raises ReturnRefused for what no browser should be sent
    to."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or "@" in parts.netloc or "\\" in address or any(ord(char) <= 32 for char in address.strip()):
        raise ReturnRefused("This is no address that a browser can return to.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in OWN_MACHINE):
        raise ReturnRefused("The address has to begin with https://.")
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{port}" if port not in (None, USUAL_PORTS[parts.scheme]) else "")


def require_allowed(address: str) -> None:
    """Raise ReturnRefused unless the organization in context has listed the address's origin."""
    if len(address) > LONGEST or urlsplit(address).fragment:
        raise ReturnRefused("The return address is too long, or has a part behind #.")
    if not ReturnOrigin.objects.filter(origin=origin_of(address)).exists():
        raise ReturnRefused(f"{origin_of(address)} is not among the addresses that this organization returns to.")


def way_back(session: ConnectSession) -> str:
    """The return address with what became of the journey, or "" where there is none, or none any more."""
    if not session.return_url:
        return ""
    try:
        require_allowed(session.return_url)
    except ReturnRefused:
        return ""
    parts = urlsplit(session.return_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *_outcome(session)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _outcome(session: ConnectSession) -> list[tuple[str, str]]:
    if session.state == JourneyState.CONNECTED:
        return [("status", "connected"), *(("account_id", str(found)) for found in session.account_ids)]
    if session.state == JourneyState.PENDING:
        return [("status", "pending"), ("session", str(session.pk))]
    return [("status", "failed"), ("reason", session.reason)]
