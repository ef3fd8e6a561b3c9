"""Images, documents and videos on their way: announced, uploaded, in processing, available or failed."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Medium
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import urns
from apps.sandbox.linkedin.access import Visit
from apps.sandbox.linkedin.errors import missing, not_found, refused, unpermitted

LINKEDIN = "linkedin"


@dataclass(slots=True)
class Asset:
    id: str
    kind: str  # image, document, video
    owner: str
    token: str  # whose upload addresses these are
    expires_at: float
    signature: str
    ready_at: float | None = None  # None until everything has arrived
    failure: str = ""
    mime: str = ""
    size: int = 0
    crc32: int = 0
    received: int = 0  # bytes that came in, those that were sent again included
    digest: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    head: str = ""
    announced_size: int = 0
    part_bytes: int = 0
    upload_token: str = ""
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    extras: dict[str, dict[str, Any]] = field(default_factory=dict)  # thumbnail and captions
    words: str = ""  # of the captions

    @property
    def urn(self) -> str:
        return urns.make(self.kind, self.id)

    def status(self, now: datetime) -> str:
        if self.ready_at is None:
            return "WAITING_UPLOAD"
        if now.timestamp() < self.ready_at:
            return "PROCESSING"
        return "PROCESSING_FAILED" if self.failure else "AVAILABLE"


def announce(visit: Visit, kind: str, request: dict[str, Any], *, lives: timedelta) -> Asset:
    """An asset of the author who is named as owner, with addresses that end after `lives`."""
    if "owner" not in request:
        raise missing("initializeUploadRequest/owner")
    owner = urns.checked(request["owner"], "initializeUploadRequest/owner", urns.PERSON, urns.ORGANIZATION)
    visit.writer(owner)
    return Asset(
        id=f"{'D4D' if kind == 'document' else 'C4E'}{secrets.token_hex(10).upper()}",
        kind=kind,
        owner=owner,
        token=visit.token.token,
        expires_at=(visit.world.now() + lives).timestamp(),
        signature=secrets.token_urlsafe(12),
    )


def request_of(visit: Visit, action: str, allowed: set[str]) -> dict[str, Any]:
    """The body of an action, unwrapped: {"initializeUploadRequest": {...}}."""
    body = visit.body()
    if unknown := set(body) - {action}:
        raise unpermitted("REQUEST_BODY", sorted(unknown)[0])
    request = body.get(action)
    if not isinstance(request, dict):
        raise missing(action)
    if unknown := set(request) - allowed:
        raise unpermitted("REQUEST_BODY", f"{action}/{sorted(unknown)[0]}")
    return request


def load(world: World, urn: str) -> Asset | None:
    data = world.box(LINKEDIN, "upload").get(urns.id_of(urn))
    asset = Asset(**data) if data else None
    return asset if asset and asset.urn == urn and not _is_forgotten(world, asset) else None


def _is_forgotten(world: World, asset: Asset) -> bool:
    """What no post uses is dropped some day; when, is not documented."""
    if asset.ready_at is None:
        return False
    ends = asset.ready_at + float(world.setting(LINKEDIN, "unused_asset_days")) * 86_400
    medium = world.store.media.get(LINKEDIN, asset.urn)
    return world.now().timestamp() >= ends and not (medium and medium.post_id)


def save(world: World, asset: Asset) -> None:
    world.box(LINKEDIN, "upload").put(asset.id, asdict(asset), owner=asset.owner)


def at_address(call: Call, kind: str) -> Asset:
    """The asset that an upload address belongs to, as long as the address lives."""
    data = call.world.box(LINKEDIN, "upload").get(call.part("id"))
    asset = Asset(**data) if data else None
    if asset is None or asset.kind != kind:
        raise not_found("The upload address is not known")
    if call.world.now().timestamp() >= asset.expires_at:
        raise refused(400, "EXPIRED_UPLOAD_URL", "The upload URL has expired")
    medium = call.world.store.media.get(LINKEDIN, asset.urn)
    if medium and medium.post_id:
        raise refused(400, "UPDATING_ASSET_FAILED", "The asset is part of a post already")
    return asset


def complete(call: Call, asset: Asset, *, seconds: float, failure: str, broken: str) -> None:
    """Everything has arrived: processing begins. `failure` is what it will find, `broken` the word of the fault."""
    now = call.world.now()
    ready_at = now + timedelta(seconds=call.processing_seconds(seconds))
    asset.ready_at = ready_at.timestamp()
    asset.failure = broken if call.take_fault("failed_processing") else failure
    save(call.world, asset)
    captions = {"captions": [{"language": "", "name": "", "text": asset.words}]} if asset.words else {}
    medium = Medium(
        platform=LINKEDIN,
        id=asset.urn,
        account_id=asset.owner,
        mime=asset.mime or "application/octet-stream",
        size=asset.size,
        digest=asset.digest,
        created_at=now,
        width=asset.width,
        height=asset.height,
        ready_at=ready_at,
        data={"crc32": asset.crc32, "received": asset.received, "extras": asset.extras, **captions},
    )
    call.world.store.media.save(medium)


def milliseconds(timestamp: float) -> int:
    return round(timestamp * 1000)
