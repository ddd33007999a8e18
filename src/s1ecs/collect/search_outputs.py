"""From settings to search servers and the outputs that write there."""

from collections.abc import Callable
from pathlib import Path

from s1ecs import __version__, logs
from s1ecs.errors import OutputError
from s1ecs.outputs.search.server import Kind
from s1ecs.outputs.search.settings import Login, SearchSettings, api_key, basic, bearer, nobody
from s1ecs.settings import Output, Secret
from s1ecs.settings.token import clean_password, clean_token

_KINDS: dict[str, Kind] = {"elasticsearch": "elasticsearch", "opensearch": "opensearch"}


def is_search(output: Output) -> bool:
    """Whether an output is a search server."""
    return output.type in _KINDS


def search_settings(output: Output) -> SearchSettings:
    """How the search server of an output is reached. Its secrets are masked in the log from their reading on."""
    values = output.values
    name = values["name"] or output.type
    proxy = None if values["proxy"] is None else values["proxy"].reveal()
    if proxy is not None and "@" in proxy:
        logs.hide([proxy])
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
    )


def _login(output: Output, name: str) -> Login:
    values = output.values

    def reader(key: str, clean: Callable[[str], str]) -> Callable[[], str] | None:
        """What gives the secret of a setting, or of the file that it names; None where neither is set."""
        given: Secret | None = values[key]
        file: Path | None = values[f"{key}_file"]
        if given is None and file is None:
            return None

        def read() -> str:
            text = _from_file(file, clean, f"{name}: {key}_file {file}") if given is None and file else ""
            text = text if given is None else given.reveal()
            logs.hide([text])
            return text

        return read

    if password := reader("password", clean_password):
        return lambda: _hidden(basic(values["username"], password()))
    if key := reader("api_key", clean_token):
        return lambda: _hidden(api_key(key()))
    if token := reader("bearer", clean_token):
        return lambda: _hidden(bearer(token()))
    return nobody


def _hidden(header: str) -> str:
    logs.hide([header])
    return header


def _from_file(file: Path, clean: Callable[[str], str], where: str) -> str:
    try:
        return clean(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OutputError(f"{where}: no such file; write it there and nothing else") from None
    except UnicodeDecodeError:
        raise OutputError(f"{where}: holds no text; write it there and nothing else") from None
    except OSError as problem:
        raise OutputError(f"{where}: can't be read: {problem.strerror}") from None
    except ValueError as problem:
        raise OutputError(f"{where}: {problem}; write it there and nothing else") from None
