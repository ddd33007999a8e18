"""The table of response actions: requests, parser, help, documentation and tests are made of it."""

from collections.abc import Mapping

from s1ecs.respond.actions.action import Action, Listing
from s1ecs.respond.actions.alerts import ALERTS
from s1ecs.respond.actions.hosts import HOSTS
from s1ecs.respond.actions.lists import LISTINGS, LISTS
from s1ecs.respond.actions.organisation import ORGANISATION_LISTINGS
from s1ecs.respond.actions.scripts import SCRIPT_LISTINGS, SCRIPTS
from s1ecs.respond.actions.threats import THREATS
from s1ecs.respond.actions.unified_alerts import UNIFIED_ALERTS

ACTIONS: Mapping[str, Action] = {
    action.name: action for action in (*HOSTS, *SCRIPTS, *THREATS, *ALERTS, *UNIFIED_ALERTS, *LISTS)
}
LISTS_TO_READ: Mapping[str, Listing] = {
    listing.name: listing for listing in (*ORGANISATION_LISTINGS, *SCRIPT_LISTINGS, *LISTINGS)
}

__all__ = ["ACTIONS", "LISTS_TO_READ"]
