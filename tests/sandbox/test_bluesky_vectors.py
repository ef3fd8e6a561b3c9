"""The sandbox's Bluesky agrees with known values of the protocol, byte for byte."""

import pytest

from apps.sandbox.bluesky import dagcbor, lexicon, proofs, schema, tid

HELLO = {"$type": "app.bsky.feed.post", "text": "hello", "createdAt": "2026-11-21T10:00:00.000Z"}
HELLO_BYTES = (
    "a364746578746568656c6c6f652474797065726170702e62736b792e666565642e706f73746963726561746564417478183230"
    "32362d31312d32315431303a30303a30302e3030305a"
)


def test_a_record_has_the_bytes_and_the_cid_of_the_real_server():
    assert dagcbor.encode(HELLO).hex() == HELLO_BYTES
    assert dagcbor.record_cid(HELLO) == "bafyreigwhfvtrg6hnvwa36qleipbmk3fbj4gbkn3txtfayw4zcvuas34m4"


def test_the_order_of_fields_does_not_matter_to_a_cid():
    assert dagcbor.record_cid(dict(reversed(HELLO.items()))) == dagcbor.record_cid(HELLO)


def test_a_file_has_the_cid_of_the_real_server():
    assert dagcbor.blob_cid(b"hello") == "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, "f6"),
        (True, "f5"),
        (23, "17"),
        (24, "1818"),
        (65536, "1a00010000"),
        (-1, "20"),
        ([1, "a"], "82016161"),
        ({"$bytes": "aGk"}, "426869"),
    ],
)
def test_values_take_their_shortest_form(value, encoded):
    assert dagcbor.encode(value).hex() == encoded


def test_a_link_is_a_tagged_cid():
    link = dagcbor.blob_cid(b"hello")

    assert dagcbor.encode({"$link": link}) == bytes.fromhex("d82a582500") + dagcbor.decode_cid(link)


@pytest.mark.parametrize("value", [1.5, {"$link": "bafy"}, 2**64], ids=str)
def test_what_the_data_model_does_not_know_is_refused(value):
    with pytest.raises(dagcbor.NotEncodable):
        dagcbor.encode(value)


@pytest.mark.parametrize(
    ("micros", "clock_id", "key"),
    [
        (1793527200000000, 0, "3mzakfuhe2222"),
        (1793527200000000, 7, "3mzakfuhe222b"),
        (1793527200000000, 31, "3mzakfuhe222z"),
        (1793527200000000, 1023, "3mzakfuhe22zz"),
        (1793527200000001, 0, "3mzakfuhe2322"),
        (0, 0, "2222222222222"),
    ],
)
def test_a_tid_is_a_time_and_a_clock(micros, clock_id, key):
    assert tid.tid(micros, clock_id) == key
    assert tid.is_tid(key)
    assert tid.micros_of(key) == micros


@pytest.mark.parametrize("text", ["zzzzzzzzzzz2a", "3JZFCIJPJ2Z2A", "3jzf-cij-pj2z-2a", "my-key", ""])
def test_no_tid_is(text):
    assert not tid.is_tid(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [("👨‍👩‍👧‍👦", 1), ("🇩🇪", 1), ("🙋🏽", 1), ("e\u0301", 1), ("1️⃣", 1), ("漢", 1), ("한국어", 3)],
)
def test_a_grapheme_is_what_a_reader_calls_a_character(text, count):
    assert schema.graphemes(text) == count


@pytest.mark.parametrize("text", ["a" * 300, "👨‍👩‍👧‍👦" * 120, "e\u0301" * 300, ""])
def test_text_within_both_limits_is_a_valid_post(text):
    assert lexicon.check_record(lexicon.POST, "3mzakfuhe222b", {**HELLO, "text": text}) == "valid"


def test_pkce_ath_and_thumbprint_match_their_standards():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    key = {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }

    assert proofs.s256(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert proofs.token_hash("at-token-1") == "VO5I4q__Sms0BLJeMco4YGGPKIwPSC7VHH87UqfaXjQ"
    assert proofs.thumbprint(key) == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
