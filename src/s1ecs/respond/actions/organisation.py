"""Lists of accounts, sites and groups, for the ids that actions and settings want: GET /accounts, /sites, /groups."""

from s1ecs.respond import validators
from s1ecs.respond.actions.action import Argument, Listing

_TEXT = Argument("text", "Show only those whose name contains this text.", validators.words, needed=False)


def _in(scope: str, what: str) -> Argument:
    meaning = f"Show only {what} of the {scope} with this id."
    return Argument(scope, meaning, validators.console_id, flag=f"--{scope}", needed=False)


ORGANISATION_LISTINGS = (
    Listing(
        "accounts",
        "List the accounts that the token can read.",
        "Accounts -> View",
        "/accounts",
        {"sortBy": "name", "sortOrder": "asc", "limit": "1000"},
        (
            ("id", "id"),
            ("name", "name"),
            ("state", "state"),
            ("type", "accountType"),
            ("sites", "numberOfSites"),
            ("agents", "activeAgents"),
            ("expires", "expiration"),
        ),
        "s1ecs respond accounts",
        arguments=(_TEXT,),
        parameters={"text": "query"},
    ),
    Listing(
        "sites",
        "List the sites that the token can read.",
        "Sites -> View",
        "/sites",
        {"sortBy": "name", "sortOrder": "asc", "limit": "1000"},
        (
            ("id", "id"),
            ("name", "name"),
            ("state", "state"),
            ("type", "siteType"),
            ("agents", "activeLicenses"),
            ("account", "accountName"),
            ("account id", "accountId"),
        ),
        "s1ecs respond sites --account 225494730938493915",
        arguments=(_TEXT, _in("account", "sites")),
        parameters={"text": "query", "account": "accountIds"},
        inside="sites",
    ),
    Listing(
        "groups",
        "List the groups that the token can read.",
        "Groups -> View",
        "/groups",
        {"sortBy": "name", "sortOrder": "asc", "limit": "300"},
        (
            ("id", "id"),
            ("name", "name"),
            ("type", "type"),
            ("agents", "totalAgents"),
            ("default", "isDefault"),
            ("site id", "siteId"),
            ("description", "description"),
        ),
        "s1ecs respond groups --site 225494730938493915",
        arguments=(_TEXT, _in("site", "groups"), _in("account", "groups")),
        parameters={"text": "query", "site": "siteIds", "account": "accountIds"},
    ),
)
