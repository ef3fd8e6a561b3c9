"""The table of moves, and the drawing of it in docs/publishing-states.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.publishing.states import FINAL, IN_FLIGHT, MOVES, OPEN, PROVABLE, State

DRAWING = Path(__file__).resolve().parents[2] / "docs" / "publishing-states.md"
ABOUT = """# The states of a publication

Drawn from `apps/publishing/states.py` by `tests/publishing/test_states.py`, which fails while this page is stale; to
draw it again: `.venv/bin/python -m tests.publishing.test_states`. A follow-up (first comment, reply) lives the same
life after its post. `docs/decisions/0004-lease-fence-intent.md` says why.

"""


def drawn() -> str:
    """The page: a diagram, and the same as a table."""
    moves = [(start, end) for start in State for end in State if end in MOVES[start]]
    proofs = [start for start in State if start in PROVABLE and State.PUBLISHED not in MOVES[start]]
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.SCHEDULED}"]
    lines += [f"    {start} --> {end}" for start, end in moves]
    lines += [f"    {start} --> {State.PUBLISHED}: a late receipt" for start in proofs]
    lines += [f"    {state} --> [*]" for state in State if state in FINAL]
    lines += ["```", "", "| state | as people read it | goes to | kind |", "|---|---|---|---|"]
    lines += [f"| {state} | {state.label} | {_targets(state)} | {_kind(state)} |" for state in State]
    words = f"A receipt is proof, however late it comes: it also ends {', '.join(proofs)} as published."
    return ABOUT + "\n".join([*lines, "", words]) + "\n"


def _targets(state: State) -> str:
    return ", ".join(target for target in State if target in MOVES[state]) or "nowhere"


def _kind(state: State) -> str:
    if state in FINAL:
        return "final"
    if state is State.PUBLISHED:
        return "it is out"
    if state in IN_FLIGHT:
        return "in a worker's hands, or being looked for"
    return "nothing of it is out" if state in OPEN else "a person's word"


def test_the_drawing_is_not_stale() -> None:
    assert DRAWING.read_text(encoding="utf-8") == drawn()


def test_what_went_out_never_goes_out_again() -> None:
    assert {State.REMOVED} == FINAL
    assert MOVES[State.PUBLISHED] == {State.REMOVED}


@pytest.mark.parametrize("state", sorted(IN_FLIGHT))
def test_nothing_in_flight_can_be_canceled_under_its_worker(state: State) -> None:
    assert State.CANCELED not in MOVES[state]


def test_only_a_claim_begins_to_publish() -> None:
    assert [state for state in State if State.PUBLISHING in MOVES[state]] == [State.SCHEDULED, State.READY]


def test_a_lost_answer_comes_from_sending_alone() -> None:
    assert [state for state in State if State.UNCERTAIN in MOVES[state]] == [State.PUBLISHING]


if __name__ == "__main__":
    DRAWING.write_text(drawn(), encoding="utf-8")
