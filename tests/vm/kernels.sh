#!/bin/sh
# kernels.sh: fetches Debian's kernels for virtual machines, and unpacks them; nothing is installed.
#
#     tests/vm/kernels.sh FOLDER SUITE...
#
# For each suite FOLDER/SUITE has then the kernel, `vmlinuz`, and its version, in `version`. The addresses
# are those that this system's apt has for its own suite, with another one's name; /etc isn't touched.
set -eu
# shellcheck source=scripts/private-apt.sh disable=SC1091
. "$(dirname "$0")/../../scripts/private-apt.sh"

die() {
    echo "kernels.sh: $*" >&2
    exit 1
}

# lists SUITE: this system's own lists of Debian's packages, of either kind, as those of that suite.
# shellcheck disable=SC1091 # every Debian has os-release
lists() {
    own=$(. /etc/os-release && echo "$VERSION_CODENAME")
    rm -rf "$work/lists"
    mkdir -p "$work/lists"
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -f "$list" ] || continue
        sed -n "s/^\\(deb[[:space:]].*[[:space:]]\\)$own\\([[:space:]].*main\\)/\\1$1\\2/p" "$list" \
            >"$work/lists/$(basename "$list")"
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -f "$list" ] || continue
        awk -v RS= -v ORS='\n\n' -v own="$own" -v suite="$1" '
            (" " $0 "\n") ~ "\nSuites:[^\n]*[ \t]" own "[ \t\n]" && /Components:[^\n]*main/ {
                sub(/\nSuites:[^\n]*/, "\nSuites: " suite)
                print
            }' "$list" >"$work/lists/$(basename "$list")"
    done
}

# version: that of the kernel which the suite's newest "cloud" package stands for.
version() {
    private_apt apt-cache depends linux-image-cloud-amd64 |
        sed -n 's/.*Depends: linux-image-\([0-9].*\)-cloud-amd64$/\1-cloud-amd64/p' | head -n 1
}

# The package with the kernel itself: linux-image is an empty one since 7.0.
download() {
    package=linux-image-$1
    if private_apt apt-cache pkgnames | grep -qx "linux-binary-$1"; then
        package=linux-binary-$1
    fi
    (cd "$work" && private_apt apt-get download "$package" >&2)
    dpkg-deb -x "$work/$package"_*.deb "$work/unpacked"
}

# A suite's folder appears in one step, so that an interrupted run leaves nothing half unpacked.
fetch() {
    work=$folder/.download
    rm -rf "$work"
    lists "$1"
    private_apt apt-get update >&2
    version=$(version)
    [ -n "$version" ] || die "$1 has no linux-image-cloud-amd64: is there a way to this system's package archive?"
    download "$version"
    mkdir "$work/$1"
    for kernel in "$work/unpacked/boot/vmlinuz-$version" "$work/unpacked/usr/lib/modules/$version/vmlinuz"; do
        [ ! -f "$kernel" ] || cp "$kernel" "$work/$1/vmlinuz"
    done
    [ -f "$work/$1/vmlinuz" ] || die "there is no kernel in the package of $version"
    echo "$version" >"$work/$1/version"
    mv "$work/$1" "$folder/$1"
    rm -rf "$work"
}

[ $# -ge 2 ] || die "usage: kernels.sh FOLDER SUITE..."
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
for suite; do
    [ -d "$folder/$suite" ] || fetch "$suite"
done
