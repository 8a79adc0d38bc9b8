#!/bin/sh
# initramfs.sh: makes the file system of the virtual machines: busybox, what was built, and the specs.
#
#     tests/vm/initramfs.sh FILE
#
# In it are /init, which is tests/vm/init, and /jghost, a copy of this project as far as specs need it.
# Beside busybox's there are some of this system's own programs, with the libraries that they need; the shell
# among them, since busybox's would take its own applets for those.
set -eu
# shellcheck source=tests/vm/collect.sh disable=SC1091
. "$(dirname "$0")/collect.sh"

release=build/linux/release
programs="bash env kill lua5.4 prlimit ps script setpriv setsid taskset timeout unshare"
lua_modules="/usr/share/lua/5.4 /usr/lib/x86_64-linux-gnu/lua/5.4"

add_busybox() {
    mkdir -p "$root/bin"
    cp "$(command -v busybox)" "$root/bin/busybox"
    for applet in $("$root/bin/busybox" --list); do
        [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
    done
    rm "$root/bin/sh"
    add /bin/sh
    add_libraries /bin/sh
}

add_programs() {
    for name in $programs; do
        program=/usr/bin/$name
        [ -x "$program" ] || continue
        add "$program"
        add_libraries "$program"
    done
}

add_jghost() {
    mkdir -p "$root/jghost/$release"
    cp -r bindings docs examples host scripts tests README.md .busted "$root/jghost" 2>/dev/null || true
    for program in jghost jghost-fault child tiny filtered; do
        cp "$release/$program" "$root/jghost/$release"
        add_libraries "$release/$program"
    done
    add "$(realpath "$(gcc -print-file-name=libgcc_s.so.1)")" # which pthread_exit loads
    # shellcheck disable=SC2086 # two folders
    add $lua_modules
    find "$root/usr/lib" -path '*/lua/*' -name '*.so' >"$root.modules"
    while read -r module; do
        add_libraries "$module"
    done <"$root.modules"
    rm "$root.modules"
}

add_names() {
    mkdir -p "$root/etc" "$root/root"
    echo 'root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/tmp:/bin/sh' >"$root/etc/passwd"
    echo 'root:x:0:
nogroup:x:65534:' >"$root/etc/group"
    echo emulated >"$root/etc/hostname"
}

[ $# -eq 1 ] || { echo "usage: initramfs.sh FILE" >&2; exit 1; }
cd "$(dirname "$0")/../.."
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/dev" "$root/proc" "$root/sys" "$root/tmp"
add_busybox
add_programs
add_jghost
add_names
cp tests/vm/init "$root/init"
mkdir -p "$(dirname "$1")"
pack >"$1.new"
mv "$1.new" "$1"
