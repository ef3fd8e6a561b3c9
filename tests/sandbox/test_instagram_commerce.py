"""Instagram: products that are tagged, and posts that somebody has paid for: with Facebook Login alone."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.clients import Instagram
from tests.sandbox.facebook_client import code_of, film
from tests.sandbox.gallery import picture
from tests.sandbox.instagram_client import LinkedInstagram

PLACED = {"product_id": "5001", "x": 0.5, "y": 0.4}


@pytest.fixture
def linked(sandbox):
    with LinkedInstagram(sandbox, "harbourcoffee") as client:
        yield client


def test_a_picture_shows_products_in_their_places(linked, gallery):
    tags, sponsors = json.dumps([PLACED]), json.dumps(["17841400000000009"])
    container = linked.container(
        image_url=gallery.hang(picture()), product_tags=tags, branded_content_sponsor_ids=sponsors
    )
    linked.sandbox.advance(seconds=2)
    assert linked.publish(container).status_code == 200

    (post,) = linked.sandbox.posts("instagram")
    told = {name: post["data"][name] for name in ("product_tags", "branded_content_sponsor_ids", "is_paid_partnership")}
    assert told == {
        "product_tags": [PLACED],
        "branded_content_sponsor_ids": ["17841400000000009"],
        "is_paid_partnership": True,
    }


def test_a_reel_shows_products_without_places(linked, gallery):
    url = gallery.hang(film())
    reel = {"media_type": "REELS", "video_url": url, "is_paid_partnership": "true"}
    container = linked.container(**reel, product_tags=json.dumps([{"product_id": "5001"}]))
    linked.sandbox.advance(seconds=2)
    linked.publish(container)
    (post,) = linked.sandbox.posts("instagram")
    assert post["data"]["product_tags"] == [{"product_id": "5001"}]
    assert post["data"]["is_paid_partnership"] is True

    assert code_of(linked.stage(**reel, product_tags=json.dumps([PLACED]))) == (100, 2207035)


def test_wrong_tags_have_codes_of_their_own(linked, gallery):
    url = gallery.hang(picture())

    def refused(*tags: object) -> tuple[int, int | None]:
        return code_of(linked.stage(image_url=url, product_tags=json.dumps(tags)))

    linked.sandbox.set("instagram", unknown_products="6001,6002")
    assert refused({"product_id": "5001"}) == (100, 2207036)
    assert refused(PLACED | {"x": 1.5}) == (100, 2207036)
    assert refused(PLACED | {"product_id": "6002"}) == (100, 2207037)
    assert refused(*[PLACED] * 21) == (100, 2207040)
    assert refused({"x": 0.1, "y": 0.1}) == (100, None)
    assert code_of(linked.stage(image_url=url, branded_content_sponsor_ids="acme")) == (100, None)
    assert linked.sandbox.posts("instagram") == []


def test_stories_and_carousels_show_no_products(linked, gallery):
    url, tags = gallery.hang(picture()), json.dumps([PLACED])
    assert code_of(linked.stage(media_type="STORIES", image_url=url, product_tags=tags)) == (100, None)
    assert code_of(linked.stage(media_type="CAROUSEL", children="1,2", product_tags=tags)) == (100, None)


@pytest.mark.parametrize("name", ["product_tags", "is_paid_partnership", "branded_content_sponsor_ids", "location_id"])
def test_instagram_login_knows_none_of_it(instagram: Instagram, gallery, name):
    answer = instagram.stage(image_url=gallery.hang(picture()), **{name: "1"})
    assert code_of(answer) == (100, None)
    assert name in answer.json()["error"]["message"]
