"""The generated page docs/dashboards.md: where the page answers the panels of Elastic's dashboards."""

from itertools import groupby

from docs.dashboard_panels import PANELS, Panel, Shown
from s1ecs.web.questions.list_view import LIST_VIEWS, ListView

_HEAD = f"""\
# Dashboards

Elastic's integration ships nine dashboards for Kibana with {len(PANELS)} panels of SentinelOne data. The page of s1ecs
answers each of their questions. This table is generated, and tests compare the number of each answer with a count over
the documents.

Every number of the page leads to its list, every value filters the list, and each list of events takes a time range.
Where a panel asks a question that is not right as it stands, the page answers the one that was meant; a note below the
table says what is wrong.
Kibana's panels count by the top five or ten values; the filters of a list show the most frequent ones, and
`/api/v1/STREAM/values/COLUMN` returns all of them with the same parameters.

Agents, applications, vulnerabilities and groups are counted in their newest state, without those that are gone from the
console. Alerts and activities are events. Threats and unified alerts change; `current=1` counts each once.
"""


def dashboards_page() -> str:
    """Write the page in Markdown."""
    parts = [_HEAD]
    for dashboard, panels in groupby(PANELS, key=lambda panel: panel.dashboard):
        parts.append(f"\n## {dashboard}\n\n| panel | address | where | JSON |\n|---|---|---|---|\n")
        parts.extend(f"| {panel.title} | `{panel.address}` | {_where(panel)} | {_json(panel)} |\n" for panel in panels)
        wrong = [panel for panel in PANELS if panel.dashboard == dashboard and panel.reason]
        remarks = [f"- {panel.title}: {panel.reason}\n" for panel in wrong]
        if remarks:
            parts.append("\nNot right as Elastic asks it:\n\n" + "".join(remarks))
    return "".join(parts)


def _where(panel: Panel) -> str:
    where = panel.shown.value.format(*(_heading(panel, column) for column in panel.columns))
    return f"{where}. {panel.note}" if panel.note else where


def _heading(panel: Panel, column: str) -> str:
    return _view_of(panel.address).heading(column) if panel.address != "/" else column


def _json(panel: Panel) -> str:
    if panel.shown is Shown.CVES:
        return "`/api/v1/overview`"
    path, _, query = panel.address.partition("?")
    stream = _view_of(path).stream
    kept = [each for each in query.split("&") if each and not each.startswith("facet=")]
    ends = {Shown.VALUES: f"/values/{panel.columns[0]}"} if panel.columns else {}
    if panel.shown is Shown.NESTED:
        kept, ends = [*kept, f"{panel.columns[0]}=VALUE"], {Shown.NESTED: f"/values/{panel.columns[1]}"}
    if panel.shown is Shown.CHART and panel.columns[0] == "time":
        ends = {Shown.CHART: "/over-time"}
    return f"`/api/v1/{stream}{ends.get(panel.shown, '')}{'?' if kept else ''}{'&'.join(kept)}`"


def _view_of(address: str) -> ListView:
    path = address.partition("?")[0]
    return next(view for view in LIST_VIEWS if view.path == path)
