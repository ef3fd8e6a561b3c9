"""Changing and taking down what is published: https://docs.x.com/x-api/fundamentals/edit-posts.

An edit needs a subscription, is possible for half an hour or an hour, up to five times, and makes a new id. So before
one is sent the newest version is read: an edit whose answer was lost is not made twice.
"""

from __future__ import annotations

from typing import Any

from apps.platforms.adapters.x import reading, rights
from apps.platforms.adapters.x.line import Line, data_of, listed, text_in
from apps.platforms.contract import Draft, Receipt, RemotePost
from apps.platforms.errors import Gone, MissingPermission, NotSent, PlatformError, Rejected, Uncertain

NO_EDIT = "X lets accounts with a subscription change a post, for about half an hour and five times at most."
HISTORY = "created_at,text,entities,note_tweet,attachments,edit_history_tweet_ids"


def edit(line: Line, post: RemotePost, draft: Draft) -> Receipt:
    """X takes the whole post again: its files by the ids under which they were uploaded, and what it quotes."""
    newest = _newest(line, post.remote_id)
    if _says(newest, draft.text):
        return _receipt(line, text_in(newest, "id"), post)
    try:
        return _receipt(line, _send(line, text_in(newest, "id"), post, draft), post)
    except Rejected:
        # Whether an older version names the newer ones is not documented: the list of posts has the newest alone.
        newer = _listed_version(line, post.remote_id)
        if newer and _says(newer, draft.text):
            return _receipt(line, text_in(newer, "id"), post)
        raise


def _send(line: Line, newest_id: str, post: RemotePost, draft: Draft) -> str:
    fields: dict[str, Any] = {"text": draft.text, "edit_options": {"previous_post_id": newest_id}}
    if media_ids := post.facts.get("media_ids"):
        fields["media"] = {"media_ids": list(media_ids)}
    if quoted := post.facts.get("quoted"):
        fields["quote_tweet_id"] = quoted
    try:
        said = line.ask(rights.EDIT, json=fields, field="text", acting=True)
    except Uncertain as lost:  # Asked again, it is found by the history.
        failure: PlatformError = NotSent("X did not say whether it took the new text.", evidence=lost.evidence)
    except MissingPermission as refused:
        # Without an answer's status it is the consent that does not cover it.
        failure = Rejected(NO_EDIT, field="text", evidence=refused.evidence) if refused.evidence.status else refused
    else:
        if remote_id := text_in(data_of(said), "id"):
            return remote_id
        failure = NotSent("X did not say whether it took the new text.")
    raise failure


def _says(post: reading.Post, text: str) -> bool:
    return reading.flat(reading.text_of(post)) == reading.flat(text)


def _receipt(line: Line, remote_id: str, post: RemotePost) -> Receipt:
    return Receipt(remote_id, line.post_url(remote_id), facts=dict(post.facts))


def _newest(line: Line, remote_id: str) -> reading.Post:
    post = read_post(line, remote_id, HISTORY)
    newest = max(reading.versions(post), key=int, default=remote_id)
    return post if newest == remote_id else read_post(line, newest, HISTORY)


def _listed_version(line: Line, remote_id: str) -> reading.Post | None:
    account_id = line.credential.remote_user_id if line.credential else ""
    said, _ = reading.ask(line, rights.TIMELINE, HISTORY, id=account_id, max_results="20")
    return next((post for post in listed(said) if remote_id in reading.versions(post)), None)


def read_post(line: Line, remote_id: str, names: str, **params: str) -> reading.Post:
    """One post; raises Gone where X says that there is none."""
    said, _ = reading.ask(line, rights.LOOKUP, names, ids=remote_id, **params)
    for post in listed(said):
        if text_in(post, "id") == remote_id:
            return post
    problems = [text_in(one, "type") + text_in(one, "title") for one in listed(said, "errors")]
    if not problems or any("not-found" in one or "Not Found" in one for one in problems):
        raise Gone("This post is not on X any more.")
    raise NotSent("X does not show this post at the moment.")


def delete(line: Line, post: RemotePost) -> None:
    """The newest version goes, and with it those before."""
    try:
        said = data_of(line.ask(rights.DELETE, id=post.remote_id))
    except Gone:
        return
    if said.get("deleted") is not True:
        raise NotSent("X did not say whether it deleted the post.")
