"""`s1ecs consoles`: identity of the known consoles, and consoles that are rows of a state that many machines share."""
