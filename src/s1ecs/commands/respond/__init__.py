"""`s1ecs respond`: what its commands do."""
