"""All routes of access."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi import APIRouter

from s1ecs.extras import importing
from s1ecs.web.access.login_page import LoginPages
from s1ecs.web.access.page_access import PageAccess
from s1ecs.web.rendering import Pages


def access_routes(access: PageAccess, pages: Pages) -> Sequence[APIRouter]:
    """Return the routes of login and logout, and those of OpenID Connect where it is configured."""
    if access.oidc is None:
        return [LoginPages(access, pages).routes()]
    with importing("oidc"):
        from s1ecs.web.access.oidc.oidc_pages import OidcPages

    login = LoginPages(access, pages, provider=urlsplit(access.oidc.issuer).hostname)
    return [login.routes(), OidcPages(access, access.oidc, login).routes()]
