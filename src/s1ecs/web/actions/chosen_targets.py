"""Targets of an action from documents of the store: the host, threat or alert that each document is about."""

from collections.abc import Sequence
from functools import partial

from s1ecs.errors import StateError, UsageError
from s1ecs.respond.actions.action import On
from s1ecs.web.actions.form_fields import AskedAction
from s1ecs.web.actions.offered import TARGETS_OF
from s1ecs.web.questions.action_targets import named_objects
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.questions.reader import StoreReader

# Columns that name the host of a document, the surest first; a name that several hosts have is refused by the plan.
_HOST_COLUMNS = ("agent_id", "host")


async def chosen_targets(store: StoreReader, requested: AskedAction) -> Sequence[str]:
    """Return the ids to act on, each once; raise UsageError for a document that names no such target.

    What is not the id of a document is taken for the id of the object on the console, so that a page can name a host
    or an alert whose document is gone.
    """
    on, stream = requested.action.on, requested.stream
    if on not in TARGETS_OF.get(stream, ()):
        raise UsageError(f"{requested.action.name} does not act on {stream.replace('_', ' ') or 'nothing'!r}")
    columns = _HOST_COLUMNS if on is On.HOST else (BY_STREAM[stream].key,)
    found: Sequence[str | None]
    try:
        found = await store.ask(
            partial(named_objects, stream=stream, columns=columns, documents=list(requested.targets))
        )
    except StateError:
        # Without a store nothing was selected from it: these are ids of the console.
        found = [None] * len(requested.targets)
    targets = []
    for (_, identity), target in zip(requested.targets, found, strict=True):
        if target == "":
            wanted = "host" if on is On.HOST else stream.replace("_", " ")
            raise UsageError(f"the document {identity[:80]!r} does not name a {wanted}; remove it from the selection")
        targets.append(target or identity)
    return list(dict.fromkeys(targets))
