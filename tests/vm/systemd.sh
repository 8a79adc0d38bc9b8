#!/bin/sh
# systemd.sh: makes the file system of a virtual machine in which systemd runs, with an ordinary user.
#
#     tests/vm/systemd.sh INITRAMFS FILE
#
# It is INITRAMFS, which tests/vm/initramfs.sh has made, and what Debian's packages of systemd and of what it needs for
# a user's session have on this system. systemd is to be the first process, and specs.service what it is to reach.
set -eu
# shellcheck source=tests/vm/collect.sh disable=SC1091
. "$(dirname "$0")/collect.sh"

packages="systemd libpam-systemd libpam-modules dbus dbus-daemon dbus-bin dbus-system-bus-common
    dbus-session-bus-common dbus-user-session"
useless='/usr/share/(doc|man|info|locale|lintian|bug|bash-completion|zsh|polkit-1|dbus-1/interfaces)/'

# Links stay links, which some units are, but not those of folders: /bin may be one, and isn't in INITRAMFS.
add_packages() {
    # shellcheck disable=SC2086 # a list
    dpkg -L $packages | sort -u | grep -vE "$useless" >"$root.files"
    while read -r file; do
        if [ ! -d "$file" ] && { [ -f "$file" ] || [ -L "$file" ]; }; then
            mkdir -p "$root$(dirname "$file")"
            cp -P "$file" "$root$file"
        fi
    done <"$root.files"
    rm "$root.files"
    add_libraries "$root"/lib/systemd/systemd* "$root"/bin/* "$root"/usr/bin/* "$root"/lib/*/security/*.so
}

# Users, and that they may log in.
add_names() {
    mkdir -p "$root/etc/pam.d" "$root/home/user" "$root/var/log" "$root/run"
    echo 'root:x:0:0:root:/root:/bin/sh
messagebus:x:101:101::/nonexistent:/bin/false
user:x:1000:1000::/tmp:/bin/sh
nobody:x:65534:65534:nobody:/tmp:/bin/sh' >"$root/etc/passwd"
    echo 'root:x:0:
messagebus:x:101:
user:x:1000:
nogroup:x:65534:' >"$root/etc/group"
    for service in login systemd-user; do
        echo 'auth required pam_permit.so
account required pam_permit.so
session required pam_systemd.so' >"$root/etc/pam.d/$service"
    done
    : >"$root/etc/machine-id"
}

add_service() {
    mkdir -p "$root/etc/systemd/system"
    echo '[Unit]
Wants=dbus.service systemd-logind.service user@1000.service
After=dbus.service systemd-logind.service user@1000.service
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=/bin/sh /jghost/tests/vm/in-systemd' >"$root/etc/systemd/system/specs.service"
}

[ $# -eq 2 ] || { echo "usage: systemd.sh INITRAMFS FILE" >&2; exit 1; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
add_packages
add_names
add_service
{ cat "$1"; pack; } >"$2.new"
mv "$2.new" "$2"
