"""Dates of records, converted to UTC with milliseconds. Nearly all have one of three forms and are checked fast."""

import re
from datetime import datetime, timedelta
from typing import Any

from s1ecs.ecs.converters import Bad, shown

_TIME_AFTER_HOUR = (
    r":(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_DATE = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    rf"(?:T(?P<hour>[01][0-9]|2[0-3]){_TIME_AFTER_HOUR})?"
)
_LENIENT_DATE = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    rf"(?:T(?P<hour>[01]?[0-9]|2[0-3]){_TIME_AFTER_HOUR})?"
)
_WITH_SECONDS = len("2018-02-27T04:49:26Z")
_WITH_MILLISECONDS = len("2018-02-27T04:49:26.257Z")
_WITH_MICROSECONDS = len("2018-02-27T04:49:26.257525Z")
_MILLISECONDS = len("2018-02-27T04:49:26.257")
_from_iso_format = datetime.fromisoformat
_LARGEST_OFFSET_HOURS = 18
_LARGEST_MINUTE = 59


def _takes_hour_24() -> bool:
    try:
        datetime.fromisoformat("2018-02-27T24:00:00Z")
    except ValueError:
        return False
    return True


# Newer versions of Python take 24:00 for the next midnight.
_TAKES_HOUR_24 = _takes_hour_24()


def date(value: Any) -> str:
    """ISO 8601 text as UTC `YYYY-MM-DDTHH:MM:SS.mmmZ`; what is finer is cut, not rounded."""
    return _common_date(value) or _any_date(value, _DATE)


def lenient_date(value: Any) -> str:
    """The same; months, days and hours may have one digit."""
    return _common_date(value) or _any_date(value, _LENIENT_DATE)


def _common_date(value: Any) -> str | None:
    # Nearly every date of the API is in one of three forms, and fromisoformat alone is fast. It checks the digits; the
    # separators asked for here, every third character from the fifth on, leave it no other form of these lengths.
    if type(value) is not str:
        return None
    separators, length = value[4:20:3], len(value)
    if separators == "--T::." and value[-1] == "Z":
        if length == _WITH_MICROSECONDS:
            result = value[:_MILLISECONDS] + "Z"
        elif length == _WITH_MILLISECONDS:
            result = str(value)
        else:
            return None
    elif separators == "--T::Z" and length == _WITH_SECONDS:
        result = value[:-1] + ".000Z"
    else:
        return None
    try:
        _from_iso_format(value)
    except ValueError:
        return None
    return None if _TAKES_HOUR_24 and value[11:13] == "24" else result


def _any_date(value: Any, form: re.Pattern[str]) -> str:
    match = form.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Bad(f"unable to parse date [{shown(value)}]")
    zone, fraction = match.group("zone", "fraction")
    parts = match.group("year", "month", "day", "hour", "minute", "second")
    try:
        moment = datetime(*(int(part or 0) for part in parts))  # type: ignore[arg-type] # noqa: DTZ001 - see zone
        if zone and zone != "Z":
            moment -= _offset(zone)
    except (ValueError, OverflowError):
        raise Bad(f"unable to parse date [{value}]") from None
    return f"{moment.isoformat()}.{(fraction or '')[:3]:0<3}Z"


def _offset(text: str) -> timedelta:
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > _LARGEST_OFFSET_HOURS or minutes > _LARGEST_MINUTE:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if text[0] == "-" else offset
