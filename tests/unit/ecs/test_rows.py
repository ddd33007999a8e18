"""What a table's words and switches do together, in small tables of their own."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from s1ecs.ecs import table as word
from s1ecs.ecs.converters import Bad, WholeRecordFailure
from s1ecs.ecs.mapper import Mapped, Mapper
from s1ecs.ecs.table import FieldRow, FieldTable, Found, Inner
from s1ecs.records import record_from_line

KIND = word.constant("event.kind", "event", "Always event.")


def mapped(rows: tuple[FieldRow, ...], record: Any, *, keep_duplicates: bool = False, **switches: Any) -> Mapped:
    """What a table of these rows makes of a record, addresses that begin with 81 lying in London."""
    mapper = Mapper(FieldTable((KIND, *rows), ("id",), **switches), _locate, keep_duplicates=keep_duplicates)
    return mapper.map(record_from_line(json.dumps(record).encode()))


def fields(rows: tuple[FieldRow, ...], record: Any, **switches: Any) -> dict[str, Any]:
    """The document alone, without what every one of these has."""
    document = mapped(rows, record, **switches).document
    return {key: value for key, value in document.items() if key not in {"event", "ecs"}}


def _locate(address: str) -> Mapping[str, Any] | None:
    if address == "81.2.69.0":
        raise Bad("no luck")
    return {"city_name": "London"} if address.startswith("81") else None


GEO = (
    word.geo("host.geo", "a", "First."),
    word.geo("host.geo", "b", "Second.", only_if_unset=True),
    word.ip("host.ip", "b", "One.", related="ip", as_list=True),
    word.ip("host.ip", "a", "Other.", related="ip", as_list=True),
)


@pytest.mark.parametrize(
    ("record", "host", "related"),
    [
        (
            {"a": "81.2.69.1", "b": "10.0.0.1"},
            {"geo": {"city_name": "London"}, "ip": ["10.0.0.1", "81.2.69.1"]},
            ["10.0.0.1", "81.2.69.1"],
        ),
        ({"a": "10.0.0.1", "b": "81.2.69.1"}, {"geo": {"city_name": "London"}, "ip": ["81.2.69.1", "10.0.0.1"]}, None),
        ({"a": "81.2.69.1", "b": "81.2.69.1"}, {"geo": {"city_name": "London"}, "ip": ["81.2.69.1"]}, ["81.2.69.1"]),
        ({"a": ["10.0.0.1", "81.2.69.1"]}, {"geo": {"city_name": "London"}, "ip": ["10.0.0.1", "81.2.69.1"]}, None),
        ({"a": "10.0.0.1"}, {"ip": ["10.0.0.1"]}, ["10.0.0.1"]),
    ],
)
def test_two_addresses_of_one_host(record: Any, host: Any, related: Any) -> None:
    """The first address that is known tells the place; both go to host.ip, in the order of its rows, each once."""
    document = fields(GEO, record)
    assert host == document["host"]
    assert (related or host["ip"]) == document["related"]["ip"]


def test_look_up_that_fails_costs_the_place_alone() -> None:
    """The address is still good; its text stands beside."""
    document = fields(GEO, {"a": "81.2.69.0"})
    assert document == {
        "host": {"ip": ["81.2.69.0"]},
        "related": {"ip": ["81.2.69.0"]},
        "error": {"message": ["no luck"]},
    }


@pytest.mark.parametrize(("one_text", "texts"), [(True, 1), (False, 2)])
def test_bad_address_is_named_once_or_twice(one_text: bool, texts: int) -> None:  # noqa: FBT001 - a parameter
    """By the table's switch the geo row alone names a bad address, or the ip row names it again."""
    document = fields((GEO[0], GEO[3]), {"a": "81.2.69.x"}, one_text_per_address=one_text)
    assert document == {"error": {"message": ["'81.2.69.x' is not an IP string literal."] * texts}}


