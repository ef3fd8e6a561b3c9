"""A small Bluesky client for the sandbox's own tests: it signs proofs by hand and repeats nothing unasked."""

from __future__ import annotations

import json
import secrets
import struct
import time
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from apps.sandbox.bluesky.proofs import s256, token_hash

APP_PASSWORD = "abcd-efgh-ijkl-mnop"
POST = "app.bsky.feed.post"
REDIRECT_URI = "http://127.0.0.1:9/callback"
SCOPE = "atproto transition:generic"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
INSTANT = "2026-11-21T10:00:00.000Z"


def loopback_id(scope: str = SCOPE) -> str:
    return "http://localhost?" + urlencode({"redirect_uri": REDIRECT_URI, "scope": scope})


def post_record(text: str, **fields: Any) -> dict[str, Any]:
    return {"$type": POST, "text": text, "createdAt": INSTANT, **fields}


def png(width: int = 3, height: int = 2) -> bytes:
    """A picture of one colour, written by hand."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\x00" + secrets.token_bytes(3 * width) for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Key:
    """A key pair for proofs."""

    def __init__(self, jwk: Mapping[str, Any] | None = None) -> None:
        self._private = ECAlgorithm.from_jwk(dict(jwk)) if jwk else ec.generate_private_key(ec.SECP256R1())
        self.public = {
            name: value
            for name, value in json.loads(ECAlgorithm.to_jwk(self._private)).items()
            if name in ("kty", "crv", "x", "y")
        }

    def proof(self, method: str, url: str, *, nonce: str = "", token: str = "", **changes: Any) -> str:
        """A proof for one request; `changes` spoil its claims."""
        claims = {"jti": secrets.token_hex(8), "htm": method, "htu": url, "iat": int(time.time())}
        if nonce:
            claims["nonce"] = nonce
        if token:
            claims["ath"] = token_hash(token)
        return self.sign(claims | changes, typ="dpop+jwt", jwk=self.public)

    def sign(self, claims: Mapping[str, Any], **header: Any) -> str:
        return jwt.encode(dict(claims), self._private, algorithm="ES256", headers=header)


class OAuthClient:
    """One connection: its key, its nonces (one for each server), its tokens."""

    def __init__(self, origin: str, *, client_id: str = "", signer: Key | None = None, kid: str = "") -> None:
        self.origin = origin
        self.client_id = client_id or loopback_id()
        self.key = Key()
        self.nonces = {"auth": "", "pds": ""}
        self.access = self.refresh = ""
        self._signer, self._kid = signer, kid
        self._http = httpx.Client(base_url=origin, trust_env=False, timeout=10)

    def close(self) -> None:
        self._http.close()

    def form(self, path: str, **fields: str) -> httpx.Response:
        """POST to the authorization server; a wanted nonce is learnt and the request repeated once."""
        for _ in range(2):
            proof = self.key.proof("POST", self.origin + path, nonce=self.nonces["auth"])
            answer = self._http.post(
                path, data={"client_id": self.client_id, **self._assertion(), **fields}, headers={"DPoP": proof}
            )
            self.nonces["auth"] = answer.headers.get("DPoP-Nonce", "")
            if answer.status_code != 400 or answer.json()["error"] != "use_dpop_nonce":
                break
        return answer

    def _assertion(self) -> dict[str, str]:
        if self._signer is None:
            return {}
        now = int(time.time())
        claims = {"iss": self.client_id, "sub": self.client_id, "aud": self.origin, "iat": now, "exp": now + 60}
        claims["jti"] = secrets.token_hex(8)
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self._signer.sign(claims, kid=self._kid),
        }

    def push(self, *, scope: str = SCOPE, redirect_uri: str = REDIRECT_URI, **changes: str) -> httpx.Response:
        fields = {
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "scope": scope,
            "state": "the-state",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        }
        return self.form("/oauth/par", **(fields | changes))

    def authorize_url(self, **changes: str) -> str:
        pushed = self.push(**changes)
        assert pushed.status_code == 201, pushed.text
        query = {"client_id": self.client_id, "request_uri": pushed.json()["request_uri"]}
        return f"{self.origin}/oauth/authorize?{urlencode(query)}"

    def exchange(self, code: str, *, redirect_uri: str = REDIRECT_URI, verifier: str = VERIFIER) -> httpx.Response:
        answer = self.form(
            "/oauth/token",
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=verifier,
        )
        return self._keep(answer)

    def renew(self, refresh_token: str = "") -> httpx.Response:
        token = refresh_token or self.refresh
        return self._keep(self.form("/oauth/token", grant_type="refresh_token", refresh_token=token))

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == 200:
            self.access, self.refresh = answer.json()["access_token"], answer.json()["refresh_token"]
        return answer

    def call(self, nsid: str, *, method: str = "POST", **request: Any) -> httpx.Response:
        """A call of the PDS; a wanted nonce is learnt and the call repeated once."""
        path = f"/xrpc/{nsid}"
        headers = request.pop("headers", {})
        for _ in range(2):
            proof = self.key.proof(method, self.origin + path, nonce=self.nonces["pds"], token=self.access)
            told = {"Authorization": f"DPoP {self.access}", "DPoP": proof, **headers}
            answer = self._http.request(method, path, headers=told, **request)
            self.nonces["pds"] = answer.headers.get("DPoP-Nonce", "")
            if answer.status_code != 401 or answer.json()["error"] != "use_dpop_nonce":
                break
        return answer


def answer_of(location: str) -> dict[str, str]:
    """The query of the address that the browser was sent to."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def error_of(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, name and words of a refusal, by the PDS or by the authorization server."""
    body = answer.json()
    return answer.status_code, body["error"], body.get("error_description", body.get("message"))


