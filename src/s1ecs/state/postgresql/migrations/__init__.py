"""Tables of the state in PostgreSQL, as the numbered migrations that lead to them.

A migration, once released, never changes. One that only adds (tables, columns with a default, indexes) leaves the
database usable for processes of the version before; all others set `adds_only=False`, which refuses these.
"""

from s1ecs.state.postgresql.migrations.cluster_tables import CLUSTER_TABLES
from s1ecs.state.postgresql.migrations.console_rows_tables import CONSOLE_ROWS_TABLES
from s1ecs.state.postgresql.migrations.schema_step import SchemaStep
from s1ecs.state.postgresql.migrations.state_tables import STATE_TABLES

# Their numbers are their places, from 1 on.
MIGRATIONS: tuple[SchemaStep, ...] = (
    SchemaStep("the state", STATE_TABLES, adds_only=False),
    SchemaStep("work of a cluster", CLUSTER_TABLES),
    SchemaStep("consoles as rows", CONSOLE_ROWS_TABLES),
)
