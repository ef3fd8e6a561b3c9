"""Who calls the PDS, and what the token lets them do: Bearer for passwords, DPoP for OAuth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token

from . import tokens
from .errors import OAuthError, XRPCError
from .identity import NAME
from .proofs import BadProof, Nonces, Proof, Replays, WantsNonce, read_proof, token_hash
from .scopes import Permissions, ScopeMissing

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

# What a password session may do is what this scope permits, and the e-mail address besides.
_PASSWORD_SCOPE = "atproto transition:generic transition:email"


@dataclass(frozen=True, slots=True)
class Caller:
    """An account and the permissions of the token that speaks for it."""

    account: Account
    permissions: Permissions

    def require_write(self, collection: str, *actions: str) -> None:
        """403 ScopeMissingError unless the token grants each action on the collection."""
        with _told_when_missing():
            self.permissions.require_write(collection, *actions)

    def require_rpc(self, method: str, audience: str) -> None:
        """403 ScopeMissingError unless the token lets another service be called with this method."""
        with _told_when_missing():
            self.permissions.require_rpc(method, audience)

    def require_blob(self, mime_type: str) -> None:
        """403 ScopeMissingError unless the token grants the upload of such a file."""
        with _told_when_missing():
            self.permissions.require_blob(mime_type)


class Gate:
    """Verifies tokens and proofs; remembers the proofs of one sandbox process."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._replays = Replays()

    def nonces(self, server: str) -> Nonces:
        """The nonces of the "pds" or the "auth" server; they share an origin and not their nonces."""
        key = f"{server} {tokens.server_key(self._world)}".encode()
        return Nonces(key=key, now=self._world.now)

    def is_first_use(self, jti: str) -> bool:
        """Whether nobody has presented this `jti` yet; from now on somebody has."""
        return self._replays.is_new(jti)

    def caller(self, call: Call) -> Caller:
        """Who calls; 400 or 401 in the words of the real server when the token does not say."""
        if not call.request.headers.get("authorization"):
            raise XRPCError(401, "AuthMissing", "Authentication Required")
        return self._dpop_caller(call) if call.bearer("dpop") else self._bearer_caller(call)

    def proof(self, call: Call, *, server: str) -> Proof:
        """The proof of this request, fresh and seen for the first time; BadProof or WantsNonce otherwise."""
        proof = read_proof(
            call.request.headers.get("dpop"), method=call.method, url=self._world.origin(NAME) + call.path
        )
        self.nonces(server).require(proof.nonce)
        if not self.is_first_use(f"{proof.thumbprint} {proof.jti}"):
            raise BadProof("DPoP proof replayed")
        return proof

    def auth_server_proof(self, call: Call) -> Proof:
        """The proof at the authorization server: 400 asks for a nonce, 401 refuses the proof."""
        try:
            return self.proof(call, server="auth")
        except WantsNonce as wants:
            raise OAuthError("use_dpop_nonce", "Authorization server requires nonce in DPoP proof") from wants
        except BadProof as bad:
            raise OAuthError("invalid_dpop_proof", str(bad), status=401) from bad

    def _bearer_caller(self, call: Call) -> Caller:
        token = call.token
        if token is None or not call.bearer():
            raise XRPCError(400, "InvalidToken", "Token could not be verified")
        if token.kind != tokens.BEARER_ACCESS:
            raise XRPCError(400, "InvalidToken", "Bad token scope")
        if token.revoked_at is not None:
            tokens.end_session(self._world, token)
            raise XRPCError(400, "InvalidToken", "Token has been revoked")
        if token.has_expired(self._world.now()):
            raise XRPCError(400, "ExpiredToken", "Token has expired")
        return self._recognised(call, _PASSWORD_SCOPE)

    def _dpop_caller(self, call: Call) -> Caller:
        token = call.token
        if token is None or token.kind != tokens.DPOP_ACCESS:
            raise _challenge("invalid_token", "Malformed token")
        try:
            proof = self.proof(call, server="pds")
        except WantsNonce as wants:
            raise _challenge("use_dpop_nonce", "Resource server requires nonce in DPoP proof") from wants
        except BadProof as bad:
            raise _challenge("invalid_dpop_proof", str(bad)) from bad
        self._require_binding(call, token, proof)
        if token.revoked_at is not None:
            tokens.end_session(self._world, token)
            raise _challenge("invalid_token", "Token has been revoked")
        if token.has_expired(self._world.now()):
            raise _challenge("invalid_token", "Token has expired")
        return self._recognised(call, " ".join(token.scopes))

    def _require_binding(self, call: Call, token: Token, proof: Proof) -> None:
        if proof.token_hash != token_hash(call.bearer("dpop")):
            raise _challenge("invalid_dpop_proof", "DPoP ath mismatch")
        if proof.thumbprint != token.data["thumbprint"]:
            raise _challenge("invalid_token", "Invalid DPoP key binding")

    def _recognised(self, call: Call, scope: str) -> Caller:
        if call.account is None:
            raise XRPCError(403, "AccountNotFound", "Account not found")
        return Caller(call.account, Permissions(scope))


def _challenge(error: str, message: str) -> XRPCError:
    header = f'DPoP algs="ES256", error="{error}", error_description="{message}"'
    return XRPCError(401, error, message, {"WWW-Authenticate": header})


@contextmanager
def _told_when_missing() -> Iterator[None]:
    try:
        yield
    except ScopeMissing as missing:
        raise XRPCError(403, "ScopeMissingError", str(missing)) from missing
