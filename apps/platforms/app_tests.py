"""Whether a platform knows an application, without anybody's account: the cheapest honest question there is.

A token endpoint looks at who asks before it looks at what is asked for. So a refresh token that nobody was given is
enough: who is told that the token is dead has shown a client id and secret that belong together.
"""

from __future__ import annotations

from typing import ClassVar, Final, Protocol

from apps.core.secrets import Secret
from apps.platforms.contract import Credential, OAuthClient
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent, PlatformError, Throttled, Uncertain

NOBODYS_TOKEN: Final = Secret("postroom-app-test")
# What platforms call a client that they do not know, or whose secret is another.
BLAMES_APP: Final = frozenset({"invalid_client", "unauthorized_client", "deleted_client"})


class Refreshes(Protocol):
    label: ClassVar[str]

    def refresh(self, credential: Credential) -> Credential: ...


def by_a_dead_token(adapter: Refreshes, client: OAuthClient) -> str:
    """Words that say what was shown. Raises ConsentRefused where the app is at fault, NotSent or Throttled where
    nothing was learnt."""
    probe = Credential("", NOBODYS_TOKEN, refresh_token=NOBODYS_TOKEN, client=client)
    try:
        adapter.refresh(probe)
    except Disconnected:
        return known(adapter.label)
    except Throttled:
        raise
    except PlatformError as error:
        failure = _read(adapter.label, error)
    else:
        failure = NotSent(f"{adapter.label} gave an answer that proves nothing.")
    raise failure


def known(label: str) -> str:
    return (
        f"{label} knows this app, and the secret belongs to it. Only a real consent shows which scopes it may ask for."
    )


def unknown(label: str, error: PlatformError | None = None) -> ConsentRefused:
    words = f"{label} does not accept this app: the client id and the secret do not belong together."
    return ConsentRefused(words, evidence=error.evidence if error else None)


def _read(label: str, error: PlatformError) -> PlatformError:
    codes = set(error.evidence.code.replace("/", " ").replace(":", " ").split())
    if error.evidence.status == 401 or codes & BLAMES_APP:
        return unknown(label, error)
    words = error.words if isinstance(error, NotSent) and not isinstance(error, Uncertain) else ""
    return NotSent(words or f"{label} could not be asked just now.", evidence=error.evidence)
