"""Optional dependencies: what the project declares, what the code imports, and the errors in between."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from s1ecs.errors import MissingExtra, SettingsError
from s1ecs.extras import EXTRAS, importing, require

_ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]


def modules_of(requirements: list[str]) -> set[str]:
    """The top-level modules of the packages that are named there, without what those need themselves."""
    names = {canonicalize_name(Requirement(each).name) for each in requirements}
    found = packages_distributions().items()
    return {module for module, packages in found if names & {canonicalize_name(each) for each in packages}}


def requirements_of(extra: str) -> list[str]:
    """The requirements of an extra, with those of the extras that it includes."""
    listed = _PROJECT["optional-dependencies"][extra]
    included = {name for each in map(Requirement, listed) if each.name == "s1ecs" for name in each.extras}
    return [*listed, *(each for name in sorted(included) for each in requirements_of(name))]


def imported() -> Iterator[tuple[Path, str]]:
    """Each file of the package with each top-level module of other packages that it imports."""
    for path in (_ROOT / "src" / "s1ecs").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                top = name.partition(".")[0]
                if top not in {*sys.stdlib_module_names, "s1ecs", "_typeshed"}:
                    yield path, top


def test_every_imported_package_is_declared() -> None:
    """The package imports nothing that is only there because another package needs it."""
    extras = [each for extra in _PROJECT["optional-dependencies"].values() for each in extra]
    declared = modules_of(_PROJECT["dependencies"] + extras)
    assert [(path.name, module) for path, module in imported() if module not in declared] == []


def test_table_of_extras_is_that_of_the_project() -> None:
    """Each extra is in the table, with the modules that it installs and the package imports, and no others."""
    bare = modules_of(_PROJECT["dependencies"])
    used = {module for _, module in imported()} - bare
    declared = _PROJECT["optional-dependencies"]
    assert {name: set(extra.modules) for name, extra in EXTRAS.items()} == {
        name: modules_of(requirements_of(name)) & used for name, requirements in declared.items() if requirements
    }


def test_readme_lists_every_extra() -> None:
    """The README's table of extras has each extra of the project."""
    section = (_ROOT / "README.md").read_text(encoding="utf-8").partition("## Install")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)
    assert sorted(listed) == sorted(EXTRAS)


def test_a_module_that_is_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked for or imported, a missing module is one line with the extra, and status 2."""
    monkeypatch.setitem(sys.modules, "zstandard", None)
    line = r"^zstd compression needs an extra that is not installed: pip install 's1ecs\[zstd\]'$"
    with pytest.raises(MissingExtra, match=line) as raised:
        require("zstd")
    assert raised.value.exit_status == 2
    with pytest.raises(MissingExtra, match=line), importing("zstd"):
        import zstandard  # noqa: F401 - its import is what fails


def test_a_module_of_another_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an installed package lacks what is imported from it, the line says so and how to renew it."""
    monkeypatch.setitem(sys.modules, "zstandard", ModuleType("zstandard"))
    line = r"can't use the installed version of zstandard: pip install --upgrade 's1ecs\[zstd\]'$"
    with pytest.raises(SettingsError, match=line), importing("zstd"):
        from zstandard import ZstdCompressor  # noqa: F401 - its import is what fails


def test_a_mistake_of_ours_is_no_missing_extra() -> None:
    """A module of s1ecs that can't be imported is not taken for a missing extra."""
    with pytest.raises(ModuleNotFoundError, match="no_such_module"), importing("zstd"):
        import s1ecs.no_such_module  # type: ignore[import-not-found]  # noqa: F401 - its import is what fails
