"""Videos that YouTube itself publishes at a time set before: private until `publishAt`, then public.

Nothing runs on its own here: whatever is due happens at the next call, whoever makes it.
"""

from __future__ import annotations

from apps.sandbox.core.world import World
from apps.sandbox.youtube import clips, metadata, pushes
from apps.sandbox.youtube.clips import Clip


def settle(world: World) -> None:
    """Publish what is due."""
    now = world.now()
    for thing in world.box("youtube", "scheduled").all():
        if thing.data["at"] > now.timestamp():
            continue
        world.box("youtube", "scheduled").delete(thing.id)
        if clip := clips.load(world, thing.id):
            clip.published_at = thing.data["at"]
            clip.set_privacy("public", now)
            clips.save(world, clip)
            pushes.tell(world, clip)


def note(world: World, clip: Clip) -> None:
    """Remember when this video is due, or that it no longer is."""
    due = metadata.instant(str(clip.status.get("publishAt", "")))
    if due:
        world.box("youtube", "scheduled").put(clip.id, {"at": due.timestamp()})
    else:
        world.box("youtube", "scheduled").delete(clip.id)
