"""A settings file with every setting as a comment, from the table: `s1ecs settings --yaml`."""

import textwrap
from collections.abc import Mapping

from s1ecs.settings.setting import THREE_LINES, Level, Setting
from s1ecs.settings.table import CONNECTION, TABLE

# Values of settings whose default is none, so that a line can be uncommented as it stands.
_EXAMPLES: Mapping[str, str] = {
    "token": "eyJ...",
    "token_env": "CONSOLE_TOKEN",
    "token_command": "pass show s1ecs/console",
    "action_token": "eyJ...",
    "action_token_file": "action-token.txt",
    "action_token_env": "ACTION_TOKEN",
    "action_token_command": "pass show s1ecs/actions",
    "streams": "[alert, threat]",
    "interval": "1m",
    "initial_interval": "30d",
    "page_size": "500",
    "outputs": "[{type: store}]",
    "site_ids": '["225494730938493804"]',
    "tags": "[forwarded]",
    "geoip": "GeoLite2-City.mmdb",
    "ca_file": "authorities.pem",
    "proxy": "http://proxy.example:3128",
    "state": "postgresql://s1ecs@db.example.com/s1ecs",
    "metrics_port": "9108",
    "queries": '{critical: "SELECT time, rule, host FROM alert WHERE severity = 99"}',
    "trace": "trace.ndjson",
    "web_hosts": "[soc.example.com]",
    "web_root": "/s1ecs",
    "web_proxies": "[10.0.0.1]",
    "web_cert_file": "page.pem",
    "web_key_file": "page-key.pem",
    "web_users_file": "web-users.json",
    "web_token": "a-long-random-token",
    "web_token_file": "web-token.txt",
    "web_oidc_issuer": "https://login.example.com/realms/soc",
    "web_oidc_client_id": "s1ecs",
    "web_oidc_client_secret": "a-secret-of-the-provider",
    "web_oidc_client_secret_file": "oidc-secret.txt",
    "web_oidc_roles": '["soc=responder", "soc-eu=viewer@europe"]',
    "web_oidc_ca_file": "authorities.pem",
}

_OPENING = f"""\
# Settings of s1ecs. Every line that is commented out shows the default, or an example where there is none.
# docs/settings.md describes all settings, and the outputs and their own settings.

{THREE_LINES}
"""

_CONSOLES = """\
# Several consoles are a list, instead of url and token_file above.
# consoles:
#   - name: europe
#     url: https://europe.sentinelone.net
#     token_file: europe.token
#   - name: on-premises
#     url: https://console.example.com:8443
#     token_file: on-premises.token
"""

_WIDTH = 100


def yaml_template() -> str:
    """Write the settings file."""
    written = {line.partition(":")[0] for line in THREE_LINES.splitlines()}
    rows = [row for row in TABLE if Level.TOP in row.level and row.name not in {*written, "consoles"}]
    return "\n".join([_OPENING, _CONSOLES, *map(_entry, rows)])


def _entry(row: Setting) -> str:
    told = f"{row.help} Default: {row.default_text or 'none'}."
    if row.name in CONNECTION:
        told = row.help
    comment = textwrap.fill(told, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    return f"{comment}\n# {row.name}: {_EXAMPLES.get(row.name) or _scalar(row)}\n"


def _scalar(row: Setting) -> str:
    if row.kind.many:
        return f"[{', '.join(row.default)}]"
    return row.kind.write(row.default)
