"""From settings to search servers and the outputs that write there."""

from s1ecs import __version__
from s1ecs.bootstrap.output_secrets import secret_reader
from s1ecs.defaults import MAX_ANSWER
from s1ecs.masking import hide
from s1ecs.outputs.search.client.login import Login, SearchSettings, api_key, basic, bearer, nobody
from s1ecs.outputs.search.client.server import ServerKind
from s1ecs.settings import OutputSettings
from s1ecs.settings.secrets import clean_password, clean_token

_KINDS: dict[str, ServerKind] = {"elasticsearch": "elasticsearch", "opensearch": "opensearch"}


def is_search(output: OutputSettings) -> bool:
    """Tell whether an output is a search server."""
    return output.type in _KINDS


def search_settings(output: OutputSettings, max_answer: int | None = None) -> SearchSettings:
    """Return how to reach the search server of an output; `max_answer` is that of the settings, else its default.

    Its secrets are masked in the log from their reading on.
    """
    values = output.values
    name = values["name"] or output.type
    proxy = None if values["proxy"] is None else values["proxy"].reveal()
    if proxy is not None and "@" in proxy:
        hide([proxy])
    return SearchSettings(
        kind=_KINDS[output.type],
        name=name,
        hosts=values["hosts"] or (),
        cloud_id=values.get("cloud_id"),
        login=_login(output, name),
        ca_file=values["ca_file"],
        ca_fingerprint=values["ca_fingerprint"],
        proxy=proxy,
        user_agent=f"s1ecs/{__version__}",
        max_answer=MAX_ANSWER if max_answer is None else max_answer,
    )


def _login(output: OutputSettings, name: str) -> Login:
    values = output.values

    if password := secret_reader(output, name, "password", clean_password):
        return lambda: _hidden(basic(values["username"], password()))
    if key := secret_reader(output, name, "api_key", clean_token):
        return lambda: _hidden(api_key(key()))
    if token := secret_reader(output, name, "bearer", clean_token):
        return lambda: _hidden(bearer(token()))
    return nobody


def _hidden(header: str) -> str:
    hide([header])
    return header
