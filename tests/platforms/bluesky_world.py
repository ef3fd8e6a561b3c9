"""A small AT Protocol network in memory: directory, resolver, authorization server and one PDS.

It is strict about signatures, nonces, PKCE and single use as the specification demands, keeps records, and can fail on
order. The reference implementation is met in tests/real; this one is for what that does only once in a blue moon.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import jwt

from tests.platforms.conftest import HeldClock

DID = "did:plc:aaaabbbbccccddddeeeeffff"
OTHER_DID = "did:plc:zzzzyyyyxxxxwwwwvvvvuuuu"
HANDLE = "acme.bsky.social"
PDS = "https://pds.acme.test"
ISSUER = "https://auth.acme.test"
RESOLVER, PLC, APP = "https://resolver.acme.test", "https://plc.acme.test", "https://app.acme.test"
ENDPOINTS = {"resolver": RESOLVER, "plc": PLC, "app": APP}
APP_PASSWORD = "abcd-efgh-ijkl-mnop"

Responder = Callable[[httpx.Request], httpx.Response]


def error(status: int, name: str, message: str = "", **headers: str) -> httpx.Response:
    body = {"error": name, "message": message or name, "error_description": message or name}
    return httpx.Response(status, json=body, headers={key.replace("_", "-"): value for key, value in headers.items()})


class Atproto:
    """`fail` makes the next call of a path go wrong, before it is carried out or, with `after`, when it has been."""

    def __init__(self, clock: HeldClock) -> None:
        self.clock = clock
        self.handles = {HANDLE: DID}
        self.documents = {DID: document(DID, HANDLE)}
        self.records: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.requests: list[httpx.Request] = []
        self.nonce = "nonce-1"
        self.seen_ids: set[str] = set()
        self.pushed: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.access_tokens: dict[str, str | None] = {}  # token: thumbprint of its DPoP key
        self.refresh_tokens: dict[str, str] = {}
        self.client_keys: list[dict[str, str]] = []
        self.granted = "atproto transition:generic"
        self.session_scope = "com.atproto.appPass"
        self.active: dict[str, Any] = {"active": True}
        self._faults: list[tuple[str, httpx.Response | Exception, bool]] = []
        self._count = 0

    # --- what tests do ---------------------------------------------------------------------------------------------

    def fail(self, path: str, outcome: httpx.Response | Exception, *, after: bool = False) -> None:
        self._faults.append((path, outcome, after))

    def calls(self, path: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path.endswith(path)]

    def consent(self, authorize_url: str) -> dict[str, str]:
        """The person says yes: what the browser comes back with."""
        asked = dict(httpx.URL(authorize_url).params)
        pushed = self.pushed.pop(asked["request_uri"])
        assert asked["client_id"] == pushed["client_id"]
        code = self._new("code")
        self.codes[code] = pushed
        return {"iss": ISSUER, "state": pushed["state"], "code": code}

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self))

    # --- the wire --------------------------------------------------------------------------------------------------

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        fault = next((fault for fault in self._faults if request.url.path.endswith(fault[0])), None)
        if fault is None:
            return self._answer(request)
        self._faults.remove(fault)
        _, outcome, after = fault
        if after:
            self._answer(request)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _answer(self, request: httpx.Request) -> httpx.Response:
        origin = f"{request.url.scheme}://{request.url.host}"
        name = request.url.path.rpartition("/")[2].rpartition(".")[2].replace("-", "_")
        if origin == PLC:
            return self._document(request.url.path.strip("/"))
        if origin not in (PDS, ISSUER, RESOLVER):
            return httpx.Response(404)
        responder: Responder | None = getattr(self, f"on_{name}", None)
        answer = responder(request) if responder else error(404, "XRPCNotSupported")
        if origin != RESOLVER:
            answer.headers["DPoP-Nonce"] = self.nonce
        return answer

    def _document(self, did: str) -> httpx.Response:
        return httpx.Response(200, json=self.documents[did]) if did in self.documents else httpx.Response(404)

    def on_resolveHandle(self, request: httpx.Request) -> httpx.Response:
        did = self.handles.get(request.url.params["handle"])
        return (
            httpx.Response(200, json={"did": did}) if did else error(400, "InvalidRequest", "Unable to resolve handle")
        )

    def on_describeServer(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"did": "did:web:pds.acme.test"})

    def on_oauth_protected_resource(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"resource": PDS, "authorization_servers": [ISSUER]})

    def on_oauth_authorization_server(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200,
            json={
                "issuer": ISSUER,
                "scopes_supported": ["atproto", "transition:generic"],
                "require_pushed_authorization_requests": True,
                "pushed_authorization_request_endpoint": f"{ISSUER}/oauth/par",
                "authorization_endpoint": f"{ISSUER}/oauth/authorize",
                "token_endpoint": f"{ISSUER}/oauth/token",
                "revocation_endpoint": f"{ISSUER}/oauth/revoke",
            },
        )

    def on_par(self, request: httpx.Request) -> httpx.Response:
        form = self._form(request)
        if refused := self._unproved(request, status=400):
            return refused
        assert form["code_challenge_method"] == "S256"
        uri = f"urn:ietf:params:oauth:request_uri:{self._new('req')}"
        self.pushed[uri] = form
        return httpx.Response(201, json={"request_uri": uri, "expires_in": 299})

    def on_token(self, request: httpx.Request) -> httpx.Response:
        form = self._form(request)
        if refused := self._unproved(request, status=400):
            return refused
        key = thumbprint(proof_of(request)[0]["jwk"])
        if form["grant_type"] == "refresh_token":
            if self.refresh_tokens.pop(form["refresh_token"], None) != key:
                return error(400, "invalid_grant", "Refresh token replayed")
            return self._tokens(key)
        pushed = self.codes.pop(form["code"], None)
        if pushed is None:
            return error(400, "invalid_grant", "Invalid code")
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert pushed["code_challenge"] == digest
        assert pushed["redirect_uri"] == form["redirect_uri"]
        return self._tokens(key)

    def on_revoke(self, request: httpx.Request) -> httpx.Response:
        self.refresh_tokens.pop(self._form(request)["token"], None)
        return httpx.Response(200)

    def on_createSession(self, request: httpx.Request) -> httpx.Response:
        if json.loads(request.content)["password"] != APP_PASSWORD:
            return error(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._session()

    def on_refreshSession(self, request: httpx.Request) -> httpx.Response:
        if self._bearer(request) not in self.refresh_tokens:
            return error(400, "ExpiredToken", "Token has been revoked")
        return self._session()

    def on_deleteSession(self, request: httpx.Request) -> httpx.Response:
        self.refresh_tokens.pop(self._bearer(request), None)
        return httpx.Response(200)

    def on_getSession(self, request: httpx.Request) -> httpx.Response:
        return self._signed_in(request) or httpx.Response(200, json={"did": DID, "handle": HANDLE, **self.active})

    def on_uploadBlob(self, request: httpx.Request) -> httpx.Response:
        if refused := self._signed_in(request):
            return refused
        digest = base64.b32encode(bytes((1, 0x55, 0x12, 0x20)) + hashlib.sha256(request.content).digest())
        ref = {"$link": f"b{digest.decode().rstrip('=').lower()}"}
        mime_type = request.headers["content-type"]
        size = int(request.headers["content-length"])
        return httpx.Response(200, json={"blob": {"$type": "blob", "ref": ref, "mimeType": mime_type, "size": size}})

    def on_putRecord(self, request: httpx.Request) -> httpx.Response:
        if refused := self._signed_in(request):
            return refused
        body = json.loads(request.content)
        assert body["swapRecord"] is None
        place = (body["repo"], body["collection"], body["rkey"])
        standing = self.records.setdefault(place, body["record"])
        if standing != body["record"]:
            return error(400, "InvalidSwap", f"Record was at {content_id(standing)}")
        return httpx.Response(200, json={"uri": f"at://{'/'.join(place)}", "cid": content_id(standing)})

    def on_getRecord(self, request: httpx.Request) -> httpx.Response:
        wanted = request.url.params
        record = self.records.get((wanted["repo"], wanted["collection"], wanted["rkey"]))
        if record is None:
            return error(400, "RecordNotFound", "Could not locate record")
        return httpx.Response(200, json={"uri": "at://", "cid": content_id(record), "value": record})

    # --- proofs ----------------------------------------------------------------------------------------------------

    def _form(self, request: httpx.Request) -> dict[str, str]:
        """The fields of a form whose sender has shown who it is."""
        form = dict(parse_qsl(request.content.decode()))
        if self.client_keys:
            self._check_assertion(form)
        return form

    def _check_assertion(self, form: dict[str, str]) -> None:
        header = jwt.get_unverified_header(form["client_assertion"])
        key = next(jwk for jwk in self.client_keys if jwk["kid"] == header["kid"])
        options = {"verify_iat": False, "verify_exp": False}
        claims = jwt.decode(form["client_assertion"], jwt.PyJWK(key), ["ES256"], audience=ISSUER, options=options)
        assert claims["iss"] == claims["sub"] == form["client_id"]
        assert 0 < claims["exp"] - claims["iat"] <= 60
        self._use_once(claims["jti"])

    def _unproved(self, request: httpx.Request, *, status: int, token: str = "") -> httpx.Response | None:
        header, claims = proof_of(request)
        assert (header["typ"], header["alg"]) == ("dpop+jwt", "ES256")
        assert "d" not in header["jwk"]
        assert (claims["htm"], claims["htu"]) == (request.method, str(request.url.copy_with(query=None)))
        self._use_once(claims["jti"])
        if abs(claims["iat"] - self.clock().timestamp()) > 180:
            return error(status, "invalid_dpop_proof")
        if claims.get("nonce") != self.nonce:
            return error(status, "use_dpop_nonce", www_authenticate='DPoP error="use_dpop_nonce"')
        ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        assert claims.get("ath") == (ath if token else None)
        return None

    def _use_once(self, jti: str) -> None:
        assert jti not in self.seen_ids
        self.seen_ids.add(jti)

    def _signed_in(self, request: httpx.Request) -> httpx.Response | None:
        scheme, _, token = request.headers["authorization"].partition(" ")
        if scheme == "DPoP" and (refused := self._unproved(request, status=401, token=token)):
            return refused
        if token not in self.access_tokens:
            return error(401, "invalid_token") if scheme == "DPoP" else error(400, "ExpiredToken")
        assert self.access_tokens[token] == (thumbprint(proof_of(request)[0]["jwk"]) if scheme == "DPoP" else None)
        return None

    def _bearer(self, request: httpx.Request) -> str:
        return request.headers["authorization"].removeprefix("Bearer ")

    def _tokens(self, key: str) -> httpx.Response:
        access, refresh = self._new("access"), self._new("refresh")
        self.access_tokens[access] = key
        self.refresh_tokens[refresh] = key
        tokens = {"access_token": access, "token_type": "DPoP", "refresh_token": refresh, "expires_in": 3599}
        return httpx.Response(200, json={**tokens, "scope": self.granted, "sub": DID})

    def _session(self) -> httpx.Response:
        access, refresh = self._jwt(timedelta(minutes=120)), self._jwt(timedelta(days=90))
        self.access_tokens[access] = None
        self.refresh_tokens[refresh] = ""
        session = {"accessJwt": access, "refreshJwt": refresh, "did": DID, "handle": HANDLE, **self.active}
        return httpx.Response(200, json={**session, "didDoc": self.documents[DID]})

    def _jwt(self, life: timedelta) -> str:
        claims = {"scope": self.session_scope, "exp": int((self.clock() + life).timestamp()), "jti": self._new("jwt")}
        return jwt.encode(claims, "k" * 32, "HS256")

    def _new(self, what: str) -> str:
        self._count += 1
        return f"{what}-{self._count}"


def document(did: str, handle: str, pds: str = PDS) -> dict[str, Any]:
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": pds}
    return {"id": did, "alsoKnownAs": [f"at://{handle}"], "service": [service]}


def proof_of(request: httpx.Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a request's DPoP proof, whose signature is good."""
    proof = request.headers["dpop"]
    header = jwt.get_unverified_header(proof)
    return header, jwt.decode(proof, jwt.PyJWK(header["jwk"], "ES256"), ["ES256"], options={"verify_iat": False})


def thumbprint(jwk: dict[str, str]) -> str:
    return f"{jwk['x']}.{jwk['y']}"


def content_id(record: dict[str, Any]) -> str:
    """Some name that follows from the content; the true one is checked against the reference implementation."""
    return "bafy" + hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
