"""From settings to a search server: the official client of its kind behind the seam."""

import logging

from s1ecs.errors import SettingsError
from s1ecs.outputs.search.connected import Connected
from s1ecs.outputs.search.server import Server
from s1ecs.outputs.search.settings import SearchSettings


def connect(settings: SearchSettings) -> Server:
    """A server that nobody has spoken to yet. Raise SettingsError where its client is missing or `ca_file` is no good.

    A bad `cloud_id` is a SettingsError, too.
    """
    # Their warnings about nodes that failed say less than our errors.
    for name in ("elastic_transport", "opensearch"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        from s1ecs.outputs.search.way import Way

        if settings.kind == "elasticsearch":
            from s1ecs.outputs.search.elasticsearch_nodes import ElasticsearchNodes

            return Connected(settings, ElasticsearchNodes(settings, Way(settings)))
        from s1ecs.outputs.search.opensearch_nodes import OpenSearchNodes

        return Connected(settings, OpenSearchNodes(settings, Way(settings)))
    except ImportError as error:
        raise SettingsError(
            f"{settings.name}: {error.name} is missing; install it with: pip install 's1ecs[{settings.kind}]'"
        ) from None
    except ValueError:
        # The clients' own text shows what they were given.
        place = "cloud_id" if settings.cloud_id else "hosts"
        raise SettingsError(f"{settings.name}: {place} can't be used; copy it again from where it came from") from None
