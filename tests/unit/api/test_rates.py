import pytest

from s1ecs.api.rates import RateLimits


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/threats", "/threats"),
        ("/threats/225494730938493804", "/threats"),
        ("/threats/225494730938493804/explore/events", "/threats/{id}/..."),
        ("/threats/mitigate/kill", "/threats"),
        ("/user", "/user"),
        ("/users", "/users"),
        ("/users/login", "/users/login"),
        ("/users/api-token-details", "/users"),
        ("/agents/actions/disconnect", "/agents"),
        ("/application-management/inventory/endpoints", "/application-management/inventory"),
        ("/application-management/risks", ""),
        ("/cloud-detection/alerts", ""),
        ("/cloud-detection/rules", "/cloud-detection/rules"),
        ("/system/status/db", "/system/status"),
    ],
)
def test_longest_prefix(path: str, prefix: str) -> None:
    """The limit of the longest prefix counts, by whole segments."""
    assert RateLimits().rate(path).prefix == prefix


async def test_buckets() -> None:
    """Paths below one prefix share its burst, and others have their own."""
    limits = RateLimits()
    bucket = limits.bucket("/agents/count")
    await bucket.acquire()
    assert not limits.bucket("/agents").has_capacity()
    assert limits.bucket("/threats").has_capacity(50)
    assert bucket.time_period == pytest.approx(1 / 25)
    assert limits.bucket("/tag-manager").time_period == 50
