#!/bin/sh
# make.sh: make -j, as a peer of the spawning benchmark: a makefile of N phony targets.
#
#     make.sh PROGRAM N IN-FLIGHT      prints us_per_process=X
set -eu
command -v make >/dev/null || { echo "no make" >&2; exit 77; }
targets=$(seq "$2" | tr '\n' ' ')
begin=$(date +%s%N)
printf 'all: %s\n.PHONY: all %s\n%s:\n\t@%s\n' "$targets" "$targets" "$targets" "$1" | make -s -r -j "$3" -f - all
echo "us_per_process=$((($(date +%s%N) - begin) / 1000 / $2))"
