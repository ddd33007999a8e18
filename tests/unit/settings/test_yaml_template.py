import re
from pathlib import Path

import pytest

from s1ecs.settings import yaml_template
from s1ecs.settings.setting import Level
from s1ecs.settings.table import OWN, rows

from .conftest import Loader

LINES = re.findall(r"^# (\w+): (.+)$", yaml_template(), re.MULTILINE)
ENTRIES = {name: value for name, value in LINES if name in rows(Level.TOP)}


def test_template_loads(loader: Loader) -> None:
    """The settings file that `settings --yaml` prints is taken as it stands, and names every setting."""
    settings = loader(yaml_template())
    assert settings.consoles[0].url == "https://example.sentinelone.net"
    named = {*re.findall(r"^#? ?(\w+):", yaml_template(), re.MULTILINE)}
    assert set(rows(Level.TOP)) <= named


@pytest.mark.parametrize("name", sorted(set(ENTRIES) - {*OWN, "streams"}))
def test_each_line_loads(loader: Loader, tmp_path: Path, name: str) -> None:
    """Each line loads where its comment is removed, once the file that it names is there."""
    for file in ("GeoLite2-City.mmdb", "authorities.pem", "page.pem", "page-key.pem"):
        (tmp_path / file).touch()
    changed = yaml_template().replace(f"\n# {name}: ", f"\n{name}: ")
    assert loader(changed).origins[name] != "default"
