"""Client of the console's REST API. It knows nothing of ECS."""
