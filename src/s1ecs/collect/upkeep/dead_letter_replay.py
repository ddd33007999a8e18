"""Dead letters once more: delivered to the output that refused them, and removed where it took them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from s1ecs.errors import OutputError, StateError
from s1ecs.masking import masked
from s1ecs.outputs.output import Batch, Entity, Output
from s1ecs.state.dead_letters import DeadLetters, Letter, LetterKey

_AT_ONCE = 500


@dataclass
class Retried:
    """The result for a stream's letters: taken, refused once more, left because their output could not be used.

    `errors` are the reasons by output; `damage` is the fault of the file, whose letters are all left then.
    """

    stream: str
    taken: int
    refused: int
    left: int
    errors: Mapping[str, str]
    damage: str | None = None


async def retry(
    dead_letters: DeadLetters, outputs: Mapping[str, Output], streams: Sequence[str], time: str
) -> list[Retried]:
    """Deliver the letters of these streams again; `time` is when, for those that are refused once more.

    Letters that come meanwhile are left alone. A crash before a stream's file is written anew delivers its letters once
    more at the next retry, which an output must stand.
    """
    with dead_letters.retrying():
        return [await _retry_or_leave(dead_letters, outputs, stream, time) for stream in streams]


async def _retry_or_leave(dead_letters: DeadLetters, outputs: Mapping[str, Output], stream: str, time: str) -> Retried:
    """One stream, whose trouble is not the others'."""
    try:
        return await _retry(dead_letters, outputs, stream, time)
    except StateError as error:
        return Retried(stream, 0, 0, 0, {}, str(error))


async def _retry(dead_letters: DeadLetters, outputs: Mapping[str, Output], stream: str, time: str) -> Retried:
    found = dead_letters.read(stream)
    new: dict[LetterKey, Letter | None] = {}
    errors: dict[str, str] = {}
    try:
        for batch, letters in _batches(found):
            name = letters[0].output
            if name in errors:
                continue
            if name not in outputs:
                errors[name] = (
                    f"{name}: this output is not configured or cannot be opened; configure it again or retry later"
                )
                continue
            try:
                delivered = await outputs[name].deliver(batch)
            except OutputError as error:
                errors[name] = str(error)
                continue
            reasons = {refused.id: refused.reason for refused in delivered.refused}
            for letter in letters:
                again = letter.id in reasons
                new[letter.key] = replace(letter, time=time, reason=masked(reasons[letter.id])) if again else None
    finally:
        known = {letter.key: letter for letter in found}
        if new:
            dead_letters.replace(
                stream, lambda letter: new.get(letter.key, letter) if letter == known.get(letter.key) else letter
            )
    taken = sum(letter is None for letter in new.values())
    return Retried(stream, taken, len(new) - taken, len(found) - len(new), errors)


def _batches(found: Sequence[Letter]) -> list[tuple[Batch, list[Letter]]]:
    """The letters as the batches that their output gets: one console, one namespace each, and not too many."""

    def belongs(letter: Letter) -> tuple[str, str, str, str]:
        return letter.output, letter.console, letter.namespace, letter.stream

    made = []
    for (_, console, namespace, stream), group in groupby(sorted(found, key=belongs), belongs):
        letters = list(group)
        for start in range(0, len(letters), _AT_ONCE):
            some = letters[start : start + _AT_ONCE]
            things = {each.id: Entity.from_about(each.about) for each in some if each.about}
            documents = [(each.id, each.document) for each in some]
            made.append((Batch(console, namespace, stream, documents, things), some))
    return made
