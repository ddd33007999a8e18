"""GET /user."""

from s1ecs.standin.parameters.parameter import SCOPE, TENANT

USER = (*SCOPE, TENANT)
