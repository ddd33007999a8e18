from pathlib import Path

import pytest

from s1ecs.errors import SettingsError

from .conftest import Loader

ONE = "url: https://x.example\ntoken: abc\n"
TWO = "consoles:\n- {name: a, url: a.example, token: t}\n- {name: b, url: b.example, token: t}\n"

# A bad file, and all that is said about it: the beginning of each line.
FILES = [
    ("urll: https://x.example\n", ["s1ecs.yaml line 1: urll: unknown setting; did you mean 'url'?  Allowed here: url"]),
    (ONE + "page-size: 5\n", ["s1ecs.yaml line 3: page-size: unknown setting; did you mean 'page_size'?"]),
    (ONE + "colour: red\n", ["s1ecs.yaml line 3: colour: unknown setting.  Allowed here: url, token"]),
    (
        "consoles:\n- name: a\n  url: a.example\n  token: t\n  site_idz: 1\n",
        ["s1ecs.yaml line 5: consoles[0].site_idz: unknown setting; did you mean 'site_ids'?  Allowed here: name, url"],
    ),
    (
        "consoles:\n- name: a\n  url: a.example\n  token: t\n  initial_intervall: 3h\n",
        ["s1ecs.yaml line 5: consoles[0].initial_intervall: unknown setting.  Allowed here: name, url"],
    ),
    (ONE + "page_size: many\n", ["s1ecs.yaml line 3: page_size: 'many' is not a whole number of 1 or more"]),
    (ONE + "page_size: 0\n", ["s1ecs.yaml line 3: page_size: '0' is not a whole number of 1 or more"]),
    (ONE + "page_size: [1]\n", ["s1ecs.yaml line 3: page_size: must be one value, not a list"]),
    (ONE + "interval: 5\n", ["s1ecs.yaml line 3: interval: '5' is not a duration; allowed: a number with a unit"]),
    (ONE + "interval: 0s\n", ["s1ecs.yaml line 3: interval: '0s' is not a duration"]),
    (ONE + "allow_http: maybe\n", ["s1ecs.yaml line 3: allow_http: 'maybe' is neither true nor false"]),
    (ONE + "log_level: loud\n", ["s1ecs.yaml line 3: log_level: 'loud' is not allowed; allowed: debug, info"]),
    (
        ONE + "namespace: My Space\n",
        ["s1ecs.yaml line 3: namespace: 'My Space' is not allowed; allowed: up to 100 lower-case"],
    ),
    (ONE + "site_ids: {a: 1}\n", ["s1ecs.yaml line 3: site_ids: must be a list, not a mapping"]),
    (
        ONE + "site_ids:\n- 1\n- x\n",
        ["s1ecs.yaml line 5: site_ids[1]: 'x' is not allowed; allowed: site ids of the console"],
    ),
    (ONE + "ca_file: nowhere.pem\n", ["s1ecs.yaml line 3: ca_file: no such file: "]),
    (ONE + "geoip: nowhere.mmdb\n", ["s1ecs.yaml line 3: geoip: no such file: "]),
    (
        ONE + "redact: {a: 1}\n",
        ["s1ecs.yaml line 3: redact: must be a list, not a mapping; allowed: full names of doc"],
    ),
    *(
        (
            ONE + f"redact: ['{name}']\n",
            [f"s1ecs.yaml line 3: redact[0]: '{name}' is not allowed; allowed: full names of"],
        )
        for name in ("user.*", "user name", ".group.name", "user.", "user..name", "user.name[]", "$.user.name:")
    ),
    (ONE + "threat_timeline: maybe\n", ["s1ecs.yaml line 3: threat_timeline: 'maybe' is neither true nor false"]),
    (ONE + "proxy: 'ftp://u:hush@p'\n", ["s1ecs.yaml line 3: proxy: not the address of a proxy"]),
    (
        ONE + "streams: [alert, thread]\n",
        ["s1ecs.yaml line 3: streams[1]: 'thread': unknown stream; did you mean 'thr"],
    ),
    (ONE + "streams: []\n", ["s1ecs.yaml line 3: streams: names no stream; allowed: alert, threat, application"]),
    (
        ONE + "streams:\n  alert:\n    intervall: 5m\n",
        ["s1ecs.yaml line 5: streams.alert.intervall: unknown setting; did you mean 'interval'?  Allowed"],
    ),
    (
        ONE + "streams:\n  alert: 5m\n",
        ["s1ecs.yaml line 4: streams.alert: must be a mapping, not a text; allowed: enab"],
    ),
    (
        ONE + "outputs:\n- type: fils\n",
        ["s1ecs.yaml line 4: outputs[0].type: 'fils': unknown output; did you mean 'files'?  Allowed here: st"],
    ),
    (ONE + "outputs:\n- {}\n", ["s1ecs.yaml line 4: outputs[0]: the output has no type; allowed: store"]),
    (ONE + "outputs: []\n", ["s1ecs.yaml line 3: outputs: must be a list of outputs, not an empty list; allowed: "]),
    (
        ONE + "outputs:\n- type: store\n- type: store\n",
        ["s1ecs.yaml line 5: outputs[1].type: the output store is configured twice"],
    ),
    (
        ONE + "outputs:\n- type: store\n  path: x\n",
        ["s1ecs.yaml line 5: outputs[0].path: unknown setting of the output store"],
    ),
    (ONE + "outputs: files\n", ["s1ecs.yaml line 3: outputs: the output files has no path; allowed: the path of a"]),
    (
        ONE + "outputs:\n- {type: files, path: a}\n- {type: files, path: b}\n- {type: files, path: ./a}\n",
        ["s1ecs.yaml line 6: outputs[2]: the output files is configured twice with the same path; keep one"],
    ),
    (
        ONE + "outputs:\n- {type: files, path: a, max_size: much, compression: gzip}\n",
        [
            "s1ecs.yaml line 4: outputs[0].max_size: 'much' is not a size",
            "s1ecs.yaml line 4: outputs[0].compression: 'gzip' is not allowed; allowed: none, zstd",
        ],
    ),
    ("url: http://x.example\ntoken: abc\n", ["s1ecs.yaml line 1: url: unencrypted HTTP would expose the token"]),
    ("url: https://u:hush@x.example\ntoken: abc\n", ["s1ecs.yaml line 1: url: contains a user or password"]),
    ("url: x.example\n", ["s1ecs.yaml line 1: the console has no token; add one of token, token_file, token_env, "]),
    ("state_dir: x\ntoken: abc\n", ["s1ecs.yaml line 2: the console has no url; add url: https://HOST"]),
    (
        ONE + "token_file: t\n",
        ["s1ecs.yaml line 3: token_file: cannot be combined with token; exactly one of token, token_file"],
    ),
    ("url: x.example\ntoken: hush hush\n", ["s1ecs.yaml line 2: token: is not a token: it contains spaces"]),
    ("url: x.example\ntoken_file: eyJhush\n", ["s1ecs.yaml line 2: token_file: looks like the token itself"]),
    ("url: x.example\ntoken: [hush]\n", ["s1ecs.yaml line 2: token: must be one value, not a list"]),
    ("url: x.example\ntoken_command: say 'hush\n", ["s1ecs.yaml line 2: token_command: can't be split into words"]),
    (ONE + "url: y.example\n", ["s1ecs.yaml line 3: url: set twice (first in line 1); keep one of them"]),
    (
        TWO + "url: https://x.example\n",
        ["s1ecs.yaml line 4: url: cannot be combined with consoles; move it into one of them"],
    ),
    (
        TWO.replace("name: b", "name: a"),
        ["s1ecs.yaml line 3: consoles[1].name: the name 'a' is already taken (s1ecs.yaml line 2)"],
    ),
    (
        TWO.replace("name: b", "name: b/c"),
        ["s1ecs.yaml line 3: consoles[1].name: 'b/c' is not allowed; allowed: up to 64"],
    ),
    (TWO.replace("name: b, ", ""), ["s1ecs.yaml line 3: consoles[1]: has no name; add name:"]),
    (TWO.replace("url: b.example, ", ""), ["s1ecs.yaml line 3: consoles[1]: the console has no url"]),
    ("consoles: a\n", ["s1ecs.yaml line 1: consoles: must be a list of consoles, not a text"]),
    ("consoles: []\n", ["s1ecs.yaml line 1: consoles: must be a list of consoles, not an empty list"]),
    ("consoles:\n- a\n", ["s1ecs.yaml line 2: consoles[0]: must be a mapping, not a text; allowed: name, url"]),
    ("- a\n", ["s1ecs.yaml line 1: the file must be a mapping of settings, not a list"]),
    (ONE + "a: b: c\n", ["s1ecs.yaml line 3: not YAML: mapping values are not allowed here"]),
    (ONE + "tags: [a\n", ["s1ecs.yaml line 4: not YAML: "]),
    (ONE + "\ttags: a\n", ["s1ecs.yaml line 3: not YAML: found character '\\t' that cannot start any token"]),
    ("url: x.example\ntoken: *hushhush\n", ["s1ecs.yaml line 2: not YAML: found undefined alias"]),
    (ONE + "tags: a\x07\n", ["s1ecs.yaml line 3: not YAML: contains a control character"]),
    (ONE + "streams: &a {alert: *a}\n", ["s1ecs.yaml line 3: streams.alert: not usable: an alias refers to itself"]),
    (ONE + "? [a]\n: b\n", ["s1ecs.yaml line 3: a key must be a plain word"]),
    ("url: x.example\n---\nurl: y.example\n", ["s1ecs.yaml line 2: not YAML: "]),
    (
        "interval: 5\nurl: x.example\npage_size: x\ntoken: t\n",
        ["s1ecs.yaml line 1: interval: '5'", "s1ecs.yaml line 3: page_size: 'x'"],
    ),
]


