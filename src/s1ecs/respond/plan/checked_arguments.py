"""Arguments of actions and lists, cleaned before the console is asked for anything.

What does not fit the command itself (a word that is none of the choices, an argument too many or too few) is a mistake
of whoever typed it, and no action: UsageError. A value that the console would not take is a refusal: ActionRefused.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from s1ecs.errors import ActionRefused, UsageError
from s1ecs.respond.actions.action import Action, Argument
from s1ecs.respond.validators import NoChoice
from s1ecs.settings.units import write_duration

# What ends an action sooner could be sent before it.
_SHORTEST = timedelta(minutes=1)


def checked(arguments: Iterable[Argument], given: Mapping[str, Any]) -> dict[str, Any]:
    """Clean every argument that is given; raise UsageError, or ActionRefused for a value that is not allowed."""
    wanted = list(arguments)
    check_choices(wanted, given)
    clean: dict[str, Any] = {}
    for argument in wanted:
        value = given.get(argument.name)
        if not _is_missing(argument, value):
            cleaned = [_cleaned(argument, each) for each in dict.fromkeys(_each(value))]
            clean[argument.name] = cleaned if argument.many else cleaned[0]
    return clean


def check_options(action: Action, *, force: bool, lasting: timedelta | None) -> None:
    """Raise UsageError where the action cannot be forced or ended, or not so soon."""
    if force and not action.forceable:
        raise UsageError(f"{action.name} cannot be forced; --force only applies to release, scan and abort-scan")
    if lasting is None:
        return
    if not action.ended_by:
        raise UsageError(f"{action.name} does not support --for")
    if lasting < _SHORTEST:
        given, least = write_duration(lasting), write_duration(_SHORTEST)
        raise UsageError(f"{action.name} --for {given}: the shortest time is {least}")


def check_choices(arguments: Iterable[Argument], given: Mapping[str, Any]) -> None:
    """Raise UsageError for a word that is none of the choices, and for arguments too many or too few."""
    for argument in arguments:
        _check_choice(argument, given.get(argument.name))


def check_arguments(action: Action, given: Mapping[str, Any]) -> None:
    """Raise UsageError as `check_choices` does, and unless exactly one of several ways to name something is used."""
    check_choices(action.arguments, given)
    flags = [argument.flag for argument in action.arguments if argument.name in action.one_of]
    if flags and sum(given.get(name) is not None for name in action.one_of) != 1:
        raise UsageError(f"{action.name}: pass exactly one of {' and '.join(flags)}")


def _check_choice(argument: Argument, value: Any) -> None:
    """Raise UsageError for a value of this argument that does not fit the command."""
    name = argument.flag or argument.metavar
    if _is_missing(argument, value):
        if argument.needed:
            raise UsageError(f"{name} is missing")
        return
    each = _each(value)
    if argument.many and len(each) > argument.most:
        raise UsageError(f"{name}: {len(each)} given, at most {argument.most} allowed")
    if argument.choices and (wrong := [one for one in each if one not in argument.choices]):
        raise UsageError(f"{name}: {wrong[0]!r} is not one of {', '.join(argument.choices)}")
    for one in each:
        try:
            argument.check(one)
        except NoChoice as problem:
            raise UsageError(f"{name}: {problem}") from None
        except ValueError:
            continue


def _cleaned(argument: Argument, text: str) -> str:
    try:
        return argument.check(text)
    except ValueError as problem:
        raise ActionRefused(f"{argument.flag or argument.metavar}: {problem}") from None


def _is_missing(argument: Argument, value: Any) -> bool:
    return value is None or (argument.many and not value)


def _each(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