def test_template_needs_all_its_fields() -> None:
    """A template puts in the text form of each field, and does nothing where one is not set."""
    rows = (
        word.keyword("s.a", "a", "A."),
        word.double("s.b", "b", "B."),
        word.template("message", "A is {s.a} ({s.b})!", "Both."),
    )
    assert fields(rows, {"a": "x{b}", "b": "7"})["message"] == "A is x{b} (7.0)!"
    assert "message" not in fields(rows, {"a": "x", "b": "y"})
    assert "message" not in fields(rows, {"a": "", "b": "7"})


def test_rest_is_what_no_row_names() -> None:
    """Leftovers keep keys and types, without empties; a key that a row names is none, but where it is kept."""
    rows = (
        word.keyword("s.a", "data.a", "A."),
        word.date("s.d", "data.d", "D."),
        word.rest("s.rest", "data", "The rest.", keeps=frozenset({"d"})),
    )
    record = {"data": {"a": 1, "d": "bad", "n": {"a": 1, "e": ""}, "z": 0, "e": []}, "a": "lost"}
    assert fields(rows, record)["s"] == {"a": 1, "rest": {"d": "bad", "n": {"a": 1}, "z": 0}}
    assert fields(rows, {"data": ["a"]}) == {}


WORDS = {"Yes": "good", "no": "bad"}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"a": {"w": "YES"}}, "good"),
        ({"a": {"w": "perhaps"}}, "unknown"),
        ({"a": {"w": ""}}, "unknown"),
        ({"a": {"w": None}}, "unknown"),
        ({"a": "text"}, "unknown"),
        ({}, "unknown"),
        ({"a": {"w": 1}}, None),
    ],
)
def test_words_and_what_stands_for_others(record: Any, expected: Any) -> None:
    """Words count in any letter case; another word and an absent one have their own, what is no text has none."""
    rows = (word.words("s.w", "a.w", "W.", WORDS, otherwise="unknown"),)
    assert ({"s": {"w": expected}} if expected else {}) == fields(rows, record)


def test_lists_behind_words_are_not_shared() -> None:
    """A document that is changed later changes no other."""
    mapper = Mapper(FieldTable((KIND, word.words("s.w", "w", "W.", {"a": ["x"]})), ("id",)))
    record = record_from_line(b'{"w":"a"}')
    mapper.map(record).document["s"]["w"].append("y")
    assert mapper.map(record).document["s"]["w"] == ["x"]


def _work(result: Callable[[], Any]) -> FieldRow:
    def work(_: Any, found: Found) -> Any:
        found.fields["host.mac"] = ["A", ""]
        found.related["hosts"].extend(["h", "", "h"])
        found.problems.append("a text")
        return result()

    return word.function("s.f", "f", "F.", work, Inner("host.mac", "keyword", "M."), Inner(".k", "keyword", "K."))


def _fail() -> None:
    raise WholeRecordFailure("that's all")


def _refuse() -> None:
    raise Bad("no good")


def test_function_sets_fields_beside_its_target() -> None:
    """What a function sets, returns and appends goes into the document, without empties."""
    assert fields((_work(lambda: [{"k": "v", "e": ""}, {}]),), {"f": 0}) == {
        "s": {"f": [{"k": "v"}]},
        "host": {"mac": ["A"]},
        "related": {"hosts": ["h", "h"]},
        "error": {"message": ["a text"]},
    }


def test_function_of_an_absent_value_does_nothing() -> None:
    """Null and absent are the same."""
    assert fields((_work(_fail),), {"f": None}) == {}


@pytest.mark.parametrize(("result", "text", "failed"), [(_fail, "that's all", True), (_refuse, "no good", False)])
def test_function_that_gives_up_keeps_what_it_set(result: Callable[[], Any], text: str, failed: bool) -> None:  # noqa: FBT001 - a parameter
    """Fields set before a failure stay; only a whole-record failure ends the record, with the rows after it."""
    got = mapped((_work(result), word.keyword("s.k", "k", "K.")), {"f": 0, "k": "v"})
    assert got.document["host"] == {"mac": ["A"]}
    assert got.document["error"]["message"] == ["a text", text]
    assert failed == got.failed == ("s" not in got.document) == (got.document["event"]["kind"] == "pipeline_error")


