"""A stand-in console: a real HTTP server with a made-up organisation, for trying s1ecs out and for tests.

It imports nothing of s1ecs outside this package, so that it can't share a mistake with the client.
"""