@pytest.mark.parametrize(("text", "said"), FILES)
def test_bad_files(loader: Loader, text: str, said: list[str]) -> None:
    """A bad file is answered with its line and key, what is wrong, and nothing of a secret."""
    with pytest.raises(SettingsError) as caught:
        loader(text)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(said), lines
    for line, beginning in zip(lines, said, strict=True):
        assert line.startswith(beginning)
    assert "hush" not in str(caught.value)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("spelling", ["{whole}/c/out", "../{name}/c/out/", "c/./x/../out", "linked/out"])
def test_one_folder_spelled_twice(loader: Loader, spelling: str) -> None:
    """Two outputs into the same folder are found, whatever the spelling, by `..` and symbolic links too."""
    (loader.folder / "c" / "x").mkdir(parents=True)
    (loader.folder / "linked").symlink_to("c")
    path = spelling.format(whole=loader.folder, name=loader.folder.name)
    two = "outputs:\n- {type: files, path: %s}\n- {type: files, path: %s}\n"
    with pytest.raises(SettingsError, match="the output files is configured twice with the same path"):
        loader(ONE + two % ("c/out", path))
    assert len(loader(ONE + two % ("out", path)).outputs) == 2


def test_links_in_a_circle_are_no_folder_spelled_twice(loader: Loader) -> None:
    """They are the file system's to refuse, not a traceback here."""
    (loader.folder / "circle").symlink_to("circle")
    outputs = "outputs:\n- {type: files, path: circle/a}\n- {type: files, path: circle/b}\n"
    assert len(loader(ONE + outputs).outputs) == 2


