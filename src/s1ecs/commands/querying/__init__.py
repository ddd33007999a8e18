"""Parts of `s1ecs query`: where the statement comes from, its parameters, saved queries, and names that were meant."""
