"""The same list collected by dlt's rest_api source: `python -m bench.collecting_dlt ADDRESS PATH FOLDER`.

It writes the records as they are, as uncompressed JSONL; its other settings are its own defaults.
"""

import sys

import dlt
from dlt.destinations import filesystem
from dlt.sources.rest_api import rest_api_source


def main() -> None:
    """Load one list into a folder."""
    address, path, folder = sys.argv[1:]
    source = rest_api_source(
        {
            "client": {
                "base_url": address,
                "headers": {"Authorization": "ApiToken a"},
                "paginator": {"type": "cursor", "cursor_path": "pagination.nextCursor", "cursor_param": "cursor"},
            },
            "resources": [
                {
                    "name": "records",
                    "max_table_nesting": 0,
                    "endpoint": {"path": path, "params": {"limit": 1000}, "data_selector": "data"},
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        "bench", pipelines_dir=f"{folder}/pipelines", destination=filesystem(bucket_url=f"file://{folder}/loaded")
    )
    pipeline.run(source, loader_file_format="jsonl")


if __name__ == "__main__":
    main()
