#!/usr/bin/env bash
# Gets a pg_dump as new as the embedded PostgreSQL for the tests on a Debian machine, whose own release has an older one: takes
# it and the libraries that it needs from Debian unstable and unpacks them under one directory. Nothing is installed, and root is
# not needed.
#
#   provision-pg-dump.sh [DIR]     DIR/pg_dump is then a program like any other; about 80 MB
set -euo pipefail
dir=$(realpath -m "${1:-${INTERPHASE_TEST_CACHE:-$HOME/.cache/interphase-test}/pg-dump}")
[ -x "$dir/pg_dump" ] && exit

mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache,debs/partial,tool/root}
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
"${apt[@]}" -y --download-only install postgresql-client-18 > /dev/null
for deb in "$work"/debs/*.deb; do
  case "$(basename "$deb")" in
    # The scripts around the programs are in Perl, and the program is not.
    perl* | libperl* | debconf* | adduser* | ucf* | sensible-utils* | postgresql-client-common*) continue ;;
  esac
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/tool/root" --no-same-owner --keep-directory-symlink
done

# Its libraries are newer than the machine's: they are used by their own loader, and by nobody else.
cat > "$work/tool/pg_dump" << 'LAUNCHER'
#!/bin/sh
root=$(dirname "$(realpath "$0")")/root
loader=$(find "$root/usr/lib" "$root/usr/lib64" -name 'ld-linux*.so.*' 2> /dev/null | head -n 1)
libraries=$(dirname "$(find "$root/usr/lib" -name 'libc.so.6' | head -n 1)")
exec "$loader" --library-path "$libraries" "$root/usr/lib/postgresql/18/bin/pg_dump" "$@"
LAUNCHER
chmod 755 "$work/tool" "$work/tool/pg_dump"
"$work/tool/pg_dump" --version > /dev/null
[ -e "$dir" ] && [ ! -x "$dir/pg_dump" ] && rm -rf "$dir"
# Whoever comes second finds the directory of the first one.
mv -T "$work/tool" "$dir" 2> /dev/null || [ -x "$dir/pg_dump" ]
