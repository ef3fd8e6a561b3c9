"""A post as it stands, ready to be measured or sent: what parts, files and variants come to on each account.

The same shape serves a stored post and one that is still being written, so that composer, scheduler and publisher see
the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.media.models import Asset, CaptionTrack, Rendition
from apps.media.states import Kind
from apps.platforms import registry
from apps.platforms.capabilities import Capabilities
from apps.platforms.formats import with_limits
from apps.posts.states import PartRole
from apps.social_accounts.models import SocialAccount


@dataclass(frozen=True, slots=True)
class Medium:
    """A file as a part shows it: with its words, what of it is shown, and the picture that stands for a video."""

    asset: Asset
    alt: str
    cut: Mapping[str, Any] = field(default_factory=dict)
    cover: Asset | None = None
    renditions: Mapping[str, Rendition] = field(default_factory=dict)  # by key, in any state
    cover_renditions: Mapping[str, Rendition] = field(default_factory=dict)
    captions: tuple[CaptionTrack, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    role: PartRole
    text: str
    media: tuple[Medium, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """What differs on one account."""

    account: SocialAccount
    text: str | None
    options: Mapping[str, str]

    @property
    def capabilities(self) -> Capabilities:
        """The platform's limits with the numbers of the account's own server."""
        return with_limits(registry.capabilities(self.account.platform), self.account.limits)

    def titled_by(self, media: Sequence[Medium]) -> dict[str, str]:
        """The options that were left empty and for which the name of a file goes out, with that name."""
        named = next((one.asset.original_name for one in media if one.asset.kind != Kind.IMAGE), "")
        options = self.capabilities.options if named else ()
        return {one.name: named for one in options if one.names_file and not self.options.get(one.name)}

    @property
    def label(self) -> str:
        return registry.label(self.account.platform)


@dataclass(frozen=True, slots=True)
class Manuscript:
    passages: tuple[Passage, ...]
    editions: tuple[Edition, ...]
    language: str = ""
    # By account, what stands in the place of each address when it goes out (`apps.links`); settled when it was written.
    links: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)

    def edition_on(self, account_id: UUID) -> Edition | None:
        return next((edition for edition in self.editions if edition.account.pk == account_id), None)

    def text_on(self, edition: Edition) -> str:
        """The words of the main part on one account."""
        return self.passages[0].text if edition.text is None else edition.text
