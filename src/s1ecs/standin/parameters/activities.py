"""GET /activities."""

from s1ecs.standin.parameters.parameter import PAGING, SCOPE, booleans, bounds, ids, sort_by, texts

ACTIVITIES = (
    *SCOPE,
    *PAGING,
    sort_by("id", "activityType", "createdAt"),
    *bounds("createdAt", between=True),
    *ids("agentIds", "alertIds", "ids", "ruleIds", "threatIds", "userIds"),
    *texts("activityTypes", "activityUuids", "userEmails"),
    *booleans("includeHidden"),
)
