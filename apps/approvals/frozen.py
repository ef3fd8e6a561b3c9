"""A version of a post as it was when somebody was asked about it, back from its snapshot.

Whoever reviews sees this and not the desk: words that are being changed at the same moment are another version, which
is asked about anew. Files are those of the snapshot, by their digest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.approvals.models import Request
from apps.core.querysets import within_reach
from apps.media.models import Asset
from apps.posts.manuscripts import Edition, Manuscript, Medium, Passage
from apps.posts.states import PartRole
from apps.social_accounts.models import SocialAccount


def manuscripts(requests: Collection[Request]) -> dict[UUID, Manuscript]:
    """By request, in two queries however many there are. What is not there any more (an account that was removed, a
    file that was thrown away for good) is left out."""
    shots = [request.snapshot for request in requests]
    media = [one for shot in shots for part in shot["parts"] for one in part["media"]]
    assets = _Files(media)
    named = {one["id"] for shot in shots for one in shot["accounts"]}
    accounts = {str(row.pk): row for row in within_reach(SocialAccount).filter(pk__in=named)}
    return {request.pk: _manuscript(request.snapshot, assets, accounts) for request in requests}


class _Files:
    """The files that snapshots name, by id and by digest."""

    def __init__(self, media: Collection[Mapping[str, Any]]) -> None:
        covers = {one["cover"] for one in media if one["cover"]}
        wanted = Q(pk__in={one["asset"] for one in media})
        rows = within_reach(Asset).filter(wanted | Q(sha256__in=covers) if covers else wanted) if media else []
        self._by_id = {str(row.pk): row for row in rows}
        self._by_digest = {row.sha256: row for row in rows}

    def media_of(self, part: Mapping[str, Any]) -> Iterator[Medium]:
        for one in part["media"]:
            asset = self._by_id.get(one["asset"])
            if asset is not None and asset.sha256 == one["sha256"]:
                yield Medium(asset, one["alt"], one["cut"], self._by_digest.get(one["cover"]))


def _manuscript(shot: Mapping[str, Any], files: _Files, accounts: Mapping[str, SocialAccount]) -> Manuscript:
    passages = (
        Passage(PartRole(part["role"]), part["text"], tuple(files.media_of(part)), part["link"])
        for part in shot["parts"]
    )
    editions = (
        Edition(accounts[one["id"]], one["text"], one["options"]) for one in shot["accounts"] if one["id"] in accounts
    )
    ordered = sorted(editions, key=lambda one: (one.account.platform, one.account.pk))
    return Manuscript(tuple(passages), tuple(ordered), shot["language"])
