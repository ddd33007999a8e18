"""Metrics and readiness of the page, and who may read them."""

import pytest
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.testclient import TestClient

from s1ecs.monitor.health import Health, HealthLine
from s1ecs.web.access.page_user import PageUser, Role
from s1ecs.web.serving.monitoring_routes import monitoring_routes

LINES = [HealthLine(Health.WARNING, "north/alert", "north", "alert", "late")]


def client(user: PageUser) -> TestClient:
    """Serve the routes to a user who is logged in."""
    app = FastAPI()
    app.include_router(monitoring_routes(lambda: LINES))

    @app.middleware("http")
    async def log_in(request: Request, call_next: RequestResponseEndpoint) -> Response:
        request.state.user = user
        return await call_next(request)

    return TestClient(app)


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_of_all_consoles(path: str) -> None:
    """Who sees all consoles reads about them; who sees some does not learn of the others."""
    everyone = client(PageUser("ada", {"*": Role.VIEWER})).get(path)
    assert (everyone.status_code, "north" in everyone.text) == (200, True)
    some = client(PageUser("bob", {"south": Role.RESPONDER})).get(path)
    assert (some.status_code, "north" in some.text) == (403, False)
