"""GET /groups."""

from s1ecs.standin.parameters.parameter import SCOPE, Parameter, booleans, bounds, ids, paging, sort_by, texts

GROUPS = (
    *SCOPE,
    *paging(300),
    sort_by("id", "name", "type", "rank", "siteId", "createdAt", "updatedAt", "description"),
    *bounds("updatedAt"),
    *ids("id"),
    *booleans("isDefault"),
    *texts("types"),
    Parameter("description", "text"),
    Parameter("name", "text"),
    Parameter("query", "text"),
    Parameter("rank", "integer"),
    Parameter("registrationToken", "text"),
    Parameter("type", "choice", values=("static", "dynamic", "pinned")),
)