def test_setting_in_the_wrong_place(loader: Loader) -> None:
    """A key that is right elsewhere is answered with where it belongs."""
    with pytest.raises(SettingsError, match=r"\('page_size' belongs at the top of the file\)$"):
        loader("consoles:\n- {name: a, url: a.example, token: t, page_size: 5}\n")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"S1ECS_PAGE_SIZE": "x"}, "environment S1ECS_PAGE_SIZE: 'x' is not a whole number of 1 or more"),
        ({"S1ECS_INTERVALL": "5m"}, "environment S1ECS_INTERVALL: unknown variable; did you mean S1ECS_INTERVAL?"),
        ({"S1ECS_PAGESIZE": "5"}, "environment S1ECS_PAGESIZE: unknown variable; did you mean S1ECS_PAGE_SIZE?"),
        ({"s1ecs_url": "x"}, "environment s1ecs_url: unknown variable; did you mean S1ECS_URL?"),
        ({"S1ECS_CONSOLES": "[]"}, "environment S1ECS_CONSOLES: consoles can only be set in the file s1ecs.yaml"),
        ({"S1ECS_STREAMS": "alerts"}, "environment S1ECS_STREAMS: 'alerts': unknown stream; did you mean 'alert'?"),
        ({"S1ECS_STREAMS": "{alert: {x: 1}}"}, "environment S1ECS_STREAMS: alert.x: unknown setting"),
        ({"S1ECS_OUTPUTS": "splunk"}, "environment S1ECS_OUTPUTS: 'splunk': unknown output"),
        ({"S1ECS_URL": "http://x.example", "S1ECS_TOKEN": "t"}, "environment S1ECS_URL: unencrypted HTTP would expose"),
    ],
)
def test_bad_environment(loader: Loader, environment: dict[str, str], said: str) -> None:
    """A wrong or misspelt variable is named."""
    with pytest.raises(SettingsError) as caught:
        loader(environment=environment)
    assert str(caught.value).startswith(said)


