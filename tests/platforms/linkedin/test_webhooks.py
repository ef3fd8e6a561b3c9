"""Listening to a page of the simulated LinkedIn: the challenge, the subscription, and what is told."""

from __future__ import annotations

import json
import time

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.linkedin import LinkedInAdapter
from apps.platforms.errors import NotOffered, Rejected
from apps.platforms.inbound import Forged, Incoming, NoticeKind
from tests.platforms.conftest import reply
from tests.platforms.linkedin.conftest import CLIENT


class PostRoom:
    """Our side: it answers the challenge and keeps what is delivered."""

    def __init__(self, client):
        self.client = client
        self.deliveries = []

    def __call__(self, request, body):
        query = request.path.partition("?")[2]
        asked = Incoming(
            request.command,
            {name.lower(): value for name, value in request.headers.items()},
            dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair),
            body,
            None,
        )
        if answer := LinkedInAdapter.inbound.handshake(asked, client=self.client, verify_token=Secret("")):
            reply(request, answer.status, answer.body.encode(), content_type=answer.content_type)
            return
        self.deliveries.append(asked)
        reply(request, 200, b"")

    def heard(self, *, seconds=5.0):
        """What was delivered, as soon as there is something."""
        until = time.monotonic() + seconds
        while not self.deliveries and time.monotonic() < until:
            time.sleep(0.01)
        return self.deliveries


@pytest.fixture
def listening(bench, serve):
    """`listening(client)`: a page, its credential and a post room that believes in `client`."""

    def start(client):
        room = PostRoom(client)
        bench.adapter.endpoints["application"] = "210000700"
        bench.adapter.endpoints["webhook"] = f"{serve(room).origin}/hook"
        return room, bench.connect()

    return start


def test_a_page_that_is_listened_to_tells_of_comments(bench, listening):
    room, credential = listening(bench.client())
    bench.adapter.listen(credential)
    bench.adapter.listen(credential)
    main = bench.publish(bench.post("Main"), credential)
    bench.publish(bench.comment("First!", main), credential, key="key-2")
    bench.clock.advance(minutes=1)

    delivery = room.heard()[0]
    notice = LinkedInAdapter.inbound.notices(delivery, client=bench.client())[0]
    assert notice.kind is NoticeKind.COMMENT
    assert notice.remote_user_id == credential.channel_id
    assert notice.dedupe_key
    with pytest.raises(Forged):
        LinkedInAdapter.inbound.notices(delivery, client=CLIENT)

    bench.adapter.stop_listening(credential)
    bench.adapter.stop_listening(credential)


def test_an_address_that_does_not_know_the_secret_is_not_taken(bench, listening):
    _, credential = listening(CLIENT)
    with pytest.raises(Rejected):
        bench.adapter.listen(credential)


def test_a_member_and_an_app_without_webhooks_are_not_listened_to(linkedin, page, member):
    server, adapter = linkedin({}, application="7", webhook="https://a.example/hook")
    with pytest.raises(NotOffered):
        adapter.listen(member)
    server, adapter = linkedin({})
    with pytest.raises(NotOffered):
        adapter.listen(page)
    assert server.requests == []


def test_a_subscription_is_named_by_encoded_urns_between_bare_brackets(linkedin, page, sent):
    key = (
        "(developerApplication:urn%3Ali%3AdeveloperApplication%3A7,user:urn%3Ali%3Aperson%3Aabc123,"
        "entity:urn%3Ali%3Aorganization%3A555,eventType:ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS)"
    )
    answers = {f"PUT /rest/eventSubscriptions/{key}": [(204, b"")]}
    server, adapter = linkedin(answers, application="7", webhook="https://a.example/hook")
    adapter.listen(page)
    assert json.loads(server.bodies[0]) == {"webhook": "https://a.example/hook"}
    assert sent[0].headers["LinkedIn-Version"]