class Account:
    """An account of the sandbox, spoken for with an app password."""

    def __init__(self, origin: str, created: Mapping[str, Any]) -> None:
        self.origin = origin
        self.handle, self.did = created["handle"], created["id"]
        self.credentials = created["credentials"]
        self._http = httpx.Client(base_url=f"{origin}/xrpc", trust_env=False, timeout=10)

    def close(self) -> None:
        self._http.close()

    def post(self, nsid: str, body: Any = None, *, token: str = "", **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.credentials['access_jwt']}", **request.pop("headers", {})}
        return self._http.post(f"/{nsid}", json=body, headers=headers, **request)

    def get(self, nsid: str, **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.credentials['access_jwt']}"}
        return self._http.get(f"/{nsid}", params=query, headers=headers)

    def put(self, rkey: str, record: Mapping[str, Any], **changes: Any) -> httpx.Response:
        body = {"repo": self.did, "collection": POST, "rkey": rkey, "swapRecord": None, "record": record, **changes}
        return self.post("com.atproto.repo.putRecord", body)

    def create(self, rkey: str, record: Mapping[str, Any]) -> httpx.Response:
        body = {"repo": self.did, "collection": POST, "rkey": rkey, "record": record}
        return self.post("com.atproto.repo.createRecord", body)

    def delete(self, rkey: str) -> httpx.Response:
        body = {"repo": self.did, "collection": POST, "rkey": rkey}
        return self.post("com.atproto.repo.deleteRecord", body)

    def read(self, rkey: str) -> httpx.Response:
        return self.get("com.atproto.repo.getRecord", repo=self.did, collection=POST, rkey=rkey)

    def listing(self, **query: Any) -> dict[str, Any]:
        answer = self.get("com.atproto.repo.listRecords", repo=self.did, collection=POST, **query)
        found: dict[str, Any] = answer.json()
        return found

    def upload(self, content: bytes, mime_type: str = "image/png") -> httpx.Response:
        headers = {"Content-Type": mime_type, "Authorization": f"Bearer {self.credentials['access_jwt']}"}
        return self._http.post("/com.atproto.repo.uploadBlob", content=content, headers=headers)
