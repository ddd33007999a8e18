"""Optional dependencies: what each extra is for, which modules it installs, and the error where it is missing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType

from s1ecs.errors import MissingExtra, SettingsError


@dataclass(frozen=True)
class Extra:
    """An optional dependency: the feature that needs it and the top-level modules that s1ecs imports from it."""

    feature: str
    modules: tuple[str, ...]


EXTRAS: Mapping[str, Extra] = MappingProxyType(
    {
        "cluster": Extra("state in PostgreSQL (setting 'state'), workers", ("procrastinate", "psycopg")),
        "duckdb": Extra("queries over the archive (query --archive)", ("duckdb", "pyarrow")),
        "kafka": Extra("the output 'kafka'", ("confluent_kafka",)),
        "metrics": Extra("the metrics endpoint (setting 'metrics_port')", ("prometheus_client", "uvicorn")),
        "oidc": Extra(
            "login by OpenID Connect (setting 'web_oidc_issuer')",
            ("argon2", "authlib", "fastapi", "jinja2", "joserfc", "prometheus_client", "uvicorn"),
        ),
        "parquet": Extra("Parquet (export --format parquet, setting 'archive' of the store)", ("pyarrow",)),
        "standin": Extra("the stand-in console", ("graphql", "starlette", "uvicorn")),
        "web": Extra(
            "the web page (s1ecs serve, s1ecs run --web)",
            ("argon2", "fastapi", "jinja2", "prometheus_client", "uvicorn"),
        ),
        "zstd": Extra("zstd compression", ("zstandard",)),
    }
)


def require(name: str) -> None:
    """Raise MissingExtra unless the modules of an extra are installed. Import none of them."""
    if not all(map(find_spec, EXTRAS[name].modules)):
        raise MissingExtra(_missing(name))


@contextmanager
def importing(name: str) -> Iterator[None]:
    """Turn a failed import of what an extra installs into an error that names the extra.

    Raises MissingExtra where a module is not installed, SettingsError where an installed one is of no use, such as one
    of another version.
    """
    try:
        yield
    except ImportError as error:
        module = (error.name or "").partition(".")[0]
        if module in {"", "s1ecs"}:
            raise
        if isinstance(error, ModuleNotFoundError):
            raise MissingExtra(_missing(name)) from None
        raise SettingsError(
            f"{EXTRAS[name].feature} can't use the installed version of {module}: pip install --upgrade 's1ecs[{name}]'"
        ) from None


def _missing(name: str) -> str:
    return f"{EXTRAS[name].feature} needs an extra that is not installed: pip install 's1ecs[{name}]'"
