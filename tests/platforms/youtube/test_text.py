"""How YouTube measures what is written."""

from __future__ import annotations

import pytest

from apps.platforms.adapters.youtube.abilities import CAPABILITIES
from apps.platforms.text_youtube import tags_length
from apps.platforms.validation import problems
from tests.platforms.youtube.answers import film


@pytest.mark.parametrize(
    ("tags", "length"),
    [([], 0), (["demo"], 4), (["demo", "two words"], 16), (["a", "b", "c"], 5), (["é" * 500], 500), (["a b"], 5)],
)
def test_tags_are_measured_together_with_commas_and_quotation_marks(tags, length):
    assert tags_length(tags) == length


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (film("x" * 5000), []),
        (film("x" * 5001), ["too_long"]),
        (film("é" * 2501), ["too_many_bytes"]),
        (film("1 < 2 > 0"), ["refused_signs"]),
        (film(options={"title": "x" * 100}), []),
        (film(options={"title": "x" * 101}), ["too_long"]),
        (film(options={"title": "<b>"}), ["refused_signs"]),
        (film(options={"title": ""}), ["required"]),
        (film(options={"tags": "\n".join(["x" * 99] * 5)}), []),
        (film(options={"tags": "\n".join(["x" * 99] * 5 + ["y"])}), ["too_long"]),
        (film(options={"tags": "a " + "x" * 497}), ["too_long"]),
        (film(link="https://example.org"), ["no_link"]),
        (film("", options={"title": "No words"}), []),
    ],
)
def test_what_youtube_would_refuse_is_told_beforehand(written, codes):
    assert [problem.code for problem in problems(written, CAPABILITIES, label="YouTube")] == codes
