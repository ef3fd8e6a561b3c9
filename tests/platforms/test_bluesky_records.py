"""Record keys, content hashes and the record itself."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.platforms.adapters.bluesky import cid, records, tid
from apps.platforms.contract import Draft, RemotePost
from apps.platforms.errors import Rejected

NOON = datetime(2026, 11, 1, 10, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS = 1_793_527_200_000_000
MOMENTS = st.integers(0, 7_000_000_000_000).map(lambda milliseconds: EPOCH + timedelta(milliseconds=milliseconds))


@pytest.mark.parametrize(
    ("microseconds", "clock_id", "text"),
    [
        (MICROSECONDS, 0, "3mzakfuhe2222"),
        (MICROSECONDS, 7, "3mzakfuhe222b"),
        (MICROSECONDS, 31, "3mzakfuhe222z"),
        (MICROSECONDS, 1023, "3mzakfuhe22zz"),
        (MICROSECONDS + 1, 0, "3mzakfuhe2322"),
        (0, 0, "2222222222222"),
    ],
)
def test_a_record_key_is_a_time_stamp(microseconds, clock_id, text):
    assert tid.encode(microseconds, clock_id) == text
    assert tid.is_tid(text)


@pytest.mark.parametrize("text", ["zzzzzzzzzzz2a", "3JZFCIJPJ2Z2A", "3jzf-cij-pj2z-2a", "", "3mzakfuhe222"])
def test_what_is_no_record_key(text):
    assert not tid.is_tid(text)


@given(key=st.text(), moment=MOMENTS)
def test_the_same_key_and_moment_always_give_the_same_valid_record_key(key, moment):
    assert tid.for_key(key, moment) == tid.for_key(key, moment)
    assert tid.is_tid(tid.for_key(key, moment))


@given(first=st.text(), second=st.text(), moment=MOMENTS)
def test_record_keys_rise_with_time_whatever_the_key(first, second, moment):
    assert tid.for_key(first, moment) < tid.for_key(second, moment + timedelta(milliseconds=1))


def test_a_hundred_parts_staged_at_one_instant_do_not_collide():
    assert len({tid.for_key(f"publication-{number}", NOON) for number in range(100)}) == 100


def test_the_content_hash_is_the_servers():
    record = {"$type": "app.bsky.feed.post", "text": "hello", "createdAt": "2026-11-21T10:00:00.000Z"}

    assert cid.of_record(record) == "bafyreigwhfvtrg6hnvwa36qleipbmk3fbj4gbkn3txtfayw4zcvuas34m4"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ({"b": 1, "aa": [True, False, None], "a": -1}, "a3616120616201626161" + "83f5f4f6"),
        ([23, 24, 256, 65536, 2**32], "85171818190100" + "1a00010000" + "1b0000000100000000"),
        (
            {"$link": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"},
            "d82a582500" + "01551220" + "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        ),
    ],
)
def test_canonical_bytes(value, encoded):
    assert cid.encode(value).hex() == encoded


def test_a_fraction_has_no_canonical_form():
    with pytest.raises(ValueError, match="float"):
        cid.encode({"width": 1.5})


def test_a_moment_is_written_in_utc_with_milliseconds():
    assert records.timestamp(NOON) == "2026-11-01T10:00:00.000Z"
    assert records.timestamp(NOON.astimezone(timezone(timedelta(hours=2)))) == "2026-11-01T10:00:00.000Z"


def test_a_reply_names_the_post_it_answers_and_the_one_that_began():
    root, parent = RemotePost("at://did/app/1", {"cid": "bafy1"}), RemotePost("at://did/app/2", {"cid": "bafy2"})

    record = records.post_record(Draft("third", root=root, parent=parent), records.Parts(), created_at=NOON)

    assert record["reply"] == {
        "root": {"uri": "at://did/app/1", "cid": "bafy1"},
        "parent": {"uri": "at://did/app/2", "cid": "bafy2"},
    }


def test_a_reply_to_a_post_of_unknown_content_is_refused():
    with pytest.raises(Rejected) as refusal:
        records.post_record(Draft("second", parent=RemotePost("at://did/app/1")), records.Parts(), created_at=NOON)

    assert refusal.value.field == "parent"


def test_a_plain_text_has_no_empty_decorations():
    assert records.post_record(Draft("hello", language="de"), records.Parts(), created_at=NOON) == {
        "$type": "app.bsky.feed.post",
        "text": "hello",
        "createdAt": "2026-11-01T10:00:00.000Z",
        "langs": ["de"],
    }
