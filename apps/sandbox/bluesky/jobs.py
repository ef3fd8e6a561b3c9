"""Jobs of the video service: a film on its way from its first byte to a blob in the account's repository.

What comes out is named by what went in (size and CRC-32), so the same film always becomes the same blob.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from apps.sandbox.core import video
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Thing
from apps.sandbox.core.uploads import Intake

from . import dagcbor
from .identity import NAME
from .repository import Repository

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

TYPES = ("video/mp4", "video/mpeg", "video/webm", "video/quicktime", "image/gif")
MAX_BYTES = 300_000_000
MAX_SECONDS = 600
_DAY = timedelta(days=1)
# The states of a job while it is worked on, each for an equal part of the time.
_STATES = ("CREATED", "ENCODING", "ENCODED", "SCANNING", "SCANNED", "UPLOADING", "UPLOADED")


def begin(call: Call, account: Account, intake: Intake) -> str:
    """A job for a film that is here; its id."""
    world, id = call.world, f"job{call.world.number()}"
    fails = "encoding_failure" if call.take_fault("failed_processing") else world.setting(NAME, "video_failure")
    job = {
        "size": intake.size,
        "crc32": intake.crc32,
        "received": intake.received,
        "began": world.now().isoformat(),
        "seconds": call.processing_seconds(float(world.setting(NAME, "video_seconds"))),
        "failure": _problem(intake) or str(fails),
    }
    world.box(NAME, "video_job").put(id, job, owner=account.id)
    return id


def known(world: World, account: Account, intake: Intake) -> str:
    """The finished job that this film had before, "" if there is none.

    One whose file the account's server has dropped since is forgotten: what the real service does then is not
    documented."""
    for thing in world.box(NAME, "video_job").all(owner=account.id, order="seq DESC"):
        job = thing.data
        same = (job["size"], job["crc32"]) == (intake.size, intake.crc32)
        if not same:
            continue
        told = status(world, thing)
        if told["state"] == "JOB_STATE_COMPLETED" and Repository(world, account).has_blob(told["blob"]["ref"]["$link"]):
            return thing.id
    return ""


def thing(world: World, id: str) -> Thing | None:
    """A job by its id."""
    return world.box(NAME, "video_job").thing(id)


def status(world: World, thing: Thing) -> dict[str, Any]:
    """What the service says of a job now; a finished one has put its blob on the account's server."""
    job, told = thing.data, {"jobId": thing.id, "did": thing.owner}
    age = (world.now() - datetime.fromisoformat(job["began"])).total_seconds()
    if age < job["seconds"]:
        share = age / job["seconds"]
        return {**told, "state": f"JOB_STATE_{_STATES[int(share * len(_STATES))]}", "progress": int(share * 100)}
    if job["failure"]:
        message = f"The video could not be processed ({job['failure']})"
        return {**told, "state": "JOB_STATE_FAILED", "failureCode": job["failure"], "message": message}
    return {**told, "state": "JOB_STATE_COMPLETED", "progress": 100, "blob": _blob(world, thing)}


def used_today(world: World, account: Account) -> tuple[int, int]:
    """How many films, and bytes of them, the account sent in the last day."""
    since = world.now() - _DAY
    jobs = [one.data for one in world.box(NAME, "video_job").all(owner=account.id) if one.created_at > since]
    return len(jobs), sum(job["size"] for job in jobs)


def _blob(world: World, thing: Thing) -> dict[str, Any]:
    job = thing.data
    cid = dagcbor.blob_cid(f"film {job['size']} {job['crc32']}".encode())
    account = world.account(NAME, thing.owner)
    if account is not None and not job.get("stored"):
        data = {"crc32": job["crc32"], "received": job["received"]}
        Repository(world, account).add_film(cid, size=job["size"], data=data)
        world.box(NAME, "video_job").put(thing.id, {**job, "stored": True}, owner=thing.owner)
    return {"$type": "blob", "ref": {"$link": cid}, "mimeType": "video/mp4", "size": job["size"]}


def _problem(intake: Intake) -> str:
    if intake.head[:4] == b"GIF8":
        return ""
    found = video.probe(intake.head)
    return "validation_failure" if found is None or found.seconds > MAX_SECONDS else ""
