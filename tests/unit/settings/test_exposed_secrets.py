"""Secrets on the command line, in every form in which they may stand there."""

import pytest

from s1ecs.errors import SettingsError
from s1ecs.masking import masked
from s1ecs.settings.exposed_secrets import exposes_secret

from .conftest import Loader

SECRET = "never-to-be-seen-0123456789"
SERVER = "type: elasticsearch, hosts: 'https://h'"

EXPOSED = [
    ("token", SECRET),
    ("action_token", SECRET),
    ("proxy", f"http://u:{SECRET}@p:1"),
    ("proxy", f"u:{SECRET}@p:1"),
    ("url", f"https://u:{SECRET}@host"),
    ("outputs", f"[{{{SERVER}, proxy: 'http://u:{SECRET}@p:1'}}]"),
    ("outputs", f"[{{{SERVER}, proxy: 'u:{SECRET}@p:1'}}]"),
    ("outputs", f'[{{"type": "elasticsearch", "hosts": "https://h", "proxy": "http://u:{SECRET}@p:1"}}]'),
    ("outputs", f"[{{{SERVER}, hosts: 'https://u:{SECRET}@h'}}]"),
    ("outputs", f"[{{{SERVER}, api_key: {SECRET}}}]"),
    ("outputs", f'[{{"type": "opensearch", "pass\\u0077ord": "{SECRET}"}}]'),
    ("outputs", f"[{{{SERVER}, ? bearer : {SECRET}}}]"),
    ("outputs", f"[{{{SERVER}, 'password' : {SECRET}}}]"),
    ("outputs", f"[{{{SERVER}, !!str password: {SECRET}}}]"),
    ("outputs", f"- type: opensearch\n  password: {SECRET}"),
    ("outputs", f"[{{password: {SECRET}"),
    ("outputs", f"type=opensearch,password={SECRET}"),
    ("streams", f"{{alert: {{token: {SECRET}}}}}"),
    ("consoles", f"[{{name: a, url: h, token: {SECRET}}}]"),
    ("outputs.0.password", SECRET),
    ("outputs[0].api_key", SECRET),
    ("outputs.0.proxy", f"http://u:{SECRET}@p:1"),
    ("consoles.a.token", SECRET),
    ("S1ECS_TOKEN", SECRET),
    ("api-key", SECRET),
    ("tokens", f"a: 1, token: {SECRET}"),
    (f"password:{SECRET}", "x"),
    ("token_command", f"vault read --password {SECRET}"),
    ("token_command", f"curl --api-key={SECRET} https://h"),
    ("token_command", f"curl https://u:{SECRET}@h"),
]


@pytest.mark.parametrize(("name", "text"), EXPOSED)
def test_a_secret_is_no_argument(loader: Loader, name: str, text: str) -> None:
    """It is refused, and the refusal repeats nothing of it."""
    masked.forget()
    with pytest.raises(SettingsError, match=r"refused: everyone on this machine|unknown setting") as raised:
        loader(flags={name: text})
    assert raised.value.exit_status == 2
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("outputs", "[{type: elasticsearch, hosts: 'https://h', api_key_file: f, proxy: 'http://p:1'}]"),
        ("outputs", "store"),
        ("token_file", "token.txt"),
        ("token_command", "vault kv get -field=token secret/s1ecs"),
        ("token_command", "security find-generic-password -s s1ecs -w"),
        ("url", "https://console.example"),
        ("proxy", "http://proxy.example:3128"),
        ("streams", "[alert, threat]"),
        ("tags", "team:blue, password"),
        ("redact", "user.name"),
        ("page_size", "10"),
    ],
)
def test_all_else_may_be_one(name: str, text: str) -> None:
    """What holds no secret may stand on the command line as before."""
    assert not exposes_secret(name, text)


def test_a_name_that_may_be_the_secret(loader: Loader) -> None:
    """A token in the place of a setting's name is not repeated either."""
    with pytest.raises(SettingsError, match="unknown setting") as raised:
        loader(flags={f"eyJ{SECRET}": "x"})
    assert SECRET not in str(raised.value)
