"""Operations on posts, on what goes out of them, and on the connections that they hang on."""

from __future__ import annotations

from apps.posts.errors import NotInWorkspace, PostChanged, PostMalformed, PostNotReady, RefTaken
from apps.posts.problem import ReadinessProblem
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.queues import QueueRefused
from apps.tenants.rest import ids, problems
from apps.tenants.rest.problems import Fault, Problem


def pointer_of(field: str) -> str:
    """Where in a post, as the API shows it, a field of the writing desk is: its main part is the first of parts."""
    if field.split(".")[0] in ("text", "media", "link"):
        return f"/parts/0/{field.replace('.', '/')}"
    if field.startswith("options."):
        return f"/overrides/{field.replace('.', '/')}"
    return f"/{'scheduled_at' if field == 'due_at' else field.replace('.', '/')}" if field else ""


def fault_of(problem: ReadinessProblem) -> Fault:
    account = ids.public(ids.ACCOUNT, problem.account_id) if problem.account_id else ""
    return Fault(pointer_of(problem.field), problem.code, problem.words, account=account)


@problems.of(PostNotReady)
def _not_ready(error: PostNotReady) -> Problem:
    faults = [fault_of(problem) for problem in error.problems]
    return Problem(422, "not_ready", "The post cannot go out like this; errors says why.", faults=faults)


@problems.of(PostMalformed)
def _malformed(error: PostMalformed) -> Problem:
    return problems.invalid(pointer_of(error.field), error.words, code="malformed")


@problems.of(NotInWorkspace)
def _not_there(error: NotInWorkspace) -> Problem:
    return problems.invalid("", f"{error}.", code="not_found")


@problems.of(PostChanged)
def _changed(error: PostChanged) -> Problem:
    return Problem(412, "precondition_failed", "It has changed meanwhile. Read it again.")


@problems.of(RefTaken)
def _ref_taken(error: RefTaken) -> Problem:
    words = f"{error.words} It is {ids.public(ids.POST, error.post_id)}."
    return Problem(409, "taken", words, faults=[Fault("/external_ref", "taken", words)])


@problems.of(PostBusy)
def _busy(error: PostBusy) -> Problem:
    return Problem(409, "busy", error.words)


@problems.of(QueueRefused)
def _no_such_queue(error: QueueRefused) -> Problem:
    pointer = f"/{error.field}" if error.field else ""
    if error.code in ("taken", "busy"):
        return Problem(409, error.code, error.words, faults=[Fault(pointer, error.code, error.words)])
    return problems.invalid(pointer, error.words, code=error.code)


@problems.of(DecisionIncomplete)
def _incomplete(error: DecisionIncomplete) -> Problem:
    return problems.invalid(f"/{error.field}", error.words)
