"""What can be made to go wrong with the calls that make something public."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

KINDS = ("latency", "lost_before", "lost_after", "error_before", "error_after")


class BadFault(ValueError):
    """Its text is a sentence."""


@dataclass(slots=True)
class Fault:
    """Strikes with `probability`, `times` times in all (None: always). The same seed strikes the same requests, counted
    in the order of their arrival."""

    kind: str
    probability: float = 1.0
    seed: int = 0
    times: int | None = 1
    seconds: float = 1.0  # of latency
    hits: int = 0
    chance: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def strikes(self) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        if self.chance.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def as_json(self) -> dict[str, Any]:
        names = ("kind", "probability", "seed", "times", "seconds", "hits")
        return {name: getattr(self, name) for name in names}


def parse(said: Any) -> Fault:
    """A fault as the control address takes it; raises BadFault."""
    if not isinstance(said, dict) or said.get("kind") not in KINDS:
        raise BadFault(f"kind must be one of {', '.join(KINDS)}.")
    if unknown := sorted(set(said) - {"kind", "probability", "seed", "times", "seconds"}):
        raise BadFault(f"{unknown[0]} is not known.")
    try:
        times = said.get("times", 1)
        return Fault(
            kind=said["kind"],
            probability=float(said.get("probability", 1.0)),
            seed=int(said.get("seed", 0)),
            times=None if times is None else int(times),
            seconds=float(said.get("seconds", 1.0)),
        )
    except (TypeError, ValueError):
        raise BadFault("probability and seconds are numbers, seed and times whole ones.") from None
