"""The CRC-32 of a whole from those of its pieces, whatever order the pieces came in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

POLYNOMIAL = 0xEDB88320
Matrix = tuple[int, ...]  # 32 columns over GF(2)


def combined(pieces: Iterable[tuple[int, int]]) -> int:
    """Of (CRC-32, length) of each piece, from the first to the last."""
    total = 0
    for crc, length in pieces:
        total = _times(_past(length), total) ^ crc
    return total


@lru_cache(maxsize=64)
def _past(length: int) -> Matrix:
    """What so many zero bytes do to a CRC-32."""
    power: Matrix = (POLYNOMIAL, *(1 << place for place in range(31)))  # one zero bit
    result: Matrix = tuple(1 << place for place in range(32))
    bits = length * 8
    while bits:
        if bits & 1:
            result = tuple(_times(power, column) for column in result)
        power = tuple(_times(power, column) for column in power)
        bits >>= 1
    return result


def _times(matrix: Matrix, vector: int) -> int:
    total, place = 0, 0
    while vector:
        if vector & 1:
            total ^= matrix[place]
        vector >>= 1
        place += 1
    return total
