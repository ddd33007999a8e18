#!/usr/bin/env bash
# Demo on this machine only: start a stand-in console, check it, collect from it, query the result, open the page.
# On a terminal the page is served until Ctrl-C; --no-serve ends before.
set -euo pipefail
cd "$(dirname "$0")"

serve=no
[ -t 0 ] && [ -t 1 ] && serve=yes
case "${1:-}" in
  "") ;;
  --no-serve) serve=no ;;
  *) echo "usage: demo.sh [--no-serve]" >&2; exit 2 ;;
esac

say() { printf '\n== %s\n' "$*"; }

state=demo
rm -rf "$state"
mkdir -p "$state"

say "a stand-in console with 100 hosts and 5,000 alerts (a real HTTP server with generated data)"
s1ecs standin --port 0 --agents 100 --alerts 5000 --seed 7 >"$state/standin.out" &
standin=$!
trap 'kill "$standin" 2>/dev/null || true; wait "$standin" 2>/dev/null || true' EXIT
for _ in $(seq 600); do
  [ -s "$state/standin.out" ] && break
  kill -0 "$standin" 2>/dev/null || exit 1
  sleep 0.1
done
address=$(head -n 1 "$state/standin.out")
echo "$address"

export S1ECS_URL=$address S1ECS_TOKEN=demo-token S1ECS_STATE_DIR=$state

say "s1ecs check"
s1ecs check

say "s1ecs collect: nine streams in parallel (half a minute: consoles allow three requests per second for applications)"
s1ecs collect

say "s1ecs streams"
s1ecs streams

say "one complete document: an event recorded by an agent around a threat"
s1ecs query --json "SELECT document FROM threat_event WHERE event = 'Process Creation' ORDER BY time DESC LIMIT 1" |
  python3 -c 'import json, sys; print(json.dumps(json.loads(json.load(sys.stdin)[0]["document"]), indent=2, sort_keys=True))'

say "alerts by severity"
s1ecs query "SELECT severity, count(*) AS alerts, count(DISTINCT host) AS hosts FROM alert GROUP BY severity ORDER BY severity DESC"

say "latest state of the agents, by operating system"
s1ecs query "SELECT os, count(*) AS agents, sum(infected) AS infected, sum(NOT up_to_date) AS outdated FROM agent_latest WHERE NOT gone GROUP BY os ORDER BY agents DESC"

say "the five applications with the most critical risks"
s1ecs query "SELECT application, vendor, count(DISTINCT cve) AS cves, count(DISTINCT host) AS hosts, count(*) AS risks FROM application_risk_latest WHERE severity = 99 AND NOT gone GROUP BY application, vendor ORDER BY risks DESC, application LIMIT 5"

say "hosts with unresolved threats, with their events, alerts and critical risks"
s1ecs query "
SELECT threat.host, count(DISTINCT threat_id) AS threats, max(classification) AS such_as,
  (SELECT count(*) FROM threat_event WHERE threat_event.host = threat.host) AS events,
  (SELECT count(*) FROM alert WHERE alert.host = threat.host) AS alerts,
  (SELECT count(*) FROM application_risk_latest AS risk WHERE risk.host = threat.host AND severity = 99) AS critical_risks
FROM threat WHERE status = 'unresolved' GROUP BY threat.host ORDER BY threats DESC, alerts DESC LIMIT 5"

say "full-text search: command lines that encode what they do"
s1ecs search "command:powershell encodedcommand" --limit 5

count() { s1ecs query --csv "SELECT count(*) FROM $1" | tail -n 1; }
alerts=$(count alert)
say "$(count documents) documents in $state/s1ecs.db, $alerts of them alerts"
cat <<END
Open the page: S1ECS_URL=$address S1ECS_TOKEN=demo-token S1ECS_STATE_DIR=$state .venv/bin/s1ecs serve
Query more:    S1ECS_STATE_DIR=$state .venv/bin/s1ecs query "SELECT time, description FROM activity ORDER BY time DESC LIMIT 10"
Your console:  S1ECS_URL=https://your-console.example S1ECS_TOKEN=... S1ECS_STATE_DIR=./data .venv/bin/s1ecs collect
All commands:  .venv/bin/s1ecs --help
END
[ "$alerts" = 5000 ]
[ "$serve" = yes ] || exit 0

say "the page: open this address in a browser; isolating a host works, on the stand-in console (Ctrl-C ends the demo)"
S1ECS_ACTION_TOKEN=actor s1ecs serve --port 0
