"""Groups of agents, the unit that policies hang on. The console's path is GET /groups."""

from datetime import timedelta

from s1ecs.ecs.layouts import in_layout_2
from s1ecs.ecs.table import FieldTable, boolean, constant, date, keyword, long, within
from s1ecs.streams.collection_modes import ByTime, Reread
from s1ecs.streams.stream import Column, Stored, Stream

OWN = "sentinel_one.group"

TABLE = FieldTable(
    identity=("id", "createdAt", "updatedAt"),
    unreadable_keeps=("event.category", "event.type"),
    rows=(
        constant("event.kind", "event", "Always event; pipeline_error where the record could not be mapped."),
        constant("event.category", ["iam"], "Always iam."),
        constant("event.type", ["info"], "Always info."),
        *within(
            "",
            OWN,
            date("@timestamp", "updatedAt", "Time when the group last changed."),
            date(".created_at", "createdAt", "Time when the group was created."),
            keyword("user.full_name", "creator", "Full name of the user who created the group.", related="user"),
            keyword(".creator.id", "creatorId", "Id of the user who created the group."),
            keyword(".filter.id", "filterId", "Id of the filter that fills a dynamic group."),
            keyword(".filter.name", "filterName", "Name of the filter that fills a dynamic group."),
            keyword("group.id", "id", "Id of the group."),
            boolean(".inherits", "inherits", "Indicates whether the group inherits the policy of its site."),
            boolean(".is_default", "isDefault", "Indicates whether this is the default group."),
            keyword("group.name", "name", "Name of the group."),
            long(".rank", "rank", "Priority among dynamic groups; the lowest number is tried first."),
            keyword(
                ".registration_token",
                "registrationToken",
                "Token with which an agent joins the group; a secret.",
            ),
            in_layout_2(
                keyword(".site.id", "siteId", "Id of the site that the group belongs to."),
                target="sentinel_one.site.id",
            ),
            long(".agent.count", "totalAgents", "Number of agents in the group."),
            keyword(".type", "type", "Kind of membership: static, dynamic or pinned."),
        ),
    ),
)

STREAM = Stream(
    name="group",
    what="Groups of agents and their settings",
    permission="Groups -> View",
    ask=ByTime(
        path="/groups",
        since="updatedAt__gte",
        until="updatedAt__lte",
        sort="updatedAt",
        time="updatedAt",
        page_size=300,
        first_poll=None,
        reread=Reread("updates of a removed group cannot be queried", interval=timedelta(hours=24)),
        thing=("id",),
    ),
    declared=TABLE,
    view=(
        Column("name", "group.name"),
        Column("type", "sentinel_one.group.type"),
        Column("agents", "sentinel_one.group.agent.count"),
        Column("rank", "sentinel_one.group.rank"),
        Column("is_default", "sentinel_one.group.is_default"),
        Column("inherits", "sentinel_one.group.inherits"),
        Column("filter", "sentinel_one.group.filter.name"),
        Column("creator", "user.full_name"),
        Column("created", "sentinel_one.group.created_at"),
        Column("site_id", "sentinel_one.group.site.id"),
        Column("group_id", "group.id"),
    ),
    stored=Stored(
        counted=("type",),
        searched={
            "user": ("user.full_name",),
            "name": ("group.name", "sentinel_one.group.filter.name"),
        },
    ),
    migrated_by="@timestamp",
)
