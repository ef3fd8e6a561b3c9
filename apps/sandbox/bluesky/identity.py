"""Who is who: DIDs, handles under `.test`, and their documents.

Accounts open by `open_account`, all with the same passwords, because people type them on a machine of their own.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.consent import problem
from apps.sandbox.core.rows import Account

from .errors import invalid_request

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

NAME = "bluesky"
DOMAIN = ".test"
APP_PASSWORD = "abcd-efgh-ijkl-mnop"
MAIN_PASSWORD = "sandbox-main-password"
BLOB_UPLOAD_LIMIT = 52_428_800

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def open_account(world: World, handle: str, name: str) -> Account:
    """A new account, or the one that has the handle; a bare handle gets the sandbox's domain."""
    full = (handle if "." in handle else handle + DOMAIN).lower()
    digest = hashlib.sha256(full.encode()).digest()
    did = "did:plc:" + base64.b32encode(digest).decode().lower()[:24]
    if known := world.account(NAME, did):
        return known
    data = {"email": f"{full.partition('.')[0]}@mail.test"}
    return world.store.accounts.add(Account(NAME, did, full, name, world.now(), data))


def account_called(world: World, identifier: str) -> Account | None:
    """The account with this DID, handle (any case, an @ in front or not) or e-mail address."""
    wanted = identifier.strip().lower().removeprefix("@")
    found = world.account(NAME, wanted) or world.account_by_handle(NAME, wanted)
    if found is None and "@" in wanted:
        found = next((account for account in world.accounts(NAME) if account.data["email"] == wanted), None)
    return found


def did_document(world: World, account: Account) -> dict[str, Any]:
    """The document that says where the account lives: always here."""
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": account.id,
        "alsoKnownAs": [f"at://{account.handle}"],
        "verificationMethod": [
            {
                "id": f"{account.id}#atproto",
                "type": "Multikey",
                "controller": account.id,
                "publicKeyMultibase": _multikey(account.id),
            }
        ],
        "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": world.origin(NAME)}],
    }


def server_did(world: World) -> str:
    """The DID of this PDS, made of its host and port."""
    return "did:web:" + quote(urlsplit(world.origin(NAME)).netloc, safe=".")


async def plc_document(call: Call) -> Response:
    """The PLC directory: GET /{did}."""
    account = call.world.account(NAME, call.part("did"))
    if account is None:
        return JSONResponse({"message": f"DID not registered: {call.part('did')}"}, status_code=404)
    return JSONResponse(did_document(call.world, account), media_type="application/did+ld+json")


async def resolve_handle(call: Call) -> Response:
    """com.atproto.identity.resolveHandle"""
    account = call.world.account_by_handle(NAME, call.fields.text("handle").lower())
    if account is None:
        raise invalid_request("Unable to resolve handle")
    return JSONResponse({"did": account.id})


async def describe_server(call: Call) -> Response:
    """com.atproto.server.describeServer"""
    return JSONResponse(
        {
            "did": server_did(call.world),
            "availableUserDomains": [DOMAIN],
            "inviteCodeRequired": False,
            "phoneVerificationRequired": False,
            "links": {},
            "contact": {},
            "blobUploadLimit": BLOB_UPLOAD_LIMIT,
        }
    )


async def profile_page(call: Call) -> Response:
    """Where the app would show a profile: the sandbox's feed of it."""
    account = account_called(call.world, call.part("actor"))
    if account is None:
        return problem("There is no such account here.", status=404)
    return RedirectResponse(call.world.profile_url(account), status_code=302)


async def post_page(call: Call) -> Response:
    """Where the app would show a post: the sandbox's page of it."""
    account = account_called(call.world, call.part("actor"))
    post = account and call.world.post(NAME, post_id(account.id, call.part("rkey")))
    if not post:
        return problem("There is no such post here.", status=404)
    return RedirectResponse(call.world.permalink(post), status_code=302)


def post_id(did: str, rkey: str) -> str:
    """The id of a post among all of the sandbox's; record keys alone may meet in two repositories."""
    return f"{did}/{rkey}"


def _multikey(did: str) -> str:
    """A key that belongs to the DID alone, in the form that documents carry."""
    scalar = int.from_bytes(hashlib.sha256(did.encode()).digest(), "big")
    point = ec.derive_private_key(scalar, ec.SECP256K1()).public_key()
    raw = b"\xe7\x01" + point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "z" + text
