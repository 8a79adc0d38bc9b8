#!/bin/sh
# xargs.sh: xargs -P, as a peer of the spawning benchmark. The program gets a number as its argument.
#
#     xargs.sh PROGRAM N IN-FLIGHT      prints us_per_process=X
set -eu
command -v xargs >/dev/null || { echo "no xargs" >&2; exit 77; }
begin=$(date +%s%N)
seq "$2" | xargs -n 1 -P "$3" "$1"
echo "us_per_process=$((($(date +%s%N) - begin) / 1000 / $2))"
