"""Outputs that are search servers: what is set, what does not fit together, what is never shown."""

from datetime import timedelta

import pytest

from s1ecs.errors import SettingsError
from s1ecs.settings import show

from .conftest import Loader

PASSWORD = "never-to-be-seen"
HERE = "outputs: [{type: elasticsearch, hosts: 'http://127.0.0.1:9200'"


def test_defaults(loader: Loader) -> None:
    """With hosts alone an output is complete; addresses get their scheme and port, and keep their path."""
    output = loader("outputs: [{type: opensearch, hosts: 'http://127.0.0.1:9200, search.example/below/'}]").outputs[0]
    assert output.values["hosts"] == ("http://127.0.0.1:9200", "https://search.example:443/below")
    chosen = {key: output.values[key] for key in ("latest", "on_stall", "stall_after", "spill_size")}
    assert chosen == {
        "latest": False,
        "on_stall": "wait",
        "stall_after": timedelta(seconds=30),
        "spill_size": 1_000_000_000,
    }


def test_secrets_are_never_shown(loader: Loader) -> None:
    """A password, a key, a token and a proxy's password are `***` wherever settings are printed."""
    for login in (f"username: u, password: {PASSWORD}", f"api_key: '{PASSWORD}'", f"bearer: {PASSWORD}"):
        settings = loader(f"{HERE}, {login}, proxy: 'http://u:{PASSWORD}@p:1'}}]")
        assert PASSWORD not in str(show(settings)) + repr(settings)
        assert "***" in str(show(settings))


def test_secrets_are_no_arguments(loader: Loader) -> None:
    """Outputs with a secret are refused as a flag, which everyone on the machine can read."""
    with pytest.raises(SettingsError, match="refused: everyone on this machine") as raised:
        loader(flags={"outputs": f"[{{type: elasticsearch, hosts: 'https://h', api_key: {PASSWORD}}}]"})
    assert PASSWORD not in str(raised.value)
    assert loader(flags={"outputs": "[{type: elasticsearch, hosts: 'https://h', api_key_file: f}]"}).outputs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{type: elasticsearch}", "has no hosts; set hosts: https://HOST:PORT, or cloud_id"),
        ("{type: elasticsearch, hosts: 'https://h', cloud_id: 'n:YWJjZGVmZw=='}", "has hosts and cloud_id; keep one"),
        (
            "{type: opensearch, hosts: 'https://h', cloud_id: 'n:YWJjZGVmZw=='}",
            "unknown setting of the output opensearch",
        ),
        ("{type: opensearch, hosts: 'https://h', lifecycle: ilm}", "unknown setting of the output"),
        ("{type: elasticsearch, hosts: 'https://h', api_key: k, bearer: b}", "has api_key and bearer; keep one way"),
        ("{type: elasticsearch, hosts: 'https://h', api_key: k, api_key_file: f}", "has api_key and api_key_file"),
        ("{type: elasticsearch, hosts: 'https://h', username: u}", "has username, but no password"),
        ("{type: elasticsearch, hosts: 'https://h', password: p}", "has a password, but no username"),
        ("{type: elasticsearch, hosts: 'http://h', api_key: k}", "would send its login over unencrypted HTTP"),
        ("{type: elasticsearch, hosts: 'https://u:p@h'}", "contains a user or password"),
        ("{type: elasticsearch, hosts: 'ftp://h'}", "not the address of a server"),
        ("{type: elasticsearch, hosts: 'https://h', ca_fingerprint: abc}", "SHA-256 of a certificate"),
        ("{type: elasticsearch, hosts: 'https://h'}, {type: elasticsearch, hosts: 'https://i'}", "give each its own"),
        (
            "{type: elasticsearch, hosts: 'https://h', name: main}, {type: opensearch, hosts: 'https://i', name: main}",
            "the outputs elasticsearch and opensearch are both named 'main'; give each its own name",
        ),
        (
            "{type: store}, {type: elasticsearch, hosts: 'https://h', name: store}",
            "the outputs store and elasticsearch are both named 'store'; give each its own name",
        ),
        (
            "{type: elasticsearch, hosts: 'https://h', name: opensearch}, {type: opensearch, hosts: 'https://i'}",
            "the outputs elasticsearch and opensearch are both named 'opensearch'; give each its own name",
        ),
        ("{type: elasticsearch, hosts: 'https://h', on_stall: give_up}", "allowed: wait, spill"),
    ],
)
def test_what_does_not_fit(loader: Loader, text: str, words: str) -> None:
    """What is missing, twice or contradictory is one line with the place and the cure."""
    with pytest.raises(SettingsError) as raised:
        loader(f"outputs: [{text}]")
    assert words in str(raised.value)
    assert str(raised.value).startswith("s1ecs.yaml line 1: outputs")


def test_several_of_one_type(loader: Loader) -> None:
    """Two outputs of one type have names of their own."""
    settings = loader(
        "outputs: [{type: elasticsearch, hosts: 'https://h'}, {type: elasticsearch, hosts: 'https://h', name: second}]"
    )
    assert [each.values["name"] for each in settings.outputs] == [None, "second"]


def test_plain_http_where_it_is_wanted(loader: Loader) -> None:
    """A login over plain http goes with allow_http, and to this machine."""
    assert loader("allow_http: true\noutputs: [{type: elasticsearch, hosts: 'http://h', api_key: k}]").outputs
    assert loader(f"{HERE}, api_key: k}}]").outputs
