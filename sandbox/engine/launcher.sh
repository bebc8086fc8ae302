#!/bin/sh
# Pulumi's engine starts this to run Python. One engine serves every checkout, so the host that runs
# is the one of the checkout it is started in: the nearest .venv upwards that Plumbline is installed
# in. PLUMB_PYTHON names another; elsewhere the checkout that installed the engine serves.
set -eu

bin=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
python=${PLUMB_PYTHON:-}

here=$PWD
while [ -z "$python" ]; do
    if [ -x "$here/.venv/bin/plumb" ]; then
        python=$here/.venv/bin/python
    fi
    [ -n "$here" ] || break
    here=${here%/*}
done

if [ -z "$python" ] && [ -r "$bin/../installed-by" ]; then
    read -r python <"$bin/../installed-by"
fi

if [ ! -x "$python" ]; then
    echo "No checkout of Plumbline runs Python here. Fix: run make setup in one, or set PLUMB_PYTHON to its .venv/bin/python." >&2
    exit 1
fi

# -P: a file of the program must not pass for a module of the host.
exec "$python" -P -m sandbox.engine host "$bin/pulumi-language-python-exec" "$@"
