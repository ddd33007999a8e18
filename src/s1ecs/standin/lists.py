"""The lists of the console by name; one that is a stream's has the stream's name."""

from collections.abc import Mapping
from functools import partial

from s1ecs.standin import activities, agent_list, groups, threat_list
from s1ecs.standin.agents import agents
from s1ecs.standin.alert_list import AlertList
from s1ecs.standin.clock import StandinClock
from s1ecs.standin.installations import Installations
from s1ecs.standin.organisation import Organisation
from s1ecs.standin.record_list import Listed, RecordList
from s1ecs.standin.risks import RiskList
from s1ecs.standin.threats import threats


def lists(
    organisation: Organisation, clock: StandinClock, installations: Installations, *, alerts: int, rate: float | None
) -> Mapping[str, Listed]:
    """Return all lists; their records are made when they are first asked for."""
    return {
        "activity": RecordList(
            activities.FIELDS, partial(activities.activities, organisation), activities.emails(organisation)
        ),
        "agent": RecordList(agent_list.FIELDS, partial(agents, organisation)),
        "alert": AlertList(organisation, clock, alerts, rate),
        "application_risk": RiskList(installations),
        "group": RecordList(groups.FIELDS, partial(groups.groups, organisation), groups.accounts(organisation)),
        "threat": RecordList(threat_list.FIELDS, partial(threats, organisation)),
    }
