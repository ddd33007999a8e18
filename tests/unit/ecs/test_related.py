"""What values put into the lists `related.*`."""

import json
from typing import Any

import pytest

from s1ecs.ecs import related
from s1ecs.ecs import table as word
from s1ecs.ecs.converters import Bad
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.table import FieldTable
from s1ecs.records import DEEPEST, ExactFloat, record_from_line

MAPPER = Mapper(FieldTable((word.keyword("host.name", "name", "N.", related="hosts"),), ("id",)))


def test_append_once_and_member_by_member() -> None:
    """A related list gets each text once, of lists each member, and nothing of null and empty texts."""
    texts = related.Texts(["a"])
    for value in ("a", "", None, "b", ["c", None, "", ["a", 7]], {"k": "v"}):
        related.append(texts, value)
    assert texts == ["a", "b", "c", "7", "{k=v}"]


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ({}, ["{}"]),
        ([{}], ["{}"]),
        ([[]], []),
        ({"a": None}, ["{a=null}"]),
        ({"a": {"b": []}, "c": ""}, ["{a={b=[]}, c=}"]),
        (["x", None, {"a": [None, 1]}], ["x", "{a=[null, 1]}"]),
    ],
)
def test_empties_go_after_the_appends(value: Any, texts: list[str]) -> None:
    """A related list gets the text of the value as it came, with the empties that its own field loses."""
    document = MAPPER.map(record_from_line(json.dumps({"name": value}).encode())).document
    assert texts == document.get("related", {}).get("hosts", [])


def test_what_has_no_text_form_costs_itself_alone() -> None:
    """A number beyond a double is named once, in no related list, and the other members are in theirs."""
    document = MAPPER.map(record_from_line(b'{"name":["pc",1e400,{"a":1e400,"b":"c"}]}')).document
    assert document["related"] == {"hosts": ["pc", "{b=c}"]}
    assert document["error"] == {"message": ['For input string: "1e400"'] * 2}


def test_texts_end_where_documents_do() -> None:
    """What no document holds, being nested too deeply or beyond a double, has no texts."""
    deep: Any = "x"
    for _ in range(DEEPEST + 2):
        deep = [deep]
    for value in (deep, [ExactFloat("1e400")]):
        with pytest.raises(Bad):
            related.texts(value)
