#!/bin/sh
# For `make preview` and `make up`: select a stack, having said where to, or what is in the way.
# Exit codes: 2 no such stack file, 4 neither a sandbox nor a state of your own within reach.
set -eu
cd "$(dirname "$0")/.."
stack=$1

if [ ! -f "Pulumi.$stack.yaml" ]; then
    there=$(ls Pulumi.*.yaml 2>/dev/null | sed 's/^Pulumi\./stack=/; s/\.yaml$//' | tr '\n' ' ')
    echo "Pulumi.$stack.yaml does not exist. Fix: use one of ${there}or write the file." >&2
    exit 2
fi

if [ -n "${PLUMB_ARM_ENDPOINT:-}" ]; then
    .venv/bin/plumb sandbox status >/dev/null # which says what is wrong
    echo "to: the sandbox at $PLUMB_ARM_ENDPOINT"
elif said=$(pulumi whoami --non-interactive 2>&1); then
    echo "to: Azure, subscription ${ARM_SUBSCRIPTION_ID:-of your az login}"
else
    cat >&2 <<'HERE'
This shell points at no state. Fix, for the local Azure:
    eval "$(.venv/bin/plumb sandbox env)"
For your own subscription: pulumi login azblob://…; README.md, "On your own subscription".
HERE
    printf '(pulumi whoami: %s)\n' "$said" >&2
    exit 4
fi

pulumi stack select --create "$stack"
