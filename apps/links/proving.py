"""Whether a domain is a client's own, and leads here: by a name below it that only they can set, and by its answer.

The name holds a secret of this client's domain, so that nobody else proves it; a domain that answers every name proves
nothing. Then the domain itself is asked over https, by the guarded client: only this server knows the answer. Names are
looked up by the machine's own resolver, which keeps its own time; nobody waits for it longer than `PATIENCE`. Only its
word that a name is not there counts for that: where it has none, nothing was found out.
"""

from __future__ import annotations

import secrets
import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from datetime import timedelta
from typing import Final

import httpx
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from apps.core import outbound
from apps.links.models import LinkDomain, Trouble

PATIENCE: Final = timedelta(seconds=10)
MOST_BYTES: Final = 4096
PATH: Final = "/.well-known/postroom-links/"
# What says that a name, or an address for it, is not there. SERVFAIL and the like come as EAI_AGAIN or EAI_FAIL.
_NOT_THERE: Final = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})
_LOOKING: Final = ThreadPoolExecutor(4, thread_name_prefix="names")


class NotLookedUp(Exception):
    """Neither that a name is there was found out, nor that it is not."""


def new_token() -> str:
    return secrets.token_hex(10)


def proof_name(domain: LinkDomain) -> str:
    """The name whose being there proves that the domain is theirs."""
    return f"postroom-{domain.token}.{domain.host}"


def answer_for(token: str) -> str:
    """What this server answers for a domain's token, and no other server can."""
    return Signer(salt="links.domains").signature(token)


def trouble_of(domain: LinkDomain) -> str:
    """What is in the way of the domain, "" where nothing is. Called outside of any transaction."""
    try:
        return _trouble_of_names(domain) or _trouble_of_answer(domain)
    except NotLookedUp:
        return Trouble.NOT_LOOKED_UP


def _trouble_of_names(domain: LinkDomain) -> str:
    if not is_known(proof_name(domain)):
        return Trouble.NO_RECORD
    if is_known(f"postroom-{new_token()}.{domain.host}"):
        return Trouble.WILDCARD
    return "" if is_known(domain.host) else Trouble.NOT_HERE


def is_known(name: str) -> bool:
    """Whether the name leads to any address; raises NotLookedUp where nobody could say, in time or at all."""
    try:
        return bool(_LOOKING.submit(socket.getaddrinfo, name, 443).result(PATIENCE.total_seconds()))
    except socket.gaierror as error:
        if error.errno in _NOT_THERE:
            return False
        raise NotLookedUp from error
    except (OSError, UnicodeError, TooLong) as error:
        raise NotLookedUp from error


def address_of(domain: LinkDomain) -> str:
    return f"https://{domain.host}{PATH}{domain.token}"


def _trouble_of_answer(domain: LinkDomain) -> str:
    try:
        with outbound.client(timeout=PATIENCE, max_bytes=MOST_BYTES) as http:
            answer = http.get(address_of(domain))
    except httpx.ConnectError as error:
        return Trouble.NO_CERTIFICATE if "certificate" in str(error).lower() else Trouble.UNREACHABLE
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        return Trouble.UNREACHABLE
    is_ours = answer.status_code == httpx.codes.OK and constant_time_compare(answer.text, answer_for(domain.token))
    return "" if is_ours else Trouble.ELSEWHERE
