"""Threads: chains of posts, replies and conversations, and who may answer whom."""

from __future__ import annotations

import pytest

from tests.sandbox.threads_client import SCOPES, Threads, code_of, message_of


@pytest.fixture
def threads(sandbox):
    with Threads(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def fan(sandbox):
    """Somebody else, who may find posts by their words."""
    with Threads(sandbox, "lumenyoga") as client:
        yield client


def test_a_chain_hangs_each_part_under_the_one_before(threads):
    root = threads.post("part 1")
    second = threads.post("part 2", reply_to_id=root)
    third = threads.post("part 3", reply_to_id=second)

    fields = "id,text,replied_to{id},root_post{id},is_reply,is_reply_owned_by_me,hide_status"
    latest, earlier = threads.list("me/replies", fields=fields)
    assert latest == {
        "id": third,
        "text": "part 3",
        "replied_to": {"id": second},
        "root_post": {"id": root},
        "is_reply": True,
        "is_reply_owned_by_me": True,
        "hide_status": "NOT_HUSHED",
    }
    assert earlier["replied_to"] == {"id": root}
    assert threads.list("me/threads", fields="id,is_reply,has_replies,root_post") == [
        {"id": root, "is_reply": False, "has_replies": True}
    ]


def test_publishing_a_reply_counts_as_a_comment(threads):
    threads.post("part 2", reply_to_id=threads.post("part 1"))

    assert (threads.sandbox.count("threads", "commit"), threads.sandbox.count("threads", "comment")) == (1, 1)


def test_replies_are_the_first_level_and_a_conversation_is_all_of_them(threads, fan):
    root = threads.post("Fresh beans")
    answer = fan.post("Lovely", reply_to_id=root)
    thanks = threads.post("Thanks", reply_to_id=answer)

    assert threads.list(f"{root}/replies", fields="id,username") == [{"id": answer, "username": "lumenyoga"}]
    assert [one["id"] for one in threads.list(f"{root}/conversation")] == [thanks, answer]
    assert threads.list(f"{answer}/replies") == [{"id": thanks}]
    assert message_of(threads.get(f"/v1.0/{answer}/conversation"))
    assert threads.read(answer, "is_reply_owned_by_me,text") == {
        "id": answer,
        "is_reply_owned_by_me": False,
        "text": "Lovely",
    }


def test_a_reply_needs_its_scope(sandbox):
    with Threads(sandbox, "harbourcoffee", scopes=["threads_basic", "threads_content_publish"]) as threads:
        assert code_of(threads.stage(text="part 2", reply_to_id=threads.post("part 1"))) == (10, None)


def test_one_answers_in_ones_own_conversations_alone_unless_one_may_search(threads, sandbox):
    post = threads.post("Fresh beans")
    with Threads(sandbox, "northlight", scopes=list(SCOPES)) as stranger:
        assert code_of(stranger.stage(text="Lovely", reply_to_id=post)) == (10, None)
    with Threads(sandbox, "northlight", scopes=[*SCOPES, "threads_keyword_search"]) as seeker:
        assert seeker.stage(text="Lovely", reply_to_id=post).status_code == 200


def test_what_is_gone_cannot_be_answered(threads):
    post = threads.post("Oops")
    threads.call("DELETE", f"/v1.0/{post}")

    assert code_of(threads.stage(text="Late", reply_to_id=post)) == (100, 33)


def test_a_chain_goes_on_when_its_middle_was_deleted(threads):
    root = threads.post("part 1")
    middle = threads.post("part 2", reply_to_id=root)
    last = threads.post("part 3", reply_to_id=middle)
    threads.call("DELETE", f"/v1.0/{middle}")

    assert threads.read(last, "root_post")["root_post"] == {"id": root}


def test_those_who_are_named_find_it_among_their_mentions(threads, fan):
    mentioned = fan.post("Coffee at @harbourcoffee.")
    fan.post("Coffee at @harbourcoffeehouse")
    threads.post("We are @harbourcoffee")

    assert threads.list("me/mentions", fields="id,username") == [{"id": mentioned, "username": "lumenyoga"}]
