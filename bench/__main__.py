"""Prints every benchmark, a line each."""

import sys

from bench import inventory, kafka, mapping, memory, page_load, search, store


def main() -> None:
    """Run all; arguments choose some by name."""
    benchmarks = {
        "mapping": mapping.run,
        "memory": memory.run,
        "inventory": inventory.run,
        "search": search.run,
        "kafka": kafka.run,
        "store": store.run,
        "page-load": page_load.run,
    }
    for name in sys.argv[1:] or benchmarks:
        for line in benchmarks[name]():
            sys.stdout.write(f"{name}: {line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
