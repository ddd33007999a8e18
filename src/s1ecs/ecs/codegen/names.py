"""Names of variables in generated code, made from the paths of a record: `agentRealtimeInfo.osName` is `os_name`."""

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping

RECORD = "record"
# Names that generated code has for something else.
_TAKEN = frozenset(
    (
        *dir(builtins),
        *keyword.kwlist,
        *(
            "bad",
            "document",
            "domain",
            "failed",
            "failure",
            "field",
            "fields",
            "found",
            "is_address",
            "locate",
            "made",
            "prepare",
            "usual_record",
        ),
        *("problems", RECORD, "refused", "related", "rest", "there", "values", "was_split"),
    )
)
_OF_GENERATED_CODE = re.compile(r"at_|related_|to_|fetch_|keys_|words_|otherwise_|function_|named_|part_|one_of_")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def variables(paths: Iterable[str]) -> Mapping[str, str]:
    """Name each path by its last key, or by all its keys where two paths end alike; "" is the record itself."""
    ordered = [path for path in dict.fromkeys(paths) if path]
    ends = Counter(_plain(path.rpartition(".")[2]) for path in ordered)
    names: dict[str, str] = {"": RECORD}
    for path in ordered:
        end = _plain(path.rpartition(".")[2])
        name = end if ends[end] == 1 else _plain(path)
        while name in _TAKEN or name in names.values() or _OF_GENERATED_CODE.match(name) or not name.isidentifier():
            name = f"{name}_" if name[:1].isalpha() and not _OF_GENERATED_CODE.match(name) else f"the_{name}"
        names[path] = name
    return names


def _plain(text: str) -> str:
    return re.sub(r"\W", "_", _CAPITAL.sub("_", text), flags=re.ASCII).lower()
