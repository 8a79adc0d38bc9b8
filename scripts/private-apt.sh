# private-apt.sh: apt without /etc and without root, for the scripts that read this (`.`) and fetch from the archive.
# shellcheck shell=sh
# shellcheck disable=SC2154 # $work is theirs: a folder for lists and caches, with the lists of sources in $work/lists

# private_apt PROGRAM ARG...: apt-get or apt-cache, which knows of nothing that is installed.
private_apt() {
    program=$1
    shift
    mkdir -p "$work/state/partial" "$work/cache/archives/partial"
    "$program" -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/lists" \
        -o Dir::State::Lists="$work/state" -o Dir::State::status=/dev/null -o Dir::Cache="$work/cache" \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::IndexTargets::deb-src::DEP-11::DefaultEnabled=false -o APT::Sandbox::User="$(id -un)" "$@"
}
