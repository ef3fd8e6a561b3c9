"""What an error of Threads means. It publishes no table of its own: this one is what the Graph API has in common, and
what the posts of many have met with.

User texts come in the user's language and are never matched on. A publish that Threads refuses because the container
"does not exist" did nothing: the container is not to be seen yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from apps.platforms import http as wire
from apps.platforms.errors import AccountDisabled, Evidence, Gone, NotSent, PlatformError, Rejected
from apps.platforms.meta import faults as graph
from apps.platforms.meta.faults import Context, Fault

LABEL: Final = "Threads"

INVISIBLE: Final = (24, 4279009)  # "The requested resource does not exist", for seconds after it was made
RESTRICTED_PROFILE: Final = 4279013
RESTRICTED_ACTIVITY: Final = 2207051
FETCH_FAILED: Final = 2207052
QUOTA_USED: Final = 2207042  # Instagram's; which one Threads uses is not documented
POLICY_BLOCK: Final = 368
UNKNOWN_FIELD: Final = "nonexisting field"

# Names of refusals, wherever in the answer they stand.
_NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "THREADS_API__LINK_LIMIT_EXCEEDED": ("text", "Threads takes no more than five different links in one post."),
    "THREADS_API__FEATURE_NOT_AVAILABLE": ("options", "Threads does not offer this to the account."),
    "THREADS_API__GEO_GATING_INVALID_COUNTRY_CODES": (
        "options.countries",
        "Threads does not know one of these countries: use codes of two letters.",
    ),
}


class NotVisible(NotSent):
    """Threads does not show the object, which may be seconds old, or gone."""


class FetchFailed(NotSent):
    """Threads could not fetch a file from us; a few more tries may do."""


def failure(answer: wire.Answer, context: Context, *, of_post: bool = False) -> PlatformError:
    """The error that a refusal stands for; `of_post`: what is not there is a published post that was removed."""
    fault = graph.read_fault(answer)
    seen = graph.evidence(answer, fault, context.secrets)
    if context.acting and answer.status >= 500:
        return graph.doubtful(seen, label=LABEL)
    if of_post and fault.pair in {INVISIBLE, graph.UNSEEN}:
        return Gone("This post is no longer on Threads.", evidence=seen)
    for rule in _RULES:
        if error := rule(answer, fault, context, seen):
            return error
    error = graph.common(answer, fault, context, seen, label=LABEL)
    if isinstance(error, Rejected) and fault.code != 100:
        # An error that is in no table: nothing was published, and it says nothing about the content.
        return NotSent("Threads did not take this just now.", evidence=seen)
    return error


def _by_visibility(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.pair == INVISIBLE:
        return NotVisible("Threads has not got ready yet what was prepared for this post.", evidence=seen)
    if fault.pair == graph.UNSEEN:
        if context.acting:  # Whether the container was used up is for the search to find out.
            return graph.doubtful(seen, label=LABEL)
        return NotVisible("Threads does not show us this post at the moment.", evidence=seen)
    return None


def _by_account(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.subcode == RESTRICTED_PROFILE:
        words = "Threads has restricted this profile: its owner has to act in the Threads app, then connect it again."
        return AccountDisabled(words, evidence=seen)
    if fault.subcode == RESTRICTED_ACTIVITY or fault.code == POLICY_BLOCK:
        if context.acting and fault.code != POLICY_BLOCK:  # The post may nevertheless be live.
            return graph.doubtful(seen, label=LABEL)
        words = "Threads has blocked this account from acting for a while; look into the Threads app."
        return graph.throttled(answer, context, seen, words=words)
    return None


def _by_pace(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.subcode == QUOTA_USED:
        words = "This account has published as much as Threads allows within 24 hours."
        return graph.throttled(answer, context, seen, words=words)
    if fault.code is not None and 80000 <= fault.code < 81000:
        return graph.throttled(answer, context, seen, words="Threads asks us to slow down.")
    return None


def _by_content(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.subcode == FETCH_FAILED or "could not be fetched" in fault.message.lower():
        if context.acting:
            return graph.doubtful(seen, label=LABEL)
        return FetchFailed("Threads could not fetch this file from us.", evidence=seen)
    if fault.code is not None and (name := next((name for name in _NAMED if name in answer.text), "")):
        field, words = _NAMED[name]
        return Rejected(words, field=field, evidence=seen)
    if fault.code == 100 and "param text must be" in fault.message.lower():
        return Rejected("This text is too long for Threads: at most 500 characters.", field="text", evidence=seen)
    if fault.code == 100 and UNKNOWN_FIELD in fault.message and not context.acting:
        return NotSent("Threads did not understand what Postroom asked.", evidence=seen)
    return None


_RULES: Final[tuple[Callable[[wire.Answer, Fault, Context, Evidence], PlatformError | None], ...]] = (
    _by_visibility,
    _by_account,
    _by_pace,
    _by_content,
)


# --- containers that ended in an error --------------------------------------------------------------------------------

# A second container may fare better; a third does not.
PASSING: Final = frozenset(
    {"FAILED_DOWNLOADING_VIDEO", "FAILED_PROCESSING_AUDIO", "FAILED_PROCESSING_VIDEO", "UNKNOWN"}
)

_CONTAINER_WORDS: Final[Mapping[str, str]] = {
    "FAILED_DOWNLOADING_VIDEO": "Threads could not download this video from us, twice over.",
    "FAILED_PROCESSING_AUDIO": "Threads could not process the sound of this video.",
    "FAILED_PROCESSING_VIDEO": "Threads could not process this video.",
    # Meta writes the first of these.
    "INVALID_ASPEC_RATIO": "Threads does not take a file of this shape: crop it.",
    "INVALID_ASPECT_RATIO": "Threads does not take a file of this shape: crop it.",
    "INVALID_BIT_RATE": "The bit rate of this video is too high for Threads: at most 100 megabits a second.",
    "INVALID_DURATION": "Threads takes videos up to 5 minutes.",
    "INVALID_FRAME_RATE": "Threads takes videos of 23 to 60 frames a second.",
    "INVALID_AUDIO_CHANNELS": "Threads takes videos with mono or stereo sound.",
    "INVALID_AUDIO_CHANNEL_LAYOUT": "Threads takes videos with mono or stereo sound.",
}


def container_failure(said: str, *, field: str) -> Rejected:
    """What a container's `error_message` says about the file it was made from, or about the text."""
    if str(FETCH_FAILED) in said:
        return fetch_failure(said, field=field)
    thing = "text" if field == "text" else "file"
    words = _CONTAINER_WORDS.get(said, f"Threads could not process this {thing}.")
    return Rejected(words, field=field, evidence=_container_evidence(said[:100] or "ERROR", said))


def fetch_failure(said: str, *, field: str) -> Rejected:
    words = "Threads could not fetch this file from us, several times over."
    return Rejected(words, field=field, evidence=_container_evidence(str(FETCH_FAILED), said))


def _container_evidence(code: str, said: str) -> Evidence:
    return Evidence(status=200, code=code, text=said[: wire.MAX_EVIDENCE_CHARACTERS])
