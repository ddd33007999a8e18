"""How the tests here load settings: from a text as the file, in a folder of their own."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from s1ecs.settings import Settings, load


class Loader:
    """Writes a file (or none) into its folder and loads the settings there."""

    streams = ("alert", "threat", "application")

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self,
        text: str | None = None,
        environment: Mapping[str, str] | None = None,
        flags: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> Settings:
        """Load."""
        if text is not None:
            (self.folder / "s1ecs.yaml").write_text(text, encoding="utf-8")
        return load(
            file=file,
            environment=environment or {},
            flags=flags or {},
            streams=self.streams,
            working_folder=self.folder,
        )


@pytest.fixture
def loader(tmp_path: Path) -> Loader:
    """A loader in a folder of its own."""
    return Loader(tmp_path)
