"""What other collectors got wrong, each named after the truth that keeps s1ecs from it."""
