"""Prints every figure on a line and writes all of them to bench.json."""

import sys
from collections.abc import Callable, Iterator, Mapping

from bench import (
    cluster,
    collecting,
    collecting_memory,
    fan_out,
    inventory,
    jobs,
    kafka,
    latency,
    mapping,
    memory,
    page_load,
    search,
    startup,
    store,
    transform,
)
from bench.figures import Figure, write

_Measure = Callable[[], Iterator[Figure | str]]


def main() -> None:
    """Run all; arguments choose some by name."""
    benchmarks: Mapping[str, _Measure] = {
        "transform": transform.run,
        "jobs": jobs.run,
        "mapping": mapping.run,
        "collecting": collecting.run,
        "collecting-memory": collecting_memory.run,
        "fan-out": fan_out.run,
        "startup": startup.run,
        "latency": latency.run,
        "memory": memory.run,
        "inventory": inventory.run,
        "search": search.run,
        "kafka": kafka.run,
        "cluster": cluster.run,
        "store": store.run,
        "page-load": page_load.run,
    }
    figures: list[Figure] = []
    for name in sys.argv[1:] or benchmarks:
        for figure in benchmarks[name]():
            # What could not be measured has a line alone.
            if isinstance(figure, Figure):
                figures.append(figure)
            line = figure.line if isinstance(figure, Figure) else figure
            sys.stdout.write(f"{name}: {line}\n")
            sys.stdout.flush()
    write(figures)


if __name__ == "__main__":
    main()
