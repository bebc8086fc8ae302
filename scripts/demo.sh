#!/bin/sh
# `make demo`: from nothing to a deployed stack that answers. Every line that begins with $ is
# something you can type yourself. Safe to run again: the second time nothing is left to change.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH
export PATH

if [ -t 1 ]; then bold=$(tput bold 2>/dev/null || :) plain=$(tput sgr0 2>/dev/null || :); else bold='' plain=''; fi

step() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
run() { printf '$ %s\n' "$*"; "$@"; }

step '1. A local Azure, on this machine alone'
run plumb sandbox up
printf '$ eval "$(plumb sandbox env)"\n'
settings=$(plumb sandbox env)
eval "$settings"

step '2. What would be deployed, judged by the policy pack; then the deployment itself'
run pulumi stack select --create dev
run pulumi up --stack dev --policy-pack policies --yes --suppress-outputs

step '3. Does every deployment answer?'
run plumb smoke --stack dev

step '4. An application: openai, an Entra token, and a copy of the client that follows the route'
run python scripts/demo_client.py

step '5. Where to look'
cat <<'HERE'
First, in this shell         eval "$(.venv/bin/plumb sandbox env)"
Change the stack             edit Pulumi.dev.yaml, make preview, make up
The other environments       make preview stack=prod: refused until what it needs is proven
What prod still needs        plumb readiness report --stack prod
The gate alone, no cloud     plumb check
What the local Azure holds   plumb sandbox open (a page), plumb sandbox status
Stop it, and remove all this make clean
HERE
