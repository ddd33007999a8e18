"""What the commands do and print; `s1ecs.cli` says how they are called."""
