#!/usr/bin/env bash
# Gets Oracle's MySQL server, its mysqldump and its client for the tests on a Debian machine, whose own release has only MariaDB: takes
# them and what they need from Debian unstable and unpacks everything under one directory. Nothing is installed, and root is
# not needed.
#
#   provision-mysql.sh [DIR]     DIR/mysqld, DIR/mysqldump and DIR/mysql are then programs like any other; about 350 MB
set -euo pipefail
dir=$(realpath -m "${1:-${INTERPHASE_TEST_CACHE:-$HOME/.cache/interphase-test}/mysql}")
complete() { [ -x "$dir/mysqld" ] && [ -x "$dir/mysqldump" ] && [ -x "$dir/mysql" ]; }
complete && exit

mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache,debs/partial,mysql/root}
: > "$work/status"

# The mirror that this machine already uses, with the suite changed.
mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2> /dev/null | grep -v security | head -n 1 | tr -d ' ' || true)
keyring=$(find /usr/share/keyrings -name 'debian-archive-keyring.*' 2> /dev/null | sort | head -n 1)
[ -n "$mirror" ] && [ -n "$keyring" ] || { echo 'no Debian mirror in the apt sources' >&2; exit 1; }
echo "deb [signed-by=$keyring] $mirror unstable main" > "$work/sources.list"

apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o "Dir::State::lists=$work/lists" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work/cache"
  -o "Dir::Cache::archives=$work/debs" -o APT::Install-Recommends=0 -o APT::Sandbox::User= -o Acquire::Retries=3)
"${apt[@]}" update
"${apt[@]}" -y --download-only install mysql-server-core mysql-client-core > /dev/null
for deb in "$work"/debs/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/mysql/root" --no-same-owner --keep-directory-symlink
done

# Their libraries are newer than the machine's: they are used by their own loader, and by nobody else.
launch='#!/bin/sh
root=$(dirname "$(realpath "$0")")/root
loader=$(find "$root/usr/lib" "$root/usr/lib64" -name "ld-linux*.so.*" 2> /dev/null | head -n 1)
libraries=$(dirname "$(find "$root/usr/lib" -name libc.so.6 | head -n 1)")
exec "$loader" --library-path "$libraries" '
cat > "$work/mysql/mysqld" << LAUNCHER
$launch"\$root/usr/sbin/mysqld" "\$@" --basedir="\$root/usr" \\
  --lc-messages-dir="\$root/usr/share/mysql" --character-sets-dir="\$root/usr/share/mysql/charsets" \\
  --plugin-dir="\$root/usr/lib/mysql/plugin"
LAUNCHER
for client in mysqldump mysql; do echo "$launch\"\$root/usr/bin/$client\" \"\$@\"" > "$work/mysql/$client"; done
chmod 755 "$work/mysql" "$work"/mysql/mysql{,d,dump}
for program in mysqld mysqldump mysql; do "$work/mysql/$program" --no-defaults --version > /dev/null; done
[ -e "$dir" ] && ! complete && rm -rf "$dir"
# A second process that provisions at the same time finds the directory of the first.
mv -T "$work/mysql" "$dir" 2> /dev/null || complete
