#!/usr/bin/env bash
# debian-root.sh SUITE FOLDER PACKAGE...: unpacks packages with all they depend on into FOLDER.
#
# A private apt with its own lists: needs no root, installs nothing, touches no system file, and verifies every
# signature with the system's Debian keyring. No maintainer script runs.
# With `--only` in front, exactly the named packages are unpacked, without what they depend on.
set -euo pipefail

only=0
if [ "$1" = --only ]; then only=1 && shift; fi
suite=$1 folder=$2
shift 2

state=${XDG_CACHE_HOME:-$HOME/.cache}/windlass/apt-$suite
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -f "$keyring" ] || { echo "No Debian keyring at $keyring: this works on Debian only." >&2; exit 1; }

mirror() {
  cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
    sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+).*/\2/p' | grep -v security | head -n 1 || true
}

uri=${DEBIAN_MIRROR:-$(mirror)}
mkdir -p "$state"/lists/partial "$state"/archives/partial "$folder"
: >"$state/status" # nothing counts as installed, so that everything needed is listed
echo "deb [signed-by=$keyring] ${uri:-https://deb.debian.org/debian} $suite main" >"$state/sources.list"
cat >"$state/apt.conf" <<CONF
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$state";
Dir::State::status "$state/status";
Dir::State::lists "$state/lists";
Dir::Cache "$state";
Dir::Log "$state";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
Debug::NoLocking "true";
CONF
export APT_CONFIG=$state/apt.conf
if [ -z "$(find "$state/updated" -mmin -600 2>/dev/null)" ]; then
  apt-get -qq update
  touch "$state/updated"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "$only" = 1 ]; then
  (cd "$work" && apt-get -qq download "$@")
else
  # An archive folder of its own: apt leaves what it has downloaded before out of nothing else.
  mkdir -p "$work/partial"
  apt-get -qq -y -o Dir::Cache::archives="$work" install --download-only "$@" >/dev/null
  # Today's Debian has /bin and /lib inside /usr.
  for name in bin sbin lib lib64; do
    mkdir -p "$folder/usr/$name"
    ln -sfn "usr/$name" "$folder/$name"
  done
fi
for archive in "$work"/*.deb; do
  dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$folder" --keep-directory-symlink --no-same-owner
done
