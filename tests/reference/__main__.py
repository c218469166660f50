"""Compare engine and reference on many random patients: `python -m tests.reference 10000`."""

import sys
from concurrent.futures import ProcessPoolExecutor

from tests.reference.agreement import Disagreement, disagreements_about

BATCH = 50


def prove(patients: int) -> dict[int, Disagreement]:
    """The patients about whom the two differ, of so many; each tenth has a history of years."""
    found: dict[int, Disagreement] = {}
    batches = [range(first, first + BATCH) for first in range(0, patients, BATCH)]
    with ProcessPoolExecutor() as pool:
        for number, differing in enumerate(pool.map(_about, batches), start=1):
            found |= differing
            sys.stderr.write(f"\r{number * BATCH} patients, {len(found)} disagreements")
    return found


def _about(seeds: range) -> dict[int, Disagreement]:
    short = [seed for seed in seeds if seed % 10]
    years = [seed for seed in seeds if not seed % 10]
    return disagreements_about(short) | disagreements_about(years, days=900)


if __name__ == "__main__":
    differing = prove(int(sys.argv[1]))
    sys.stdout.writelines(f"{seed}: {one}\n" for seed, one in differing.items())
    sys.exit(1 if differing else 0)
