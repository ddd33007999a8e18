#!/usr/bin/env bash
# The main job, end to end, on this machine alone: a stand-in console, a check, a collection, a look at what arrived.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s\n' "$*"; }

state=demo
rm -rf "$state"
mkdir -p "$state"

say "a stand-in console with 5,000 alerts (a real HTTP server with a made-up organisation)"
s1ecs standin --port 0 --alerts 5000 --seed 7 >"$state/standin.out" &
standin=$!
trap 'kill "$standin" 2>/dev/null || true; wait "$standin" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  [ -s "$state/standin.out" ] && break
  kill -0 "$standin" 2>/dev/null || exit 1
  sleep 0.1
done
address=$(head -n 1 "$state/standin.out")
echo "$address"

export S1ECS_URL=$address S1ECS_TOKEN=demo-token S1ECS_STATE_DIR=$state

say "s1ecs check"
s1ecs check

say "s1ecs collect alert"
s1ecs collect alert

say "what arrived, by severity"
s1ecs query "SELECT severity, count(*) AS alerts FROM alert GROUP BY severity ORDER BY severity DESC"

say "the five loudest rules"
s1ecs query "SELECT rule, max(severity) AS severity, count(*) AS alerts, count(DISTINCT host) AS hosts FROM alert GROUP BY rule ORDER BY alerts DESC, rule LIMIT 5"

say "one full document"
s1ecs query --json "SELECT document FROM alert WHERE severity = 99 ORDER BY time DESC LIMIT 1" |
  python3 -c 'import json, sys; print(json.dumps(json.loads(json.load(sys.stdin)[0]["document"]), indent=2, sort_keys=True))'

count=$(s1ecs query --csv "SELECT count(*) FROM alert" | tail -n 1 | tr -d '\r')
say "$count alerts lie in $state/s1ecs.db"
cat <<END
Ask on:        S1ECS_STATE_DIR=$state .venv/bin/s1ecs query "SELECT time, host, user, command_line FROM alert ORDER BY time DESC LIMIT 10"
Your console:  S1ECS_URL=https://your-console.example S1ECS_TOKEN=... S1ECS_STATE_DIR=./data .venv/bin/s1ecs collect
All commands:  .venv/bin/s1ecs --help
END
[ "$count" = 5000 ]
