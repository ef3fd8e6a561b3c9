"""A repository: the records and files of one account, with the semantics of the reference server.

Nothing here knows HTTP, limits or scopes. `apply` happens whole or raises and leaves everything as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from apps.sandbox.core.rows import Account, Post, Thing

from . import dagcbor, feed, lexicon
from .errors import XRPCError, internal_error, invalid_request
from .identity import NAME
from .tid import tid_after

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

# The specification asks for an hour at least; nobody should rely on more.
UNREFERENCED_LIVES = timedelta(hours=1)

Action = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Write:
    """One checked change; `record` and `cid` are empty for a deletion."""

    action: Action
    collection: str
    rkey: str
    record: Mapping[str, Any] = field(default_factory=dict)
    cid: str = ""
    validation: str = "unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it is stored."""

    rkey: str
    cid: str
    record: dict[str, Any]


class Repository:
    """All that one account has published and uploaded."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self._account = account
        self._records = world.box(NAME, "record")
        self._blobs = world.box(NAME, "blob")
        self._heads = world.box(NAME, "head")

    def uri(self, collection: str, rkey: str) -> str:
        """The AT-URI of a record."""
        return f"at://{self._account.id}/{collection}/{rkey}"

    @property
    def head(self) -> dict[str, str] | None:
        """The last commit, as answers carry it."""
        return self._heads.get(self._account.id)

    # Reading

    def entry(self, collection: str, rkey: str) -> Entry | None:
        """The record with this key."""
        data = self._records.get(self.uri(collection, rkey))
        return Entry(rkey, data["cid"], data["record"]) if data else None

    def listing(self, collection: str, *, limit: int, cursor: str, reverse: bool) -> list[Entry]:
        """Records by key beyond `cursor`, newest key first unless `reverse`."""
        where, values = "platform=? AND kind='record' AND owner=?", [NAME, self.uri(collection, "")]
        if cursor:
            where += f" AND id {'>' if reverse else '<'} ?"
            values.append(self.uri(collection, cursor))
        order = "id" if reverse else "id DESC"
        found: list[Thing] = self._world.store.things.select(where, values, order=order, limit=limit)
        return [Entry(thing.id.rpartition("/")[2], thing.data["cid"], thing.data["record"]) for thing in found]

    # Writing

    def add_blob(self, content: bytes, mime_type: str) -> str:
        """Keep a file and return its content id; the same bytes again live on from now."""
        cid = dagcbor.blob_cid(content)
        known = self._blobs.get(self._blob_id(cid))
        digest = self._world.store.blobs.add(content)
        references = known["references"] if known else 0
        self._keep_blob(cid, {"mime": mime_type, "size": len(content), "digest": digest, "references": references})
        return cid

    def blob(self, cid: str) -> dict[str, Any] | None:
        """What is known of a file."""
        return self._blobs.get(self._blob_id(cid))

    def add_film(self, cid: str, *, size: int, data: Mapping[str, Any]) -> None:
        """A film that the video service has worked on; its bytes are not kept."""
        known = self._blobs.get(self._blob_id(cid))
        references = known["references"] if known else 0
        film = {"mime": "video/mp4", "size": size, "digest": "", "references": references, "film": dict(data)}
        self._keep_blob(cid, film)

    def require_swap(self, collection: str, rkey: str, expected: str | None) -> None:
        """400 InvalidSwap unless the record there is the expected one (None: unless there is none)."""
        entry = self.entry(collection, rkey)
        if (entry.cid if entry else None) != expected:
            raise XRPCError(400, "InvalidSwap", f"Record was at {entry.cid if entry else 'null'}")

    def require_swap_commit(self, expected: str) -> None:
        """400 InvalidSwap unless the last commit is the expected one."""
        head = self.head
        if head is None or head["cid"] != expected:
            raise XRPCError(400, "InvalidSwap", f"Commit was at {head['cid'] if head else 'null'}")

    def apply(self, writes: Sequence[Write]) -> dict[str, str]:
        """Make all `writes` or none; what does not fit the present state answers 500, as on the real server."""
        with self._world.store.transaction():
            loose: set[str] = set()
            for write in writes:
                loose |= self._apply_one(write)
            for cid in loose:
                self._drop_if_unreferenced(cid)
            commit = self._commit(writes)
            self._heads.put(self._account.id, commit)
        return commit

    def _apply_one(self, write: Write) -> set[str]:
        """Make one change; the answer is which files lost a reference by it."""
        before = self.entry(write.collection, write.rkey)
        if (write.action == "create") == (before is not None):
            raise internal_error()
        uri = self.uri(write.collection, write.rkey)
        lost = _links(before.record) if before else set()
        for cid in lost:
            self._count(cid, -1)
        if write.action == "delete":
            self._records.delete(uri)
        else:
            self._require_blobs(write.record)
            for cid in _links(write.record):
                self._count(cid, +1)
            owner = self.uri(write.collection, "")
            self._records.put(uri, {"cid": write.cid, "record": dict(write.record)}, owner=owner)
        if write.collection == lexicon.POST:
            self._show(write)
        if write.collection in {lexicon.POST, *lexicon.GATES.values()}:
            self._show_gates(write.rkey)
        return lost

    def _show_gates(self, rkey: str) -> None:
        entries = {name: self.entry(collection, rkey) for name, collection in lexicon.GATES.items()}
        gates = {name: entry.record if entry else None for name, entry in entries.items()}
        feed.gate(self._world, self._account, rkey, gates)

    def _show(self, write: Write) -> None:
        """The public sees new posts and deletions; apps go on showing the first version of a changed post."""
        if write.action == "delete":
            feed.hide(self._world, self._account, write.rkey)
        elif write.action == "create":
            blobs = {cid: self._blobs.get(self._blob_id(cid)) for cid in _links(write.record)}
            feed.show(self._world, self._account, write.rkey, write.cid, write.record, blobs)

    def _require_blobs(self, record: Mapping[str, Any]) -> None:
        for ref in lexicon.blob_refs(record):
            cid = ref["ref"]["$link"]
            blob = self._blobs.get(self._blob_id(cid))
            if blob is None:
                raise XRPCError(400, "BlobNotFound", f"Could not find blob: {cid}")
            if blob["mime"] != ref["mimeType"]:
                told = f"The stored blob is of type {blob['mime']}, the record says {ref['mimeType']}"
                raise XRPCError(400, "InvalidMimeType", told)
            if blob["size"] != ref["size"]:
                told = f"The stored blob has {blob['size']} bytes, the record says {ref['size']}"
                raise XRPCError(400, "InvalidSize", told)

    def has_blob(self, cid: str) -> bool:
        return self._blobs.get(self._blob_id(cid)) is not None

    def _blob_id(self, cid: str) -> str:
        return f"{self._account.id}/{cid}"

    def _keep_blob(self, cid: str, blob: dict[str, Any]) -> None:
        lives = None if blob["references"] else UNREFERENCED_LIVES
        self._blobs.put(self._blob_id(cid), blob, owner=self._account.id, lives=lives)

    def _count(self, cid: str, change: int) -> None:
        blob = self._blobs.get(self._blob_id(cid))
        if blob is not None:
            self._keep_blob(cid, {**blob, "references": blob["references"] + change})

    def _drop_if_unreferenced(self, cid: str) -> None:
        """A deleted record takes along the files that no other record uses."""
        blob = self._blobs.get(self._blob_id(cid))
        if blob is not None and not blob["references"]:
            self._blobs.delete(self._blob_id(cid))

    def _commit(self, writes: Sequence[Write]) -> dict[str, str]:
        """The next revision. Its id hangs on the one before and on the writes, and is not that of a real tree."""
        head = self.head
        rev = tid_after(head["rev"] if head else None, self._world.now())
        changes = [f"{write.action} {write.collection}/{write.rkey} {write.cid}" for write in writes]
        digest = hashlib.sha256("\n".join(changes).encode()).hexdigest()
        body = {"did": self._account.id, "rev": rev, "prev": head["cid"] if head else None, "data": digest}
        return {"cid": dagcbor.record_cid(body), "rev": rev}


def remove_post(world: World, post: Post) -> None:
    """Its author deletes it in an app: the record goes, and the post with it."""
    account, rkey = world.account(NAME, post.account_id), post.id.rpartition("/")[2]
    if account is not None:
        Repository(world, account).apply([Write("delete", lexicon.POST, rkey)])


def checked(action: Action, collection: str, rkey: str, record: object) -> Write:
    """A write whose record follows its schema; 400 InvalidRequest with the server's sentence otherwise."""
    if action == "delete":
        return Write("delete", collection, rkey)
    if not isinstance(record, dict):
        raise invalid_request("Record must be an object")
    record = {"$type": collection, **record}
    if record["$type"] != collection:
        raise invalid_request(f"Invalid $type: expected {collection}, got {record['$type']}")
    try:
        validation = lexicon.check_record(collection, rkey, record)
        return Write(action, collection, rkey, record, dagcbor.record_cid(record), validation)
    except ValueError as problem:  # InvalidRecord, NotEncodable, or text that is no Unicode
        raise invalid_request(str(problem)) from problem


def _links(record: Mapping[str, Any]) -> set[str]:
    return {ref["ref"]["$link"] for ref in lexicon.blob_refs(record)}
