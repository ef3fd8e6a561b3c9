"""OAuth clients: the loopback client that lives in its id, and the hosted one whose metadata is fetched.

Real servers want https and no port in a hosted client's id. This one plays on the machine it runs on, so it takes
http and a port where the host is a loopback address, and nowhere else.
"""

import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

_LOOPBACK_DEFAULTS = ("http://127.0.0.1/", "http://[::1]/")
_MAX_DOCUMENT_BYTES = 100_000


class BadClient(ValueError):
    """The client id or its metadata breaks a rule; `error` is the OAuth error code."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass(frozen=True, slots=True)
class Client:
    """What the server knows of a client for the length of one request."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    scope: str
    # Empty for a public client, which proves nothing but its DPoP key.
    keys: tuple[dict[str, Any], ...] = ()
    is_loopback: bool = False

    @property
    def is_confidential(self) -> bool:
        """Whether the client signs its requests to the token endpoint."""
        return bool(self.keys)

    def may_redirect_to(self, uri: str) -> bool:
        """Whether `uri` is declared; a loopback URI declared without a port stands for any port."""
        return any(uri == declared or self._same_but_port(uri, declared) for declared in self.redirect_uris)

    def _same_but_port(self, uri: str, declared: str) -> bool:
        ours, theirs = urlsplit(uri), urlsplit(declared)
        return (
            self.is_loopback
            and theirs.port is None
            and (ours.scheme, ours.hostname, ours.path or "/", ours.query)
            == (theirs.scheme, theirs.hostname, theirs.path or "/", theirs.query)
        )


async def load(client_id: str) -> Client:
    """The client behind an id; BadClient says which rule it breaks."""
    if client_id.startswith("http://localhost") and client_id[16:17] in ("", "/", "?"):
        return loopback_client(client_id)
    _check_hosted_id(client_id)
    document = await _fetch_json(client_id)
    return await _hosted_client(client_id, document)


def loopback_client(client_id: str) -> Client:
    """The virtual client of a development machine, read from its own id."""
    parts = urlsplit(client_id)
    query = parse_qs(parts.query, keep_blank_values=True)
    if parts.netloc != "localhost" or parts.path not in ("", "/") or parts.fragment:
        raise BadClient("invalid_client_id", "A loopback client id is http://localhost with neither port nor path")
    if not set(query) <= {"redirect_uri", "scope"} or len(query.get("scope", ())) > 1:
        raise BadClient("invalid_client_id", "A loopback client id has only redirect_uri and one scope")
    uris = tuple(query.get("redirect_uri", _LOOPBACK_DEFAULTS))
    for uri in uris:
        if urlsplit(uri).scheme != "http" or urlsplit(uri).hostname not in ("127.0.0.1", "::1"):
            raise BadClient("invalid_client_id", f"{uri} is no http://127.0.0.1 or http://[::1] address")
    scope = query.get("scope", ["atproto"])[0]
    _require_atproto(scope, "invalid_client_id")
    return Client(client_id=client_id, name="Loopback client", redirect_uris=uris, scope=scope, is_loopback=True)


def is_loopback_host(host: str | None) -> bool:
    """Whether a host name means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _check_hosted_id(client_id: str) -> None:
    parts = urlsplit(client_id)
    local = is_loopback_host(parts.hostname)
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise BadClient("invalid_client_id", "A client id starts with https://")
    if parts.query or parts.fragment or parts.username:
        raise BadClient("invalid_client_id", "A client id has no query, fragment or user")
    if not local and (parts.port is not None or (parts.hostname or "").replace(".", "").isdigit()):
        raise BadClient("invalid_client_id", "A client id names a host, without port")
    if parts.path in ("", "/") or parts.path.endswith("/"):
        raise BadClient("invalid_client_id", "A client id has a path that does not end in a slash")


async def _hosted_client(client_id: str, document: dict[str, Any]) -> Client:
    _demand(document.get("client_id") == client_id, "client_id does not match the address of the document")
    _demand(document.get("dpop_bound_access_tokens") is True, "dpop_bound_access_tokens must be true")
    _demand("code" in document.get("response_types", ["code"]), "response_types must contain code")
    _demand("authorization_code" in document.get("grant_types", []), "grant_types must contain authorization_code")
    uris = document.get("redirect_uris")
    if not isinstance(uris, list) or not uris:
        raise BadClient("invalid_client_metadata", "redirect_uris must not be empty")
    for uri in map(str, uris):
        _demand(_origin(uri) == _origin(client_id), f"redirect_uri {uri} is of another origin than client_id")
    scope = str(document.get("scope", ""))
    _require_atproto(scope, "invalid_client_metadata")

    method = document.get("token_endpoint_auth_method", "none")
    _demand(method in ("none", "private_key_jwt"), f"token_endpoint_auth_method {method} is not supported")
    keys = await _signing_keys(document) if method == "private_key_jwt" else ()
    return Client(
        client_id=client_id,
        name=str(document.get("client_name") or urlsplit(client_id).netloc),
        redirect_uris=tuple(map(str, uris)),
        scope=scope,
        keys=keys,
    )


async def _signing_keys(document: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The keys of a client that signs its requests."""
    _demand(document.get("application_type", "web") == "web", "a native client cannot use private_key_jwt")
    _demand(document.get("token_endpoint_auth_signing_alg") == "ES256", "token_endpoint_auth_signing_alg is ES256")
    _demand(("jwks" in document) != ("jwks_uri" in document), "either jwks or jwks_uri is needed, not both")
    jwks = document["jwks"] if "jwks" in document else await _fetch_json(str(document["jwks_uri"]))
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        raise BadClient("invalid_client_metadata", "the key set is empty")
    _demand(all(key.get("kid") for key in keys), "every key needs a kid")
    _demand(not any("d" in key for key in keys), "the key set holds a private key")
    return tuple(keys)


def _demand(holds: bool, problem: str) -> None:
    if not holds:
        raise BadClient("invalid_client_metadata", problem)


async def _fetch_json(url: str) -> dict[str, Any]:
    """One plain GET: 200 exactly, JSON, no redirect."""
    import httpx  # here, because it would double the time of a start

    try:
        async with httpx.AsyncClient(timeout=5, follow_redirects=False, trust_env=False) as http:
            response = await http.get(url, headers={"Accept": "application/json"})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BadClient("invalid_client_metadata", f"Cannot fetch {url}: {error}") from error
    media_type = response.headers.get("content-type", "").partition(";")[0].strip()
    if response.status_code != 200 or media_type not in ("application/json", "application/jwk-set+json"):
        raise BadClient("invalid_client_metadata", f"{url} answered {response.status_code} {media_type}")
    try:
        document = response.json() if len(response.content) <= _MAX_DOCUMENT_BYTES else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise BadClient("invalid_client_metadata", f"{url} is no JSON object of reasonable size")
    return document


def _require_atproto(scope: str, error: str) -> None:
    if "atproto" not in scope.split():
        raise BadClient(error, 'The scope must contain "atproto"')


def _origin(url: str) -> tuple[str, str]:
    return urlsplit(url)[:2]
