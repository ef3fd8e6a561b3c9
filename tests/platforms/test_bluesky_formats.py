"""Each kind of post at the simulated Bluesky, and what may go wrong with videos."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import replace
from datetime import datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.adapters.bluesky import BlueskyAdapter, film_faults, rights
from apps.platforms.contract import Credential, MediaFile, RemotePost, Staged, Trace, Verdict
from apps.platforms.errors import (
    Disconnected,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    Throttled,
    TokenExpired,
    Uncertain,
)
from apps.platforms.insights import Metric
from tests.platforms.conformance.bench import remote
from tests.platforms.conformance.bluesky_bench import BlueskyBench
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.platforms.conftest import Script
from tests.platforms.drafts import draft, picture_bytes, video, video_bytes

THREADGATE, POSTGATE = "app.bsky.feed.threadgate", "app.bsky.feed.postgate"
# What a preparation may end in: never in doubt, for nothing is public.
EARLY = (NotSent, Throttled, Rejected, Disconnected, MissingPermission, TokenExpired)
BEGAN = "2026-11-21T10:00:00+00:00"
_numbers = itertools.count(1)


@pytest.fixture
def bench(platforms_sandbox, file_address):
    usual = settings_of(platforms_sandbox, "bluesky")
    opened = BlueskyBench(platforms_sandbox, f"kinds{next(_numbers)}", file_address)
    yield opened
    opened.close()
    platforms_sandbox.set("bluesky", **usual)


@pytest.fixture
def credential(bench):
    return bench.connect()


@pytest.fixture
def record(bench):
    """The record at the key of a receipt, as anybody can read it."""

    def read(receipt, collection="app.bsky.feed.post"):
        repo, _, rkey = receipt.remote_id.removeprefix("at://").split("/")
        params = {"repo": repo, "collection": collection, "rkey": rkey}
        return bench.http.get(f"{bench.origin}/xrpc/com.atproto.repo.getRecord", params=params).json().get("value")

    return read


def calls_of(bench, ending):
    return [request for request in bench.requests if request.url.path.endswith(ending)]


# --- embeds -----------------------------------------------------------------------------------------------------------


def test_more_than_four_pictures_are_a_gallery_whose_items_say_their_shape(bench, credential, record):
    made = record(bench.publish(bench.post("Seven", pictures=7), credential))["embed"]

    assert made["$type"] == "app.bsky.embed.gallery"
    assert {item["$type"] for item in made["items"]} == {"app.bsky.embed.gallery#image"}
    assert [item["alt"] for item in made["items"]] == [f"Picture {n}" for n in range(7)]
    assert all(item["aspectRatio"]["width"] > 0 for item in made["items"])

    shapeless = bench.post("Five", pictures=5)
    shapeless = replace(shapeless, media=(*shapeless.media[:4], replace(shapeless.media[4], width=0)))
    with pytest.raises(Rejected) as refused:
        bench.stage(shapeless, credential, key="k")
    assert refused.value.field == "media.4"


def test_a_link_card_tells_what_the_page_says_or_what_the_person_wrote(bench, credential, record, serve):
    page = b"""<html><head><title> Acme  spring </title><meta property="og:image" content="/thumb.jpg">
        <meta name="description" content="All &amp; everything"></head>"""
    html = {"content-type": "text/html; charset=utf-8"}
    site = serve(
        Script(
            {
                "GET /old": [(301, b"", {"location": "/spring"})],
                "GET /spring": [(200, page, html)],
                "GET /thumb.jpg": [(200, picture_bytes(), {"content-type": "image/jpeg"})],
                "GET /broken": [(200, page.replace(b"/thumb.jpg", b"/cut.jpg"), html)],
                "GET /cut.jpg": [(200, picture_bytes()[:200], {"content-type": "image/jpeg"})],
            }
        )
    )
    link = f"{site.origin}/old"

    card = record(bench.publish(draft("Look", link=link), credential))["embed"]["external"]
    assert (card["uri"], card["title"], card["description"]) == (link, "Acme spring", "All & everything")
    assert card["thumb"]["mimeType"] == "image/jpeg"

    written = {"card_title": "Ours", "card_description": "Words"}
    broken = draft("Look", link=f"{site.origin}/broken", options=written)
    card = record(bench.publish(broken, credential, key="k2"))["embed"]["external"]
    assert (card["title"], card["description"]) == ("Ours", "Words")
    assert "thumb" not in card, "a picture that the server cannot read is left out"

    unreachable = draft("Look", link="http://127.0.0.1:1/nobody")
    card = record(bench.publish(unreachable, credential, key="k3"))["embed"]["external"]
    assert card == {"uri": "http://127.0.0.1:1/nobody", "title": "127.0.0.1", "description": ""}


@pytest.mark.parametrize(
    "written", ["{app}/profile/{handle}/post/{rkey}", "{uri}", "{app}/profile/{did}/post/{rkey}?x"]
)
def test_a_post_quotes_another_beside_its_pictures(bench, credential, record, written):
    quoted = bench.publish(bench.post("Quote me"), credential)
    did, _, rkey = quoted.remote_id.removeprefix("at://").split("/")
    address = written.format(app="https://bsky.app", handle=bench.handle, did=did, rkey=rkey, uri=quoted.remote_id)

    post = bench.post("I quote", pictures=1, options={"quote": address})
    embed = record(bench.publish(post, credential, key="k2"))["embed"]

    assert embed["$type"] == "app.bsky.embed.recordWithMedia"
    assert embed["record"]["record"] == {"uri": quoted.remote_id, "cid": quoted.facts["cid"]}
    assert len(embed["media"]["images"]) == 1


@pytest.mark.parametrize("address", ["https://acme.test", "https://bsky.app/profile/nobody.test/post/3mzakfuhe222b"])
def test_a_quote_of_nothing_is_refused_before_anything_is_uploaded(bench, credential, address):
    with pytest.raises(Rejected) as refused:
        bench.stage(bench.post("I quote", pictures=1, options={"quote": address}), credential, key="k")
    assert refused.value.field == "options.quote"
    assert calls_of(bench, "uploadBlob") == []


# --- gates, labels, languages -----------------------------------------------------------------------------------------


def test_a_post_and_its_gates_go_out_in_one_write_and_vanish_together(bench, credential, record):
    options = {
        "who_replies": "mentioned", "no_quotes": "yes", "label": "nudity", "signed_in_only": "yes",
        "languages": "de\nfr\nit", "tags": "spring\n#sale",
    }  # fmt: skip
    post = bench.post("Not for everybody", language="en", options=options)
    staged = bench.stage(post, credential, key="k")
    bench.strike("lost_after", "gated")
    with pytest.raises(Uncertain):
        bench.adapter.commit(post, staged, credential, key="k")

    found = bench.adapter.find(Trace(post, staged, "k", bench.clock()), credential)
    again = bench.adapter.commit(post, staged, credential, key="k")  # the server answers 500: the key is taken

    assert found.verdict is Verdict.FOUND
    assert found.receipt == again
    assert len(bench.seen()) == 1
    made = record(again)
    assert (made["langs"], made["tags"]) == (["en", "de", "fr"], ["spring", "sale"])
    assert [one["val"] for one in made["labels"]["values"]] == ["nudity", "!no-unauthenticated"]
    assert record(again, THREADGATE)["allow"] == [{"$type": f"{THREADGATE}#mentionRule"}]
    assert record(again, THREADGATE)["post"] == again.remote_id
    assert record(again, POSTGATE)["embeddingRules"] == [{"$type": f"{POSTGATE}#disableRule"}]

    bench.adapter.delete(remote(again), credential)
    assert [record(again, one) for one in ("app.bsky.feed.post", THREADGATE, POSTGATE)] == [None] * 3


def test_only_posts_of_the_account_are_deleted(bench, credential):
    for address in ("at://did:plc:somebody/app.bsky.feed.post/3mzakfuhe222b", "https://bsky.app/x"):
        with pytest.raises(Rejected):
            bench.adapter.delete(RemotePost(address), credential)
    assert calls_of(bench, "deleteRecord") == []


# --- videos -----------------------------------------------------------------------------------------------------------


class Counted(io.BytesIO):
    """A file that knows how much of it was read."""

    read_bytes = 0

    def read(self, size=-1):
        assert size is not None
        assert 0 < size <= 256 * 1024, "never a video whole"
        piece = super().read(size)
        type(self).read_bytes += len(piece)
        return piece


def film(filling=2_400_000, **changes) -> MediaFile:
    content = video_bytes(size=filling)

    class File(Counted):
        pass

    return video(content=content, open=lambda: File(content), name=File, **changes)


@pytest.mark.parametrize("multipart", [True, False])
def test_a_video_is_read_once_in_pieces_and_its_tokens_are_not_kept(bench, credential, record, multipart):
    bench.sandbox.set("bluesky", video_multipart=multipart)
    file = film(alt="Waves")
    post = draft("A film", file, options={"loops": "yes"})
    steps, staged = [], None
    while staged is None or not staged.ready:
        staged = bench.adapter.stage(post, credential, key="k", before=staged)
        steps.append(json.dumps(dict(staged.data)))
        bench.clock.advance(seconds=staged.again_in.total_seconds())
    receipt = bench.adapter.commit(post, staged, credential, key="k")

    assert file.name.read_bytes == file.size
    tokens = {request.headers["authorization"].partition(" ")[2] for request in calls_of(bench, "Upload")}
    assert tokens
    assert not any(token in step for token in tokens for step in steps)
    embed = record(receipt)["embed"]
    assert (embed["alt"], embed["presentation"]) == ("Waves", "gif")
    assert embed["aspectRatio"] == {"width": 720, "height": 1280}

    # The same file again is there already: its blob is answered at once, or for the job.
    again = bench.publish(draft("Again", file), credential, key="k2")
    assert record(again)["embed"]["video"] == embed["video"]


def test_an_upload_that_was_cut_off_sends_only_the_parts_that_are_missing(bench, credential):
    file = film()
    post = draft("A film", file)
    begun = bench.adapter.stage(post, credential, key="k", before=None)
    bench.sandbox.fault("error_before", platform="bluesky", path=r"finishUpload$")
    with pytest.raises(NotSent):
        bench.adapter.stage(post, credential, key="k", before=begun)

    bench.fresh().stage(post, credential, key="k", before=begun)

    assert len(calls_of(bench, "uploadPart")) == 3
    assert file.name.read_bytes == file.size


@pytest.mark.parametrize(
    ("switches", "changes", "error"),
    [
        ({"videos_per_day": 0}, {}, Throttled),
        ({"email_confirmed": False}, {}, Rejected),
        ({}, {"seconds": 700.0}, Rejected),
        ({}, {"mime_type": "video/avi"}, Rejected),
        ({"video_failure": "encoding_failure"}, {}, Rejected),
        ({"video_failure": "pds_upload_unsupported_blob_size"}, {}, Rejected),
        ({"video_failure": "pds_upload_failure"}, {}, NotSent),
    ],
)
def test_a_video_that_bluesky_does_not_take_is_said_to_be_so(bench, credential, switches, changes, error):
    bench.sandbox.set("bluesky", **switches)
    with pytest.raises(error) as refused:
        bench.stage(draft("A film", replace(video(filling=1000), **changes)), credential, key="k")
    if error is Rejected:
        assert refused.value.field == "media.0"
    assert bench.seen() == []


def test_a_video_goes_alone_and_a_limited_consent_sends_nothing(bench, credential):
    both = draft("Both", video(), bench.picture())
    with pytest.raises(Rejected):
        bench.stage(both, credential, key="k")
    with pytest.raises(MissingPermission):
        bench.stage(draft("A film", video()), replace(credential, scopes=("atproto",)), key="k")
    assert calls_of(bench, "startUpload") == []


def test_what_the_service_says_of_a_limit_decides_whether_waiting_helps(clock):
    waits = [{"remainingDailyVideos": 0}, {"remainingDailyBytes": 0}, {"message": "Daily limit reached"}]
    assert all(isinstance(film_faults.not_allowed(told, now=clock()), Throttled) for told in waits)
    assert isinstance(film_faults.not_allowed({"message": "Confirm your e-mail"}, now=clock()), Rejected)


odd = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["", "created", "completed", "x"]),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(
            [
                "canUpload", "token", "did", "jobId", "partSizeBytes", "partCount", "state", "receivedParts",
                "jobStatus", "completedJobId", "blob", "ref", "$link", "mimeType", "size",
                "failureCode", "error", "message",
            ]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    answers=st.lists(st.tuples(st.sampled_from([200, 200, 200, 400, 404, 409, 429, 500]), odd), min_size=1, max_size=8),
    step=st.sampled_from([{}, {"upload": "u", "part": 100, "count": 2}, {"job": "j", "polls": 0, "began": BEGAN}]),
)
def test_odd_answers_of_the_video_service_are_errors_by_name_and_never_a_video(answers, step):
    waiting = list(answers)

    def answer(request):
        status, value = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return httpx.Response(status, text=json.dumps(value))

    file = video(content=b"x" * 150)
    before = Staged({"film": {"file": file.sha256, "tries": 0, **step}}, ready=False)
    token = Credential("did:plc:me", Secret("access-token-1"), server="https://pds.test")
    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        adapter = BlueskyAdapter(http=http, endpoints={}, clock=lambda: datetime.fromisoformat(BEGAN))
        try:
            staged = adapter.stage(draft("A film", file), token, key="k", before=before)
        except EARLY:
            return
    assert not staged.ready or set(staged.data["record"]["embed"]["video"]) >= {"ref", "mimeType", "size"}
    json.dumps(dict(staged.data))


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_figures_of_a_post_wait_for_its_index_and_end_with_it(bench, credential):
    bench.sandbox.set("bluesky", index_seconds=60)
    post = remote(bench.publish(bench.post("Counted"), credential))
    with pytest.raises(NotSent):
        bench.adapter.post_metrics(post, credential)
    proxied = [one for one in calls_of(bench, "getPosts") if "atproto-proxy" in one.headers]
    assert [one.headers["atproto-proxy"] for one in proxied] == ["did:web:api.bsky.app#bsky_appview"] * len(proxied)
    assert proxied, "what the public is not told is asked for in the account's name"

    bench.sandbox.advance(hours=30)
    told = bench.adapter.post_metrics(post, bench.lasting(credential))
    assert told.values[Metric.SHARES] == told.raw["repostCount"] + told.raw["quoteCount"]
    assert Metric.VIEWS not in told.values


def test_a_post_that_another_program_deleted_is_gone(bench, credential):
    with pytest.raises(Gone):
        bench.adapter.post_metrics(
            RemotePost(f"at://{credential.remote_user_id}/app.bsky.feed.post/3mzakfuhe222b"), credential
        )


def test_own_posts_are_without_replies_and_name_their_kind_and_pictures(bench, credential, http):
    first = bench.publish(bench.post("With a picture", pictures=1), credential)
    bench.publish(bench.comment("Below", first), credential, key="k2")

    (post,) = bench.adapter.own_posts(credential).posts

    assert (post.text, post.kind, post.facts["cid"]) == ("With a picture", "images", first.facts["cid"])
    assert post.url == first.remote_url
    assert http.get(post.media_urls[0]).content == bench.picture().open().read()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"policy": "5000;w=3600", "limit": "5000", "remaining": "1250"}, ("points", 5000, 1250, 0.75)),
        ({"policy": "35000;w=86400", "limit": "35000", "remaining": "35000"}, ("points_day", 35000, 35000, 0.0)),
        ({"policy": "1000;w=86400", "limit": "1000", "remaining": "0"}, ("uploads", 1000, 0, 1.0)),
        ({"policy": "3000;w=300"}, ("requests", 3000, None, None)),
        ({"policy": "nonsense", "limit": "x"}, None),
        ({}, None),
    ],
)
def test_the_headers_tell_which_limit_is_the_tightest(clock, headers, expected):
    reset = int(clock().timestamp()) + 600
    told = {f"ratelimit-{name}": value for name, value in headers.items()} | {"ratelimit-reset": str(reset)}

    usage = BlueskyAdapter.usage(told, now=clock())

    assert [(one.limit, one.amount, one.remaining, one.share) for one in usage] == ([expected] if expected else [])
    assert all((one.reset_at - clock()).total_seconds() == 600 for one in usage)
    assert {one.limit for one in usage} <= {one.name for one in rights.LIMITS}
