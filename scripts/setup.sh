#!/bin/sh
# The virtual environment of this checkout: sh scripts/setup.sh run|dev
#
# Safe to run again: with nothing to do it takes milliseconds and changes nothing. One that was cut
# off is begun anew, since pip would take a half-installed package for a whole one.
# Exit codes: 2 wrong use, 4 something is missing that only the person at the machine can bring.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
needed_mb=1500
case ${1:-} in
    run) requirements=requirements.txt ;;
    dev) requirements=requirements-dev.txt ;;
    *) echo "usage: sh scripts/setup.sh run|dev" >&2; exit 2 ;;
esac

lack() { # what is missing, and what to do about it
    clear_line
    echo "$1" >&2
    exit 4
}

say() {
    if [ -t 2 ]; then printf '\r\033[K%s' "$1" >&2; else echo "$1" >&2; fi
}

clear_line() {
    if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

# What an environment was made from. Its scripts name this folder, so moving the checkout counts.
made_from() { # run|dev
    pwd -P
    cat requirements.txt pyproject.toml | cksum
    if [ "$1" = dev ]; then cksum <requirements-dev.txt; fi
}

is_current() { # run|dev
    [ -x $venv/bin/plumb ] && [ -e $venv/bin/python ] &&
        [ "$(cat "$venv/made-from-$1" 2>/dev/null)" = "$(made_from "$1")" ]
}

# The mark of whoever is at work here, with the processes that may still be: kill -9 ends this
# script and not pip. A mark without a living owner is of a run that was cut off.
cut_off=
take_turn() {
    mkdir -p $venv
    echo $$ >$venv/mark.$$
    # ln, since it either makes the mark with its owner in it or does nothing.
    until ln $venv/mark.$$ $venv/unfinished 2>/dev/null; do
        owners=$(cat $venv/unfinished 2>/dev/null) || { sleep 0.2; continue; } # just given up
        if is_any_alive $owners; then
            say "setup: waiting for another one at work in $venv (process $owners)"
            sleep 1
        else
            cut_off=yes
            rm -f $venv/unfinished
        fi
    done
    rm $venv/mark.$$
}

is_any_alive() {
    for process in "$@"; do
        if kill -0 "$process" 2>/dev/null; then return 0; fi
    done
    return 1
}

was_moved() {
    [ -r $venv/made-from-run ] && [ "$(head -n 1 $venv/made-from-run)" != "$(pwd -P)" ]
}

is_new_enough() { # a python
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3 python; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    lack "No Python 3.11 or later on PATH. Fix: install one, or name one: PYTHON=/path/to/python3.11 make $goal"
}

begin() {
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        lack "$python cannot make virtual environments. Fix: install its venv module (Debian, Ubuntu: the package python3-venv), or name another: PYTHON=/path/to/python3.11 make $goal"
    free_mb=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free_mb" -ge $needed_mb ] ||
        lack "No room: $venv needs $needed_mb MB, and $free_mb MB are free here. Fix: free some, or clone to a larger disk."
    say "setup: making $venv with $python"
    # Everything but the marks goes: what a cut-off run left cannot be trusted.
    find $venv -mindepth 1 -maxdepth 1 ! -name unfinished ! -name 'mark.*' -exec rm -rf {} +
    "$python" -m venv $venv >$venv/setup.log 2>&1 ||
        lack "$python cannot make $venv. Fix what the last lines of $venv/setup.log name: $(tail -n 1 $venv/setup.log)"
}

pip_install() { # what it does, in words; then arguments
    doing=$1
    shift
    began=$(date +%s)
    # Not compiled: a program imports a few of azure-native's thousands of modules.
    $venv/bin/python -m pip install --quiet --no-input --no-compile --disable-pip-version-check "$@" \
        >$venv/setup.log 2>&1 </dev/null &
    pip=$!
    echo $$ $pip >$venv/mark.$$
    mv $venv/mark.$$ $venv/unfinished
    trap 'kill $pip 2>/dev/null; clear_line; exit 130' INT TERM
    say "setup: $doing"
    while kill -0 $pip 2>/dev/null; do
        sleep 0.2
        seconds=$(($(date +%s) - began))
        if [ -t 2 ] || [ $((seconds % 20)) -eq 19 ]; then
            say "setup: $doing ($seconds s)"
            [ -t 2 ] || sleep 1
        fi
    done
    trap - INT TERM
    wait $pip || explain
}

explain() {
    log=$venv/setup.log
    if grep -q 'No space left' $log; then
        lack "The disk filled up while packages were installed. Fix: free $needed_mb MB, then run the same command again."
    fi
    # pip fetches all before it touches any: what worked before still does.
    rm $venv/unfinished
    if grep -q 'DO NOT MATCH THE HASHES' $log; then
        lack "A package is not the one that $requirements names. Fix: do not install it; ask the package index's owner why it differs. Details: $log"
    elif grep -qE 'No matching distribution|Could not find a version|connection|resolution|timed out|Timeout|Proxy|SSL' $log; then
        lack "No network: packages cannot be downloaded. Fix: connect, or tell pip of a proxy or an index that this machine may use (pip config), then run the same command again. Details: $log"
    fi
    lack "Packages cannot be installed. Fix what the last lines of $log name: $(tail -n 1 $log)"
}

goal=$([ "$1" = dev ] && echo test || echo demo)
if is_current "$1" && [ ! -e $venv/unfinished ]; then
    exit 0
fi
take_turn
if [ -n "$cut_off" ] || ! is_new_enough $venv/bin/python || was_moved; then
    begin
elif is_current "$1"; then # the one we waited for did it
    rm $venv/unfinished
    exit 0
fi
pip_install "installing $(grep -c == $requirements) packages" --require-hashes --requirement $requirements
# Hashes and an editable project exclude each other in one call.
pip_install "installing this project" --no-deps --no-build-isolation --editable . --config-settings editable_mode=compat
if [ "$1" = dev ]; then made_from dev >$venv/made-from-dev; fi
made_from run >$venv/made-from-run
rm $venv/unfinished
clear_line
[ -t 2 ] || echo "setup: $venv is ready" >&2
