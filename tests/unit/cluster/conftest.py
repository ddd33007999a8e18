"""A console whose pages are scripted, and its feed, as in the tests of collecting."""

from tests.unit.collect.conftest import (
    console as console,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.unit.collect.conftest import (
    feed as feed,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.unit.collect.conftest import (
    output as output,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.unit.collect.conftest import (
    state as state,  # noqa: PLC0414 - pytest finds it by its name here
)