def test_whole_record_under_its_own_name() -> None:
    """A row without a source gets the record as it was prepared; one that could not be prepared fails."""

    def prepare(record: dict[str, Any], problems: list[str]) -> dict[str, Any]:
        if "fail" in record:
            raise WholeRecordFailure("not to be prepared")
        problems.append("prepared")
        return {key.lower(): value for key, value in record.items()}

    rows = (word.keyword("own", "", "All of it."), word.keyword("message", "name", "Name."))
    assert fields(rows, {"Name": "n", "X": {"y": ""}}, prepare=prepare) == {
        "own": {"name": "n"},
        "message": "n",
        "error": {"message": ["prepared"]},
    }
    assert fields(rows, {"fail": 1}, prepare=prepare) == {"error": {"message": ["not to be prepared"]}}


def test_duplicates_of_every_form() -> None:
    """Duplicate fields go by name: of a row, beside a row, inside what is kept whole, in each element of a list."""
    rows = (
        word.keyword("own.a", "a", "A.", copies=("host.name",)),
        word.function("", "", "F.", lambda _, found: found.fields.update({"own.f": 1}), Inner("own.f", "long", "F.")),
        word.keyword("own.all", "all", "All."),
    )
    record = {"a": "h", "all": {"list": [{"b": 1}, {"b": 2, "c": 3}, "b"], "d": {"e": 4}, "z": 5}}
    names = ("own.a", "own.f", "own.all.list[].b", "own.all.d.e", "own.all.not.there")
    kept = fields(rows, record, duplicates=names, keep_duplicates=True)
    assert kept == {"host": {"name": "h"}, "own": {"a": "h", "f": 1, "all": record["all"]}}
    left = fields(rows, record, duplicates=names)
    assert left == {"host": {"name": "h"}, "own": {"all": {"list": [{"c": 3}, "b"], "z": 5}}}


def test_any_text_makes_a_failure_where_the_table_says_so() -> None:
    """A bad value makes a pipeline_error of the document, but keeps all the rest of it."""
    got = mapped(
        (word.long("s.n", "n", "N."), word.keyword("s.k", "k", "K.")), {"n": "x", "k": "v"}, bad_value_fails=True
    )
    assert got.failed
    assert got.document["event"]["kind"] == "pipeline_error"
    assert got.document["s"] == {"k": "v"}


def test_empty_texts_are_skipped_by_table_or_row() -> None:
    """An empty text is a bad value unless the row, or the table for its kind, says that it does nothing."""
    rows = (word.date("s.d", "d", "D."), word.long("s.n", "n", "N."), word.long("s.m", "n", "M.", empty="skipped"))
    assert fields(rows, {"d": "", "n": ""})["error"]["message"] == ["unable to parse date []", 'For input string: ""']
    skipping = frozenset({"date", "long"})
    assert fields(rows, {"d": "", "n": ""}, empty_skipped=skipping)["error"]["message"] == ['For input string: ""']


def test_record_is_cleaned_first() -> None:
    """Where the table says so, empties are absent for every row, so that none is a bad value."""
    rows = (word.date("s.d", "d", "D."), word.joined("s.j", "j", "J."), word.boolean("s.b", "b", "B."))
    assert fields(rows, {"d": "", "j": ["a", "", None, "b"], "b": [None]}, cleaned=True) == {"s": {"j": "a,b"}}


def test_record_without_exact_form() -> None:
    """A record nested deeper than the exact parser goes, with a number that needs it, is named and kept as text."""
    line = b'{"n":123456789012345678901234567890,"deep":' + b"[" * 1010 + b"]" * 1010 + b"}"
    got = Mapper(FieldTable((KIND, word.long("s.n", "n", "N.")), ("id",))).map(record_from_line(line))
    assert got.failed
    assert got.document["error"] == {"message": ["nested too deeply"]}
