"""The page docs/settings.md, written from the table."""

from collections.abc import Iterable

from s1ecs.settings.output_types import OUTPUT_TYPES
from s1ecs.settings.table import (
    DEFAULT_FILE,
    OWN,
    TABLE,
    THREE_LINES,
    Level,
    Setting,
    rows,
)

_OPENING = f"""\
# Settings

This page is generated from the table in `src/s1ecs/settings/table.py`; `s1ecs settings` prints the same with the values
that hold for you and where each of them was written.

Settings come from four sources, each overriding those before it: the built-in default, the file `{DEFAULT_FILE}` in the
working folder (or the one of `--config FILE`), environment variables, command-line flags. A relative path starts at the
file's folder where the file names it, else at the working folder. An empty variable counts as not set.

One console takes three lines:

```yaml
{THREE_LINES}
```

or, without a file, the variables `S1ECS_URL`, `S1ECS_TOKEN` and `S1ECS_STATE_DIR`; it is then called `default`.
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

A console's own setting is nearer than the same at the top of the file and wins; so is a stream's own. With exactly one
console, variables and flags speak of that console. With several, `S1ECS_URL` and the variables of the tokens are
refused, because it would not be clear which console they mean. Of the ways to give a token, exactly one is allowed; the
one of a later source replaces that of an earlier one. A token, or a proxy with a password, is refused as a flag:
everyone on the machine can read the arguments of a process.
"""


def settings_page() -> str:
    """Write the page of all settings in Markdown."""
    top = [row for row in rows(Level.TOP).values() if row.name not in OWN]
    sections = [
        _OPENING,
        "## At the top of the file\n\n"
        "Also `url` and the ways to give tokens, described under consoles, where there is one console only.\n\n"
        + _with_variables(top),
        "## In a console\n\n"
        "Entries of the list `consoles`. All but `name` may stand at the top of the file too, with a variable each.\n\n"
        + _without_variables(rows(Level.CONSOLE).values()),
        "## In a stream\n\nEntries of the mapping `streams`, by the stream's name.\n\n"
        + _without_variables(rows(Level.STREAM).values()),
        "## Outputs\n\n" + _outputs(),
        "## What may be written\n\n" + _allowed(),
    ]
    return "\n".join(sections)


def _with_variables(settings: Iterable[Setting]) -> str:
    lines = ["| setting | variable | default | meaning |", "|---|---|---|---|"]
    for row in settings:
        variable = "" if row.name == "consoles" else f"`{row.variable}`"
        lines.append(f"| `{row.name}` | {variable} | {_cell(row.default_text)} | {_cell(row.help)} |")
    return "\n".join(lines) + "\n"


def _without_variables(settings: Iterable[Setting]) -> str:
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    lines += [f"| `{row.name}` | {_cell(row.default_text)} | {_cell(row.help)} |" for row in settings]
    return "\n".join(lines) + "\n"


def _outputs() -> str:
    lines = ["| type | meaning |", "|---|---|"]
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
