"""Why a figure is missing, what is aimed at, and the lives of a run, a refresh and an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models


class Missing(models.TextChoices):
    """Why a reading brought nothing. A row without one of these was told by the platform."""

    TOLD_NOTHING = "told_nothing", "The network had no figures yet"
    NOT_OFFERED = "not_offered", "The network does not tell these figures"
    GONE = "gone", "The post is not on the network any more"
    SIGNED_OUT = "signed_out", "The account was signed out"
    NO_PERMISSION = "no_permission", "The connection does not include the right to read figures"
    REFUSED = "refused", "The network refused the question"
    UNREACHABLE = "unreachable", "The network could not be reached in time"
    THROTTLED = "throttled", "The network's limits left no room in time"
    TOO_LATE = "too_late", "It was not read in its time"


class Aim(models.TextChoices):
    """What a goal counts."""

    FOLLOWERS = "followers", "Followers"
    VIEWS = "views", "Views of accounts"
    PUBLISHED = "published", "Posts published"
    POST_VIEWS = "post_views", "Views of posts"
    INTERACTIONS = "interactions", "Interactions"


class Format(models.TextChoices):
    """What a post mainly is, told by its first part: files before links before words."""

    TEXT = "text", "Words alone"
    LINK = "link", "Link"
    PICTURE = "picture", "Picture"
    ALBUM = "album", "Several pictures"
    VIDEO = "video", "Video"
    DOCUMENT = "document", "Document"


class RunState(models.TextChoices):
    OPEN = "open", "Reading"
    ENDED = "ended", "Ended"


class RefreshState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class ImportState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"


# One that ended is begun again by a person alone, and goes on where it stopped.
IMPORT_MOVES: Final[Mapping[ImportState, frozenset[ImportState]]] = {
    ImportState.WAITING: frozenset({ImportState.RUNNING, ImportState.FAILED}),
    ImportState.RUNNING: frozenset({ImportState.COMPLETED, ImportState.FAILED}),
    ImportState.FAILED: frozenset({ImportState.WAITING}),
    ImportState.COMPLETED: frozenset(),
}
UNFINISHED: Final = (ImportState.WAITING, ImportState.RUNNING)
