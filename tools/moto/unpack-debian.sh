#!/usr/bin/env bash
# unpack-debian.sh DIR: unpacks moto with its own Python and C library from Debian unstable into DIR.
#
# A private apt (own lists, own status file, own cache) resolves the whole closure, so nothing of the host's system
# is touched, no root is needed and no maintainer script runs. apt checks signatures and hashes as always.
# Environment: DEBIAN_MIRROR (default: the mirror this machine already uses).
set -euo pipefail

target=$1
apt_dir="${target%/}.apt"
suite=sid
packages=(python3-moto python3-flask-cors python3-pyparsing) # flask-cors is needed by the server and not declared
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

configured_mirror() {
  local sources
  for sources in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
    [ -f "$sources" ] || continue
    grep -v '^#' "$sources" | grep -v security | grep -oE '(https?|mirror)[^ ]*debian[^ ]*' | head -1 && return
  done
}
mirror=${DEBIAN_MIRROR:-$(configured_mirror || true)}
mirror=${mirror:-http://deb.debian.org/debian}

rm -rf "$target.partial"
mkdir -p "$apt_dir"/{lists,archives,empty}/partial "$target.partial/tmp"
: >"$apt_dir/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$apt_dir/sources.list"
cat >"$apt_dir/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt_dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::State "$apt_dir";
Dir::State::lists "$apt_dir/lists";
Dir::State::status "$apt_dir/status";
Dir::Cache "$apt_dir";
Dir::Cache::archives "$apt_dir/archives";
Dir::Log "$apt_dir";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
Debug::NoLocking "true";
CONF
export APT_CONFIG="$apt_dir/apt.conf" LC_ALL=C

apt-get -qq update
# Asked with an empty archive directory: apt leaves packages it has already downloaded out of the list.
mapfile -t archives < <(apt-get -o Dir::Cache::archives="$apt_dir/empty" install -y --print-uris "${packages[@]}" |
  awk -F"'" '/^\x27/ { split($3, field, " "); print field[1] }')
[ "${#archives[@]}" -gt 0 ] || { echo "apt found nothing to install for ${packages[*]} in $suite" >&2; exit 1; }
apt-get install -y -qq --download-only "${packages[@]}" >/dev/null

# Merged /usr, as the packages expect it.
for directory in bin sbin lib lib64; do
  mkdir -p "$target.partial/usr/$directory"
  ln -sfn "usr/$directory" "$target.partial/$directory"
done
for archive in "${archives[@]}"; do
  dpkg-deb --fsys-tarfile "$apt_dir/archives/$archive" | tar -x -C "$target.partial" --keep-directory-symlink --no-same-owner
done
rm -rf "$target" "$apt_dir/archives"
mv "$target.partial" "$target"
