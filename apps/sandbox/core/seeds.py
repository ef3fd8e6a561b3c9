"""The accounts that are there from the start: Northlight Agency and its clients."""

from __future__ import annotations

from apps.sandbox.core.world import World

SEEDS = {
    "northlight": "Northlight Agency",
    "harbourcoffee": "Harbour Coffee",
    "alderandfinch": "Alder & Finch",
    "lumenyoga": "Lumen Yoga",
    "harbourroasters": "Harbour Coffee Roasters",
    "alderandfinchhome": "Alder & Finch Home",
}


def plant(world: World) -> None:
    """Create the seed accounts of each platform that has no account yet."""
    for platform in world.platforms.values():
        if not world.accounts(platform.name):
            with world.store.transaction():
                for handle, name in SEEDS.items():
                    platform.open_account(world, handle, name)
