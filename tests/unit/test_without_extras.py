"""The package as it is installed without any extra."""

import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

_PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]

# Runs `s1ecs` where the modules named first can be neither found nor imported.
_WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[1].split(",")))
sys.argv = ["s1ecs", *sys.argv[2:]]
from s1ecs.cli import main
main()
"""


@cache
def of_extras() -> frozenset[str]:
    """Return the top-level modules that come with extras alone."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    def needs(names: set[str]) -> set[str]:
        from importlib.metadata import PackageNotFoundError, requires

        found: set[str] = set()
        ahead = {canonicalize_name(name) for name in names}
        while ahead:
            name = ahead.pop()
            found.add(name)
            try:
                listed = [Requirement(each) for each in requires(name) or ()]
            except PackageNotFoundError:
                continue
            wanted = {canonicalize_name(each.name) for each in listed if each.marker is None or each.marker.evaluate()}
            ahead |= wanted - found
        return found

    def names(listed: list[str]) -> set[str]:
        return {Requirement(each).name for each in listed}

    bare = needs(names(_PROJECT["dependencies"]))
    extras = _PROJECT["optional-dependencies"]
    more = needs({name for extra in extras.values() for name in names(extra)}) - bare
    return frozenset(
        module
        for module, packages in packages_distributions().items()
        if {canonicalize_name(package) for package in packages} <= more
    )


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `s1ecs` without what extras and the official clients of search servers bring."""
    missing = ",".join(sorted(of_extras() | {"aiohttp", "elastic_transport", "elasticsearch", "opensearchpy"}))
    command = [sys.executable, "-c", _WITHOUT, missing, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=270, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ("collect",),
        ("check",),
        ("streams",),
        ("status",),
        ("store",),
        ("export", "alert"),
        ("query", "SELECT 1"),
        ("reconcile",),
        ("dead-letters",),
        ("respond", "history"),
        ("transform", "alert"),
        ("settings",),
        ("fields", "alert"),
        ("web-user", "list"),
    ],
)
def test_what_needs_no_extra_runs_without_any(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Without extras a command ends as it does with them: nothing asks for a package that is not there."""
    (tmp_path / "s1ecs.yaml").write_text("url: http://127.0.0.1:9\ntoken_file: token\nattempts: 1\n")
    (tmp_path / "token").write_text("a-token-of-nobody")
    ended = run(tmp_path, *command)
    assert "No module named" not in ended.stderr, ended.stderr
    assert "Traceback" not in ended.stderr, ended.stderr


@pytest.mark.parametrize("kind", ["elasticsearch", "opensearch"])
def test_search_servers_need_no_extra(tmp_path: Path, kind: str) -> None:
    """A search server is reached, or not, without any extra; the extra of its name is valid and empty."""
    (tmp_path / "s1ecs.yaml").write_text(f"outputs:\n  - type: {kind}\n    hosts: [http://127.0.0.1:9]\n")
    ended = run(tmp_path, "setup", "--yes")
    assert ended.returncode == 1
    assert f"{kind}: connection to 127.0.0.1:9 refused" in ended.stderr
    assert _PROJECT["optional-dependencies"][kind] == []


@pytest.mark.parametrize("command", [("worker",), ("worker", "--drain"), ("cluster", "status"), ("consoles", "list")])
def test_what_needs_a_shared_state_names_its_extra(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Without the extra a command that uses a state in PostgreSQL says in one line what to install."""
    settings = "state: postgresql://127.0.0.1:9/nowhere\noutputs: [{type: files, path: out}]\n"
    (tmp_path / "s1ecs.yaml").write_text(settings)
    ended = run(tmp_path, *command)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
    assert "pip install 's1ecs[cluster]'" in ended.stderr
