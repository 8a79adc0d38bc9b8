#!/bin/sh
# parallel.sh: GNU parallel, as a peer of the spawning benchmark. It captures always.
#
#     parallel.sh PROGRAM N IN-FLIGHT      prints us_per_process=X
set -eu
parallel --version 2>/dev/null | grep -q GNU || { echo "no GNU parallel" >&2; exit 77; }
begin=$(date +%s%N)
seq "$2" | parallel --will-cite -j "$3" "$1"
echo "us_per_process=$((($(date +%s%N) - begin) / 1000 / $2))"
