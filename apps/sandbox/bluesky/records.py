"""com.atproto.repo.*: records by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account

from . import identity, limits
from .errors import XRPCError, invalid_request
from .gate import Caller, Gate
from .repository import Action, Repository, Write, checked
from .tid import tid_after

MAX_BODY_BYTES = 1_000_000
MAX_WRITES = 200
_RKEY = re.compile(r"(?!\.{1,2}$)[\w.~:-]{1,512}")
_NSID = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z0-9-]+){2,}")
_KIND = "com.atproto.repo.applyWrites"
_ACTIONS: Mapping[str, Action] = {f"{_KIND}#create": "create", f"{_KIND}#update": "update", f"{_KIND}#delete": "delete"}


class Records:
    """The handlers that write, which ask the gate who calls."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._last_key: str | None = None

    async def put(self, call: Call) -> Response:
        """putRecord: the same bytes again change nothing, other bytes must pass `swapRecord`."""
        caller, body = self._enter(call)
        collection, rkey = _key(body)
        # The call may create or change, so it asks for both permissions whichever it will be.
        caller.require_write(collection, "create", "update")
        headers = limits.write_points(call.world, caller.account.id, limits.WRITE_POINTS["update"])
        repository = Repository(call.world, caller.account)
        before = repository.entry(collection, rkey)
        write = checked("update" if before else "create", collection, rkey, body.get("record"))
        if before and before.cid == write.cid:
            return JSONResponse(_told(repository, write), headers=headers)
        if "swapRecord" in body:
            repository.require_swap(collection, rkey, body["swapRecord"])
        _require_swap_commit(repository, body)
        commit = repository.apply([write])
        return JSONResponse({**_told(repository, write), "commit": commit}, headers=headers)

    async def create(self, call: Call) -> Response:
        """createRecord: a key that is taken answers 500."""
        caller, body = self._enter(call)
        repository = Repository(call.world, caller.account)
        collection, rkey = _key({"rkey": self._fresh_key(call), **body})
        caller.require_write(collection, "create")
        headers = limits.write_points(call.world, caller.account.id, limits.WRITE_POINTS["create"])
        write = checked("create", collection, rkey, body.get("record"))
        _require_swap_commit(repository, body)
        commit = repository.apply([write])
        return JSONResponse({**_told(repository, write), "commit": commit}, headers=headers)

    async def delete(self, call: Call) -> Response:
        """deleteRecord: what is not there is deleted already."""
        caller, body = self._enter(call)
        collection, rkey = _key(body)
        caller.require_write(collection, "delete")
        headers = limits.write_points(call.world, caller.account.id, limits.WRITE_POINTS["delete"])
        repository = Repository(call.world, caller.account)
        if repository.entry(collection, rkey) is None:
            return JSONResponse({}, headers=headers)
        if "swapRecord" in body:
            repository.require_swap(collection, rkey, body["swapRecord"])
        _require_swap_commit(repository, body)
        commit = repository.apply([checked("delete", collection, rkey, None)])
        return JSONResponse({"commit": commit}, headers=headers)

    async def apply(self, call: Call) -> Response:
        """applyWrites: all or nothing."""
        caller, body = self._enter(call)
        wanted = body.get("writes")
        if not isinstance(wanted, list) or not all(isinstance(item, dict) for item in wanted):
            raise invalid_request("Input/writes must be an array of objects")
        if len(wanted) > MAX_WRITES:
            raise invalid_request(f"Too many writes. Max: {MAX_WRITES}")
        repository = Repository(call.world, caller.account)
        writes = [self._write(call, item) for item in wanted]
        for write in writes:
            caller.require_write(write.collection, write.action)
        points = sum(limits.WRITE_POINTS[write.action] for write in writes)
        headers = limits.write_points(call.world, caller.account.id, points)
        _require_swap_commit(repository, body)
        commit = repository.apply(writes)
        return JSONResponse(
            {"commit": commit, "results": [_result(repository, one) for one in writes]}, headers=headers
        )

    def _enter(self, call: Call) -> tuple[Caller, dict[str, Any]]:
        """The caller and the body, when the repository named in it is the caller's own."""
        caller = self._gate.caller(call)
        if len(call.body) > MAX_BODY_BYTES:
            raise XRPCError(413, "PayloadTooLarge", "request entity too large")
        body = call.json()
        if not isinstance(body, dict):
            raise invalid_request("Input must be a JSON object")
        if str(body.get("repo", "")).lower() not in (caller.account.id, caller.account.handle):
            raise XRPCError(401, "AuthRequired", "The repository is not the caller's")
        return caller, body

    def _write(self, call: Call, item: Mapping[str, Any]) -> Write:
        action = _ACTIONS.get(str(item.get("$type")))
        if action is None:
            raise invalid_request(f"Action not supported: {item.get('$type')}")
        fallback = {"rkey": self._fresh_key(call)} if action == "create" else {}
        collection, rkey = _key({**fallback, **item})
        return checked(action, collection, rkey, item.get("value"))

    def _fresh_key(self, call: Call) -> str:
        """A key for a record that came without one; no two are alike."""
        self._last_key = tid_after(self._last_key, call.world.now())
        return self._last_key


async def get(call: Call) -> Response:
    """getRecord: public; a record that is not there is a 400."""
    repository = Repository(call.world, _owner(call))
    collection, rkey = call.fields.text("collection"), call.fields.text("rkey")
    entry, uri = repository.entry(collection, rkey), repository.uri(collection, rkey)
    wanted = call.fields.text("cid")
    if entry is None or (wanted and entry.cid != wanted):
        raise XRPCError(400, "RecordNotFound", f"Could not locate record: {uri}")
    return JSONResponse({"uri": uri, "cid": entry.cid, "value": entry.record})


async def listing(call: Call) -> Response:
    """listRecords: public, newest key first."""
    limit = call.fields.text("limit", "50")
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise invalid_request("Error: limit must be between 1 and 100")
    collection, repository = call.fields.text("collection"), Repository(call.world, _owner(call))
    entries = repository.listing(
        collection, limit=int(limit), cursor=call.fields.text("cursor"), reverse=call.fields.flag("reverse")
    )
    shown = [
        {"uri": repository.uri(collection, entry.rkey), "cid": entry.cid, "value": entry.record} for entry in entries
    ]
    return JSONResponse({"records": shown, **({"cursor": entries[-1].rkey} if entries else {})})


def _owner(call: Call) -> Account:
    wanted = call.fields.text("repo")
    account = identity.account_called(call.world, wanted)
    if account is None:
        raise invalid_request(f"Could not find repo: {wanted}")
    return account


def _key(body: Mapping[str, Any]) -> tuple[str, str]:
    collection, rkey = body.get("collection"), body.get("rkey")
    if not isinstance(collection, str) or not _NSID.fullmatch(collection):
        raise invalid_request("Input/collection must be a valid nsid")
    if not isinstance(rkey, str) or not _RKEY.fullmatch(rkey):
        raise invalid_request("Input/rkey must be a valid record key")
    return collection, rkey


def _require_swap_commit(repository: Repository, body: Mapping[str, Any]) -> None:
    if body.get("swapCommit"):
        repository.require_swap_commit(str(body["swapCommit"]))


def _told(repository: Repository, write: Write) -> dict[str, Any]:
    uri = repository.uri(write.collection, write.rkey)
    return {"uri": uri, "cid": write.cid, "validationStatus": write.validation}


def _result(repository: Repository, write: Write) -> dict[str, Any]:
    if write.action == "delete":
        return {"$type": f"{_KIND}#deleteResult"}
    return {"$type": f"{_KIND}#{write.action}Result", **_told(repository, write)}
