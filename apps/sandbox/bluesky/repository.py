"""A repository: the records and files of one account, with the semantics of the reference server.

Nothing here knows HTTP, limits or scopes. A write either happens whole or raises and leaves everything as it was.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from . import dagcbor, lexicon
from .errors import XRPCError, internal_error, invalid_request
from .tid import tid_after

# The specification asks for an hour at least; nobody should rely on more.
UNREFERENCED_LIFE = timedelta(hours=1)

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

    @property
    def path(self) -> tuple[str, str]:
        """Where the record lives in its repository."""
        return self.collection, self.rkey


@dataclass(frozen=True, slots=True)
class Commit:
    """The repository's state after a write."""

    cid: str
    rev: str

    def as_json(self) -> dict[str, str]:
        """As answers carry it."""
        return {"cid": self.cid, "rev": self.rev}


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it is stored."""

    cid: str
    record: Mapping[str, Any]


@dataclass(slots=True)
class Blob:
    """An uploaded file; it fades away while no record refers to it."""

    content: bytes
    mime_type: str
    touched_at: datetime
    references: int = 0


@dataclass(slots=True)
class Repository:
    """All that one DID has published and uploaded."""

    did: str
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    blobs: dict[str, Blob] = field(default_factory=dict)
    head: Commit | None = None

    def uri(self, path: tuple[str, str]) -> str:
        """The AT-URI of a record."""
        return f"at://{self.did}/{path[0]}/{path[1]}"

    def add_blob(self, content: bytes, mime_type: str, *, now: datetime) -> str:
        """Keep a file and return its content id; the same bytes again live on from now."""
        cid = dagcbor.blob_cid(content)
        known = self.blobs.get(cid)
        self.blobs[cid] = Blob(content, mime_type, now, references=known.references if known else 0)
        return cid

    def blob(self, cid: str, *, now: datetime) -> Blob | None:
        """The file with this content id, unless it was never there or has faded away unreferenced."""
        blob = self.blobs.get(cid)
        if blob is not None and not blob.references and now - blob.touched_at >= UNREFERENCED_LIFE:
            del self.blobs[cid]
            return None
        return blob

    def require_swap(self, path: tuple[str, str], expected: str | None) -> None:
        """400 InvalidSwap unless the record at `path` is the expected one (None: unless there is none)."""
        entry = self.entries.get(path)
        if (entry.cid if entry else None) != expected:
            raise XRPCError(400, "InvalidSwap", f"Record was at {entry.cid if entry else 'null'}")

    def require_swap_commit(self, expected: str) -> None:
        """400 InvalidSwap unless the last commit is the expected one."""
        if self.head is None or self.head.cid != expected:
            raise XRPCError(400, "InvalidSwap", f"Commit was at {self.head.cid if self.head else 'null'}")

    def apply(self, writes: Sequence[Write], *, now: datetime) -> Commit:
        """Make all `writes` or none; what does not fit the present state answers 500, as on the real server."""
        # None stands for a record that an earlier write of the same call has deleted.
        after: dict[tuple[str, str], Entry | None] = {}
        for write in writes:
            exists = (after[write.path] if write.path in after else self.entries.get(write.path)) is not None
            if (write.action == "create") == exists:
                raise internal_error()
            self._require_blobs(write.record, now)
            after[write.path] = None if write.action == "delete" else Entry(write.cid, write.record)
        self._replace(after)
        self.head = self._commit(writes, now)
        return self.head

    def newest_first(self, collection: str) -> list[tuple[str, Entry]]:
        """The records of a collection by key, the largest key first."""
        return sorted(
            ((rkey, entry) for (kind, rkey), entry in self.entries.items() if kind == collection), reverse=True
        )

    def _require_blobs(self, record: Mapping[str, Any], now: datetime) -> None:
        for ref in lexicon.blob_refs(record):
            link = ref["ref"]["$link"]
            blob = self.blob(link, now=now)
            if blob is None:
                raise XRPCError(400, "BlobNotFound", f"Could not find blob: {link}")
            if blob.mime_type != ref["mimeType"]:
                raise XRPCError(
                    400,
                    "InvalidMimeType",
                    f"Referenced Mimetype does not match stored blob. Expected: {blob.mime_type}, "
                    f"Got: {ref['mimeType']}",
                )
            if len(blob.content) != ref["size"]:
                raise XRPCError(
                    400, "InvalidSize", f"Referenced size of blob {link} is {ref['size']}, stored {len(blob.content)}"
                )

    def _replace(self, after: Mapping[tuple[str, str], Entry | None]) -> None:
        """Put the new entries in place; a file that loses its last reference is deleted at once."""
        orphans = set()
        for path, entry in after.items():
            for link in _links(self.entries.pop(path, None)):
                self.blobs[link].references -= 1
                orphans.add(link)
            for link in _links(entry):
                self.blobs[link].references += 1
            if entry is not None:
                self.entries[path] = entry
        for link in orphans:
            if not self.blobs[link].references:
                del self.blobs[link]

    def _commit(self, writes: Iterable[Write], now: datetime) -> Commit:
        """The next revision. Its id hangs on the one before and on the writes, and is not that of a real tree."""
        rev = tid_after(self.head.rev if self.head else None, now)
        changes = [f"{write.action} {write.collection}/{write.rkey} {write.cid}" for write in writes]
        digest = hashlib.sha256("\n".join(changes).encode()).hexdigest()
        body = {"did": self.did, "rev": rev, "prev": self.head.cid if self.head else None, "data": digest}
        return Commit(dagcbor.record_cid(body), rev)


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
    except (lexicon.InvalidRecord, dagcbor.NotEncodable) as problem:
        raise invalid_request(str(problem)) from problem


def _links(entry: Entry | None) -> set[str]:
    return {ref["ref"]["$link"] for ref in lexicon.blob_refs(entry.record)} if entry else set()
