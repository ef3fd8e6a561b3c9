"""What is being made of a post's files for its accounts, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import reverse

from apps.media.models import Rendition
from apps.media.states import RenditionState
from apps.posts.manuscripts import Manuscript
from apps.posts.models import Post
from apps.posts.outgoing import Sent, parts_on


@dataclass(slots=True)
class Making:
    """A file on its way to being what these platforms take. `state` is queued, making, ready, failed or canceled."""

    name: str
    state: str
    percent: int
    words: str
    platforms: list[str] = field(default_factory=list)

    @property
    def is_under_way(self) -> bool:
        return self.state in (RenditionState.QUEUED, RenditionState.MAKING)


@dataclass(frozen=True, slots=True)
class MediaWork:
    """`poll_url` answers the same again while something is under way; `again_url` has failed ones made anew."""

    files: list[Making]
    poll_url: str
    again_url: str

    @property
    def is_under_way(self) -> bool:
        return any(one.is_under_way for one in self.files)

    @property
    def has_failed(self) -> bool:
        return any(one.state == RenditionState.FAILED for one in self.files)


def media_work(post: Post, written: Manuscript, *, may_repeat: bool) -> MediaWork:
    """The files that were asked for, each once, whichever accounts it is for."""
    found: dict[str, Making] = {}
    for edition in written.editions:
        for part in parts_on(written, edition):
            for sent in part.everything():
                if sent.rendition is None:
                    continue
                making = found.setdefault(sent.rendition.key, _making(sent, sent.rendition))
                if edition.account.platform not in making.platforms:
                    making.platforms.append(edition.account.platform)
    return MediaWork(
        files=list(found.values()),
        poll_url=reverse("publishing:media_work", args=[post.pk]),
        again_url=reverse("publishing:prepare_media", args=[post.pk]) if may_repeat else "",
    )


def _making(sent: Sent, rendition: Rendition) -> Making:
    name = sent.asset.original_name or "A file"
    return Making(name, rendition.state, rendition.percent, rendition.words or rendition.get_state_display())
