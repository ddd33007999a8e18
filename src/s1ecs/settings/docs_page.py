"""The generated page docs/settings.md."""

from collections.abc import Iterable

from s1ecs.settings.layers import FILE_ONLY
from s1ecs.settings.output_types import OUTPUT_TYPES
from s1ecs.settings.setting import DEFAULT_FILE, OTHER_FILE, THREE_LINES, Level, Setting
from s1ecs.settings.table import OWN, TABLE, rows

_OPENING = f"""\
# Settings

This page is generated from the settings declared in `src/s1ecs/settings/`. `s1ecs settings` prints the same table with
your values and their origin.

Settings are read from four sources. Each overrides the previous ones: built-in defaults, the settings file
(`{DEFAULT_FILE}` or `{OTHER_FILE}` in the working directory, or `--config FILE`), environment variables, command-line
options. Relative paths in the file are relative to the directory of the file, all others to the working directory. An
empty variable counts as not set. `s1ecs settings --yaml` prints a file with every setting as a comment.

A single console takes three lines:

```yaml
{THREE_LINES}
```

Without a file, set the variables `S1ECS_URL`, `S1ECS_TOKEN` and `S1ECS_STATE_DIR`. The console is then named `default`.
Several consoles are a list:

```yaml
state_dir: /var/lib/s1ecs
consoles:
  - name: europe
    url: https://europe.sentinelone.net
    token_file: /etc/s1ecs/europe.token
  - name: on-premises
    url: https://console.example.com:8443
    token_command: pass show s1ecs/on-premises
    ca_file: /etc/s1ecs/authorities.pem
streams:
  alert: {{interval: 5m, initial_interval: 7d}}
  application: {{enabled: false}}
```

A setting of a console overrides the same setting at the top of the file, and so does a setting of a stream. With one
console, variables and options apply to that console. With several, `S1ECS_URL` and the token variables are refused
because they do not name a console. Exactly one way to provide the token is allowed; a later source replaces that of an
earlier one. Tokens, passwords and proxies with a password are refused as command-line options, also within
`--set outputs=...`: every user of the machine can read the arguments of a process. The file is limited to 1 MB, 100
aliases (`*NAME`), 100,000 values and 50 levels.
"""


def settings_page() -> str:
    """Write the page of all settings in Markdown."""
    top = [row for row in rows(Level.TOP).values() if row.name not in OWN]
    sections = [
        _OPENING,
        "## At the top of the file\n\n"
        "With a single console, also `url` and the token settings, which are described under consoles.\n\n"
        + _with_variables(top),
        "## In a console\n\n"
        "Keys of each entry of `consoles`. All except `name` also work at the top of the file or as variables.\n\n"
        + _without_variables(rows(Level.CONSOLE).values()),
        "## In a stream\n\nKeys of each entry of the mapping `streams`, which is keyed by stream name.\n\n"
        + _without_variables(rows(Level.STREAM).values()),
        "## Outputs\n\n" + _outputs(),
        "## Allowed values\n\n" + _allowed(),
    ]
    return "\n".join(sections)


def _with_variables(settings: Iterable[Setting]) -> str:
    lines = ["| setting | variable | default | description |", "|---|---|---|---|"]
    for row in settings:
        variable = "" if row.name in FILE_ONLY else f"`{row.variable}`"
        lines.append(f"| `{row.name}` | {variable} | {_cell(row.default_text)} | {_cell(row.help)} |")
    return "\n".join(lines) + "\n"


def _without_variables(settings: Iterable[Setting]) -> str:
    lines = ["| setting | default | description |", "|---|---|---|"]
    lines += [f"| `{row.name}` | {_cell(row.default_text)} | {_cell(row.help)} |" for row in settings]
    return "\n".join(lines) + "\n"


def _outputs() -> str:
    lines = ["| type | description |", "|---|---|"]
    lines += [f"| `{each.name}` | {_cell(each.help)} |" for each in OUTPUT_TYPES]
    text = "\n".join(lines) + "\n"
    for each in OUTPUT_TYPES:
        if each.settings:
            text += f"\n### {each.name}\n\n" + _without_variables(each.settings)
    return text


def _allowed() -> str:
    lines = ["| setting | allowed |", "|---|---|"]
    lines += [f"| `{row.name}` | {_cell(row.kind.allowed)} |" for row in TABLE]
    lines += [
        f"| `{row.name}` of {output.name} | {_cell(row.kind.allowed)} |"
        for output in OUTPUT_TYPES
        for row in output.settings
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
