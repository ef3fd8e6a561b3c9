"""What a post costs of what YouTube allows in a day."""

from __future__ import annotations

from collections import Counter

from apps.platforms.adapters.youtube import permits
from apps.platforms.calls import call_of
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import picture
from tests.platforms.youtube.answers import film

LIMITS = {limit.name: limit for limit in permits.LIMITS}


def spent(requests):
    """Units by the limit that each request counts against."""
    costs: Counter[str] = Counter()
    for request in requests:
        call = call_of(permits.CALLS, request.method, request.url.path)
        for name in call.counts_against:
            costs[name] += LIMITS[name].costs.get(call.name, 1)
    return costs


def test_a_post_with_everything_costs_one_upload_and_about_two_hundred_units(bench, connected):
    (playlist, _), *_ = bench.adapter.choices("playlist", connected)
    bench.requests.clear()
    cover = picture("frame", content=bench.picture().open().read())
    main = bench.publish(film(cover=cover, options={"playlist": playlist}), connected, key="k1")
    bench.publish(bench.comment("First!", main), connected, key="k2")

    costs = spent(bench.requests)
    assert costs["uploads"] == 1
    assert 200 < costs["units"] < 215


def test_reading_costs_one_and_writing_fifty(bench, connected):
    post = remote(bench.publish(film(), connected))
    bench.requests.clear()
    bench.adapter.edit(post, film("New"), connected)
    bench.adapter.delete(post, connected)
    assert spent(bench.requests) == {"units": 101}
