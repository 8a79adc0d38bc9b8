#!/bin/sh
# sources.sh: fetches what the Windows build links, Lua, LuaFileSystem and libuv, as Debian's sources.
#
#     scripts/sources.sh FOLDER
#
# They are unpacked to FOLDER/lua5.4, FOLDER/lua-filesystem and FOLDER/libuv1, unless they are there.
# The addresses are those that this system's apt has, with "deb-src" for "deb"; /etc isn't touched.
set -eu
# shellcheck source=scripts/private-apt.sh disable=SC1091
. "$(dirname "$0")/private-apt.sh"

packages="lua5.4 lua-filesystem libuv1"

die() {
    echo "sources.sh: $*" >&2
    exit 1
}

# copy_lists TO: this system's lists of sources, of whichever kind, as lists of source packages.
copy_lists() {
    rm -rf "$1"
    mkdir -p "$1"
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
        [ -f "$list" ] || continue
        case $list in
        *.sources) sed 's/^Types:.*/Types: deb-src/' "$list" ;;
        *) sed -n 's/^deb\(-src\)\{0,1\}\([[:space:]]\)/deb-src\2/p' "$list" | sort -u ;;
        esac >"$1/$(basename "$list")"
    done
}

# missing: those of the packages that are not unpacked.
missing() {
    for package in $packages; do
        [ -d "$folder/$package" ] || printf '%s ' "$package"
    done
}

# shellcheck disable=SC2046 # a list of packages is meant to be split
download() {
    copy_lists "$work/lists"
    mkdir -p "$work/packages"
    private_apt apt-get update >&2 || true # one of the lists may have no sources; what counts is the next step
    (cd "$work/packages" && private_apt apt-get source --download-only $(missing) >&2) ||
        die "can't fetch the sources of: $(missing)
Is there a way to this system's package archive, and does it have source packages?
They can also be unpacked by hand: $folder/lua5.4/src, $folder/lua-filesystem/src, $folder/libuv1/src"
}

# Each appears under its name in one step, so that an interrupted run leaves nothing half unpacked.
unpack() {
    for package in $(missing); do
        rm -rf "$work/unpacked"
        dpkg-source --no-check -x "$work/packages/${package}"_*.dsc "$work/unpacked" >"$work/unpack.log" 2>&1 ||
            { cat "$work/unpack.log" >&2; die "can't unpack $package"; }
        mv "$work/unpacked" "$folder/$package"
    done
}

[ $# -eq 1 ] || die "usage: sources.sh FOLDER"
mkdir -p "$1"
folder=$(cd "$1" && pwd)
work=$folder/.download
if [ -n "$(missing)" ]; then
    download
    unpack
    rm -rf "$work"
fi
