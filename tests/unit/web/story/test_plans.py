"""Plans of the questions: none of them reads a table of documents or rows whole."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.web.story.opened_item import ItemAddress, json_at, story_at
from tests.unit.web.story.site import Case, Site, cases, failures
from tests.unit.web.story.test_story import agent, alert, threat

TABLES = "|".join(["documents", "things", *(table.rows for table in store_tables().values())])
WHOLE = re.compile(rf"SCAN ({TABLES})\b")


def plans(site: Site, case: Case) -> Iterator[tuple[str, str]]:
    """Yield the questions that an item's page, pane and JSON ask, each with the lines of its plan."""
    asked: list[str] = []
    site.connection.set_trace_callback(asked.append)
    try:
        for address in (
            ItemAddress(case.stream, case.id, "", None),
            ItemAddress(case.stream, case.id, "default", ["default"]),
            ItemAddress(case.stream, "no such id", "", None),
        ):
            story_at(site.connection, address)
            story_at(site.connection, address, short=True)
            json_at(site.connection, address)
    finally:
        site.connection.set_trace_callback(None)
    for question in dict.fromkeys(asked):
        # FTS5 asks its own tables, which the trace shows as comments.
        if not question.startswith("--"):
            for *_, line in site.connection.execute(f"EXPLAIN QUERY PLAN {question}"):
                yield question, line


@pytest.mark.parametrize("counted", [False, True], ids=["without statistics", "with statistics"])
def test_no_question_of_a_page_reads_a_table_whole(site: Site, *, counted: bool) -> None:
    """All questions of all items go by an index, whether or not SQLite has statistics."""
    examples = [*cases(), *failures()]
    more = [Case("agent", "H=", agent("a1", "ws-042"))]
    for number in range(200):
        more.append(Case("alert", f"A{number}=", alert(str(number), host=f"ws-{number % 7}")))
        more.append(Case("threat", f"T{number}=", threat(str(number))))
        more.append(Case("agent", f"H{number}=", agent(f"h{number}", f"ws-{number}")))
    site.connection.execute("BEGIN")
    for case in (*examples, *more):
        site.put(case.stream, case.id, case.document)
    site.connection.execute("COMMIT")
    if counted:
        site.connection.execute("ANALYZE")
    questions: set[str] = set()
    for case in (*examples, *more[:4]):
        for question, line in plans(site, case):
            questions.add(question)
            assert not WHOLE.search(line), (question, line)
    assert len(questions) > 100


def test_a_question_that_reads_a_table_whole_would_be_seen(site: Site) -> None:
    """The words for a plan that reads a table whole are those that the test above looks for."""
    connection = site.connection
    [*_, line] = connection.execute("EXPLAIN QUERY PLAN SELECT * FROM alert_rows WHERE process = 'x'").fetchone()
    assert WHOLE.search(line)
    [*_, line] = connection.execute("EXPLAIN QUERY PLAN SELECT * FROM documents WHERE id = 'x'").fetchone()
    assert WHOLE.search(line)


async def test_a_store_of_an_earlier_version_is_explained(site: Site) -> None:
    """Where the store lacks an index that a page needs, the page says what brings it up to date."""
    site.put("threat", "T=", threat())
    site.connection.execute("DROP INDEX threat_rows_by_threat_id")
    for answer in (await site.item("threat", "77"), await site.json("threat", "77")):
        assert answer.status_code == 503
        assert "start `s1ecs run` of this version once" in unescape(answer.text)
