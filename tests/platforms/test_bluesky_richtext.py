"""What becomes clickable in a Bluesky post."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.platforms.adapters.bluesky import richtext

DID = "did:plc:aaaabbbbccccddddeeeeffff"
PIECES = st.sampled_from(
    [
        "@ann.bsky.social",
        "https://acme.test/a_(b)",
        "acme.com/x",
        "#tag",
        "#👋",
        "é",
        "👨‍👩‍👧‍👦",
        "漢",
        " ",
        "\n",
        "(",
        ")",
        ".",
        ",",
        "#",
        "@",
    ]
)


def linked(text, **dids):
    known = {handle.replace("_", "."): did for handle, did in dids.items()}
    raw = text.encode()
    return [
        (raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), value)
        for facet in richtext.facets(text, known)
        for name, value in facet["features"][0].items()
        if name != "$type"
    ]


def test_offsets_are_counted_in_bytes():
    text = "Hé @ann.bsky.social 👋 https://acme.test/a #tag"

    found = richtext.facets(text, {"ann.bsky.social": DID})

    assert [(facet["index"]["byteStart"], facet["index"]["byteEnd"]) for facet in found] == [
        (4, 20),
        (26, 45),
        (46, 50),
    ]
    assert [facet["features"] for facet in found] == [
        [{"$type": "app.bsky.richtext.facet#mention", "did": DID}],
        [{"$type": "app.bsky.richtext.facet#link", "uri": "https://acme.test/a"}],
        [{"$type": "app.bsky.richtext.facet#tag", "tag": "tag"}],
    ]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See https://acme.test/a.", "https://acme.test/a"),
        ("(https://acme.test/a)", "https://acme.test/a"),
        ("https://acme.test/a_(b)", "https://acme.test/a_(b)"),
        ("https://acme.test/?q=1,2&r=#top!", "https://acme.test/?q=1,2&r=#top"),
        ('"quoted" https://acme.test/a"', "https://acme.test/a"),
    ],
)
def test_the_end_of_a_sentence_is_no_part_of_a_link(text, link):
    assert linked(text) == [(link, link)]


@pytest.mark.parametrize(
    ("text", "shown", "address"),
    [
        ("Now at acme.com/sale!", "acme.com/sale", "https://acme.com/sale"),
        ("acme.de", "acme.de", "https://acme.de"),
        ("try shop.acme.berlin:8080/x", "shop.acme.berlin:8080/x", "https://shop.acme.berlin:8080/x"),
    ],
)
def test_a_bare_domain_is_linked_as_typed(text, shown, address):
    assert linked(text) == [(shown, address)]


@pytest.mark.parametrize(
    "text", ["done.So we", "i.e. so", "v1.2.3", "ann@acme.com", "ann.lee@acme.com", "https://", "https://[oops"]
)
def test_what_only_looks_like_an_address_stays_text(text):
    assert linked(text) == []


def test_a_mention_nobody_could_resolve_stays_text():
    assert linked("Thanks @ann.bsky.social, @bob.test.", ann_bsky_social=DID) == [("@ann.bsky.social", DID)]


def test_handles_to_resolve_are_named_once_in_lower_case():
    assert richtext.mentioned_handles("@Ann.bsky.social (@bob.example.com) @ann.bsky.social a@b.c") == [
        "ann.bsky.social",
        "bob.example.com",
    ]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#one, #two! #three3", ["one", "two", "three3"]),
        ("#1 #2026 #", []),
        ("#2026goals", ["2026goals"]),
        ("#über-cool", ["über-cool"]),
        ("not#atag", []),
        ("#" + "a" * 64, ["a" * 64]),
        ("#" + "a" * 65, []),
        ("＃漢字", ["漢字"]),
    ],
)
def test_tags_are_words_and_not_numbers(text, tags):
    assert [value for _, value in linked(text)] == tags


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_facets_never_overlap_and_always_cut_the_text_between_characters(text):
    raw, end = text.encode(), 0
    handles = dict.fromkeys(richtext.mentioned_handles(text), DID)

    for facet in richtext.facets(text, handles):
        index = facet["index"]
        assert end <= index["byteStart"] < index["byteEnd"] <= len(raw)
        assert raw[index["byteStart"] : index["byteEnd"]].decode() in text
        end = index["byteEnd"]


@given(st.lists(PIECES, max_size=30).map("".join))
def test_a_facet_covers_what_it_points_at(text):
    for shown, value in linked(text, ann_bsky_social=DID):
        assert shown.lstrip("#＃") == value or value.endswith(shown) or shown == "@ann.bsky.social"
