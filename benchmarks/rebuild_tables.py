"""How long the rebuilding of all tables takes, and how much memory and room.

It is compared with the same scripts one after the other.
"""

import resource
import time

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.rebuild import find_scripts, rebuild_tables

LIMIT_SECONDS, LIMIT_MIB, LIMIT_MB = 60, 2048, 2


def main() -> None:
    """Measure and print, beside the limits."""
    start = time.perf_counter()
    seconds = rebuild_tables(find_scripts())
    elapsed = time.perf_counter() - start
    # Of the largest process; Linux counts in KiB.
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    tables_mb = sum(path.stat().st_size for path in paths.DATA.rglob("*.csv")) / 1e6
    print(f"{len(seconds)} datasets in {elapsed:.0f} s (limit {LIMIT_SECONDS} s)")
    print(
        "two workers against one after the other:"
        f" {elapsed / sum(seconds.values()):.2f} of the time"
    )
    print(f"largest process: {peak_mib:.0f} MiB (limit {LIMIT_MIB} MiB for all)")
    print(f"committed tables: {tables_mb:.2f} MB (limit {LIMIT_MB} MB)")


if __name__ == "__main__":
    main()
