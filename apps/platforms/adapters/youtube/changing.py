"""Changing and taking down what is published: https://developers.google.com/youtube/v3/docs/videos/update.

What is sent of a part replaces all of it, so the video is read first: tags and categories that were set on YouTube
itself are not lost to a corrected title. Who may see it is left as it is.
"""

from __future__ import annotations

from typing import Any, Final

from apps.platforms.adapters.youtube import abilities, content, permits, reading
from apps.platforms.adapters.youtube.line import Line, object_in
from apps.platforms.contract import Draft, Receipt, RemotePost
from apps.platforms.errors import Gone, NotOffered, NotSent
from apps.platforms.google.faults import text_in

KEPT: Final = ("categoryId", "tags", "defaultLanguage", "defaultAudioLanguage")


def edit(line: Line, post: RemotePost, draft: Draft) -> Receipt:
    _only_videos(post)
    video = reading.video(line, post.remote_id, "snippet")
    if video is None:
        raise Gone("This video is not on YouTube any more.")
    snippet = _merged(object_in(video, "snippet"), draft)
    resource = {"id": post.remote_id, "snippet": snippet}
    said = line.ask(permits.EDIT, params={"part": "snippet"}, json=resource)
    if text_in(said, "id") != post.remote_id:
        raise NotSent("YouTube did not say whether it took the change.")
    is_short = post.facts.get("kind") == abilities.SHORT
    return Receipt(post.remote_id, line.video_url(post.remote_id, is_short=is_short), facts=dict(post.facts))


def _merged(there: dict[str, Any], draft: Draft) -> dict[str, Any]:
    kept = {name: there[name] for name in KEPT if there.get(name)}
    fields = content.snippet(draft)
    if not draft.options.get("category"):
        fields.pop("categoryId")
    return {"categoryId": abilities.USUAL_CATEGORY} | kept | fields


def delete(line: Line, post: RemotePost) -> None:
    _only_videos(post)
    answer = line.send(permits.DELETE, params={"id": post.remote_id})
    if answer.status in {200, 204}:
        if answer.is_html or answer.body.strip():
            raise line.unreadable(answer)
        return
    failure = line.failure(answer, permits.DELETE)
    if not isinstance(failure, Gone):
        raise failure


def _only_videos(post: RemotePost) -> None:
    if post.facts.get("kind") == "comment":
        raise NotOffered("Comments are changed and deleted on YouTube itself.")
