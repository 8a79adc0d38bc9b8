# collect.sh: functions that copy this system's files to $root, a new file system.
# shellcheck shell=sh
# shellcheck disable=SC2154 # root: whose file system it is, the includer's

# add FILE...: to the same place in the new file system; programs and libraries bring what they load.
add() {
    for file; do
        mkdir -p "$root$(dirname "$file")"
        cp -rL "$file" "$root$file"
    done
}

add_libraries() {
    for library in $(ldd "$@" 2>/dev/null | grep -o '/[^ :]*lib[^ :]* (' | tr -d ' (' | sort -u); do
        add "$library"
    done
}

# pack: the new file system, as an archive that a kernel takes, to the standard output.
pack() {
    chmod -R a+rX "$root"
    (cd "$root" && find . | cpio --quiet -o -H newc -R 0:0)
}