def test_foreign_variables(loader: Loader) -> None:
    """Variables of tests, and those that Kubernetes sets for a service of our name, are left alone."""
    kubernetes = {"S1ECS_SERVICE_HOST": "10.0.0.1", "S1ECS_SERVICE_PORT": "80", "S1ECS_PORT": "tcp://10.0.0.1:80"}
    kubernetes |= {
        "S1ECS_WEB_PORT": "tcp://10.0.0.1:8787",
        "S1ECS_WEB_SERVICE_HOST": "10.0.0.1",
        "S1ECS_WEB_SERVICE_PORT_HTTP": "8787",
        "S1ECS_WEB_PORT_8787_TCP_ADDR": "10.0.0.1",
    }
    settings = loader(environment={**kubernetes, "S1ECS_TEST_URL": "x", "S1ECS_URL": " "})
    assert settings.consoles == ()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"page_size": "x"}, "flag --set page_size: 'x' is not a whole number"),
        ({"interval": ""}, "flag --set interval: is empty; allowed: a number with a unit"),
        ({"outputs": "[]"}, "flag --set outputs: must be a list of outputs, not an empty list; allowed: - type: "),
        ({"state_dir": ""}, "flag --state-dir: is empty"),
        ({"pagesize": "5"}, "flag --set pagesize: unknown setting; did you mean 'page_size'?"),
    ],
)
def test_bad_flags(loader: Loader, flags: dict[str, str], said: str) -> None:
    """A wrong flag is named as it is typed."""
    with pytest.raises(SettingsError) as caught:
        loader(flags=flags)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("flags", "variable"),
    [({"token": "hush-hush"}, "S1ECS_TOKEN"), ({"proxy": "http://me:hush-hush@192.0.2.1:3128"}, "S1ECS_PROXY")],
)
def test_no_secret_among_arguments(loader: Loader, flags: dict[str, str], variable: str) -> None:
    """What everyone on the machine could read in the list of processes is refused, and not repeated."""
    with pytest.raises(SettingsError) as caught:
        loader(environment={"S1ECS_URL": "https://192.0.2.2", "S1ECS_TOKEN_FILE": "t"}, flags=flags)
    assert "arguments of a process" in str(caught.value)
    assert variable in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_proxy_without_a_password_may_be_a_flag(loader: Loader) -> None:
    """An address alone is no secret."""
    assert loader(flags={"proxy": "http://192.0.2.1:3128"}).proxy is not None


@pytest.mark.parametrize("name", ["S1ECS_URL", "S1ECS_TOKEN", "S1ECS_TOKEN_FILE"])
def test_ambiguous_console(loader: Loader, name: str) -> None:
    """With several consoles in the file, a variable can't mean one of them."""
    with pytest.raises(SettingsError, match=rf"^environment {name}: the file has 2 consoles \(a, b\)"):
        loader(TWO, {name: "x.example"})


def test_bytes_that_are_no_text(loader: Loader) -> None:
    """A file that is not UTF-8 is answered with the line of the first bad byte."""
    (loader.folder / "s1ecs.yaml").write_bytes(b"url: x.example\ntags: \xff\n")
    with pytest.raises(SettingsError, match=r"^s1ecs\.yaml line 2: not UTF-8"):
        loader()


def test_named_file_is_missing(loader: Loader) -> None:
    """A file that was asked for has to be there; the usual one need not."""
    assert loader().consoles == ()
    with pytest.raises(SettingsError, match=r"^other\.yaml: no such file$"):
        loader(file=Path("other.yaml"))
    with pytest.raises(SettingsError, match=r": can't be read: Is a directory$"):
        loader(file=loader.folder)
