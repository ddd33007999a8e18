"""The JSON API holds what its OpenAPI description promises, whatever is asked."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from s1ecs.web.questions.list_view import BY_STREAM, LIST_VIEWS

from .conftest import app_over
from .made_store import fill

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """Make the page over a store with some documents of every stream."""
    folder = tmp_path_factory.mktemp("api")
    fill(folder, [*BY_STREAM], 300)
    with app_over(folder) as made:
        yield made


@pytest.fixture(scope="module")
def described(app: FastAPI) -> BaseSchema:
    """Read the description of the API as a client does."""
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


PATHS = ["/overview", "/collection", "/search"]
PATHS += [f"/{view.stream}{rest}" for view in LIST_VIEWS for rest in ("", "/values/{column}", "/{identity}")]
PATHS += [f"/{view.stream}/over-time" for view in LIST_VIEWS if not view.latest]


def test_every_path_is_described(described: BaseSchema) -> None:
    """The description has the paths that the tests generate requests for, and no other."""
    found = {each.ok().path for each in described.get_all_operations() if isinstance(each, Ok)}
    assert {path for path in found if not path.startswith("/api/v1/")} == set()
    assert {f"/api/v1{path}" for path in PATHS} == found


@pytest.mark.parametrize("path", PATHS)
def test_generated_requests(described: BaseSchema, path: str) -> None:
    """No generated request gets a server error, and every answer is as documented."""

    @given(case=described[f"/api/v1{path}"]["GET"].as_strategy())
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    def hold(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    hold()


GETS = ["/", "/collection", "/search", "/search?q=a", *(view.path for view in LIST_VIEWS)]
API = ["/api/v1/overview", "/api/v1/collection", "/api/v1/search?q=a"]
API += [f"/api/v1/{view.stream}{rest}" for view in LIST_VIEWS for rest in ("", f"/values/{view.columns[0]}")]
API += [f"/api/v1/{view.stream}/over-time" for view in LIST_VIEWS if not view.latest]


@pytest.mark.parametrize("path", GETS + API)
@pytest.mark.parametrize("parameter", ["nonsense", "not.nonsense", "Severity"])
def test_unknown_parameters(app: FastAPI, path: str, parameter: str) -> None:
    """A parameter that a page or the API does not know is refused with its name, never ignored."""
    page = TestClient(app)
    assert page.get(path).status_code == 200
    response = page.get(f"{path}{'&' if '?' in path else '?'}{parameter}=1")
    assert response.status_code == 400
    assert parameter.removeprefix("not.") in response.text


def test_documented_parameters(app: FastAPI) -> None:
    """Every parameter that is documented is understood by each path that documents it."""
    page = TestClient(app)
    examples = {
        "from": "-24h",
        "to": "now",
        "q": "a",
        "sort": "time",
        "severity": "high",
        "limit": "5",
        "column": "host",
        "stream": "alert",
    }
    tried = 0
    for path, operations in page.get("/api/v1/openapi.json").json()["paths"].items():
        for each in operations["get"].get("parameters", []):
            if each["in"] == "query" and each["name"] not in {"after", "by"} and "{identity}" not in path:
                address = path.replace("{column}", "host" if "group" not in path else "type")
                query = {"q": "a"} if path.endswith("search") else {}
                response = page.get(address, params=query | {each["name"]: examples.get(each["name"], "1")})
                assert response.status_code == 200, (address, each["name"], response.text)
                tried += 1
    assert tried > 100


MANY = {
    "filters": [("status", str(number)) for number in range(2000)],
    "columns": [(f"not.{name}", "x") for name in ("status", "verdict", "rule", "host") for _ in range(500)],
    "a long value": [("host", "x" * 60_000)],
    "a long pattern": [("host", "*x" * 15_000)],
    "a NUL": [("host", "a\0b"), ("q", "a\0b")],
    "many words": [("q", "word " * 10_000)],
    "many alternatives": [("q", " OR ".join(["word"] * 5_000))],
    "many exclusions": [("q", "word" + " NOT other" * 5_000)],
    "a long word": [("q", "x" * 60_000)],
    "an open phrase": [("q", '"')],
    "signs": [("q", "()*:^-{}")],
    "a far time": [("from", "99999999999999d")],
    "the last time": [("from", "9999-12-31T23:59:59.999Z"), ("to", "0001-01-01T00:00:00Z")],
    "not a time": [("to", "yesteryear")],
    "surrogates": [("host", "\ud800")],
}


@pytest.mark.parametrize("path", ["/alerts", "/hosts", "/", "/search", "/api/v1/alert", "/api/v1/alert/over-time"])
@pytest.mark.parametrize("parameters", MANY.values(), ids=MANY)
def test_large_and_odd_requests(app: FastAPI, path: str, parameters: list[tuple[str, str]]) -> None:
    """A request that is too large or odd is answered or refused with a sentence; none is a server error."""
    response = TestClient(app).get(f"{path}?{urlencode(parameters, errors='surrogatepass')}")
    assert response.status_code in {200, 400}, response.text[:500]
