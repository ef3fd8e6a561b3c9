"""Figures out of what the stub accepted: how late each post was, and how fairly clients took turns."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from tests.benchmarks.harness.planting import Planted
from tests.benchmarks.harness.stub import Accepted

Name = tuple[str, str]


def first_times(accepted: Iterable[Accepted]) -> dict[Name, float]:
    """When each was first accepted."""
    found: dict[Name, float] = {}
    for one in accepted:
        found.setdefault((one.account, one.text), one.at)
    return found


def percentile(values: Sequence[float], share: int) -> float | None:
    """The smallest value that `share` percent of all do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def shown(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)


def mean_waits(planted: Iterable[Planted], waits: Mapping[Name, float]) -> dict[int, float]:
    """By workspace, how long its publications waited on average; those that never went out are not in it."""
    by_workspace: defaultdict[int, list[float]] = defaultdict(list)
    for one in planted:
        if one.name in waits:
            by_workspace[one.workspace].append(waits[one.name])
    return {workspace: fmean(found) for workspace, found in by_workspace.items()}


def worst_wait_ratio(planted: Sequence[Planted], waits: Mapping[Name, float]) -> float | None:
    """The worst workspace's mean wait over the mean of all."""
    means = mean_waits(planted, waits)
    return max(means.values()) / fmean(waits.values()) if means and any(waits.values()) else None


def worst_over_fair_share(planted: Sequence[Planted], waits: Mapping[Name, float], *, seconds: float) -> float | None:
    """The worst workspace's mean wait over what it would be if organizations, and then their workspaces, took turns
    without a fault, at the speed that was measured: everything out after `seconds`."""
    pace = seconds / len(planted) if planted else 0.0
    fair = {one.name: place * pace for place, one in enumerate(in_fair_order(planted), 1)}
    wanted, had = mean_waits(planted, fair), mean_waits(planted, waits)
    ratios = [had[workspace] / wanted[workspace] for workspace in had if wanted[workspace] > 0]
    return max(ratios, default=None)


def in_fair_order(planted: Iterable[Planted]) -> list[Planted]:
    """Organizations in turn, in each its workspaces in turn, in each of those as planned."""
    agencies: dict[int, deque[deque[Planted]]] = {}
    queues: dict[tuple[int, int], deque[Planted]] = {}
    for one in planted:
        place = (one.organization, one.workspace)
        if place not in queues:
            queues[place] = deque()
            agencies.setdefault(one.organization, deque()).append(queues[place])
        queues[place].append(one)
    found: list[Planted] = []
    turns = deque(agencies.values())
    while turns:
        agency = turns.popleft()
        client = agency.popleft()
        found.append(client.popleft())
        if client:
            agency.append(client)
        if agency:
            turns.append(agency)
    return found
