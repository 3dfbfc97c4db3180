#!/usr/bin/env bash
# Gets PgBouncer for the tests on a Debian machine: downloads the package with the libraries that this machine lacks, and unpacks
# them under one directory. Nothing is installed, because the package would start a service. Root is not needed.
#
#   provision-pgbouncer.sh [DIR]     DIR/pgbouncer is then a program like any other
set -euo pipefail
dir=$(realpath -m "${1:-${INTERPHASE_TEST_CACHE:-$HOME/.cache/interphase-test}/pgbouncer}")
[ -x "$dir/pgbouncer" ] && exit

mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache,debs/partial,tool/root}

apt=(apt-get -qq -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o "Dir::Cache::archives=$work/debs"
  -o APT::Install-Recommends=0 -o APT::Sandbox::User= -o Acquire::Retries=3 -o Debug::NoLocking=1)
"${apt[@]}" update
"${apt[@]}" -y --download-only install pgbouncer > /dev/null
for deb in "$work"/debs/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/tool/root" --no-same-owner --keep-directory-symlink
done

cat > "$work/tool/pgbouncer" << 'LAUNCHER'
#!/bin/sh
root=$(dirname "$(realpath "$0")")/root
libraries=$(find "$root/usr/lib" "$root/lib" -name '*.so.*' -exec dirname {} + 2> /dev/null | sort -u | paste -sd:)
LD_LIBRARY_PATH=$libraries exec "$root/usr/sbin/pgbouncer" "$@"
LAUNCHER
chmod +x "$work/tool/pgbouncer"
"$work/tool/pgbouncer" --version > /dev/null
[ -e "$dir" ] && [ ! -x "$dir/pgbouncer" ] && rm -rf "$dir"
# A second process that provisions at the same time finds the directory of the first one.
mv -T "$work/tool" "$dir" 2> /dev/null || [ -x "$dir/pgbouncer" ]
