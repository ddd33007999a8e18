"""The console's REST API, and nothing about ECS."""
