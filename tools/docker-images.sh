#!/usr/bin/env bash
# Makes the public images that docker-compose.yml and the tests name available where no registry can be reached:
# builds stand-ins under the same tags, from Debian packages and the npm registry. A tag that exists or can be
# pulled is left alone.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
readonly NATS_VERSION=2.15.1
readonly NODE_VERSION=24.21.0
readonly SLIM=(--exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale
  --exclude=./usr/share/info --exclude=./usr/share/lintian)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

available() { docker image inspect "$1" >/dev/null 2>&1 || timeout 60 docker pull -q "$1" >/dev/null 2>&1; }
import() { tar -C "$1" -c "${SLIM[@]}" --numeric-owner . | docker import "${@:3}" - "$2" >/dev/null; }
say() { echo "[$SECONDS s] $*" >&2; }

# The server alone, as in the official image, and the variant that has a shell and wget for health checks.
build_nats() {
  local root=$work/nats
  [ -d "$root" ] || {
    "$here/debian-root.sh" forky "$root" nats-server systemd-standalone-sysusers busybox
    cp "$root/usr/sbin/nats-server" "$root/nats-server"
    for tool in sh wget; do ln -sfn busybox "$root/usr/bin/$tool"; done
    mkdir -p "$root/tmp" "$root/data"
  }
  import "$root" "$1" -c 'EXPOSE 4222 6222 8222' -c 'ENV PATH=/usr/sbin:/usr/bin' "${@:2}"
}

build_node() {
  local root=$work/node
  "$here/debian-root.sh" bookworm "$root" base-files base-passwd dash bash coreutils sed grep findutils tar gzip \
    hostname libstdc++6 libatomic1 ca-certificates openssl
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  echo 'node:x:1000:1000::/home/node:/bin/bash' >>"$root/etc/passwd"
  echo 'node:x:1000:' >>"$root/etc/group"
  mkdir -p "$root"/{home/node,proc,sys,dev,run,tmp,root,etc/ssl/certs}
  chmod 1777 "$root/tmp"
  chown 1000:1000 "$root/home/node" 2>/dev/null || true
  # The host's certificates: a network that hides the registries often has its own authority.
  cat "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" >"$root/etc/ssl/certs/ca-certificates.crt"
  (cd "$work" && npm pack --silent --loglevel=error "node-linux-$(node_arch)@$NODE_VERSION" npm@11 >/dev/null)
  local npm_folder=$root/usr/local/lib/node_modules/npm
  mkdir -p "$npm_folder"
  tar -xzf "$work"/node-linux-*.tgz -C "$root/usr/local" --strip-components=1 package/bin
  tar -xzf "$work"/npm-*.tgz -C "$npm_folder" --strip-components=1
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  chmod +x "$npm_folder"/bin/*.js
  import "$root" "$1" -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' -c "ENV NODE_VERSION=$NODE_VERSION" -c 'CMD ["node"]'
}

node_arch() { case $(uname -m) in aarch64) echo arm64 ;; *) echo x64 ;; esac; }

provide() {
  local tag=$1
  shift
  if available "$tag"; then say "$tag is there"; else "$@" && say "$tag built as a stand-in"; fi
}

provide "nats:$NATS_VERSION" build_nats "nats:$NATS_VERSION" -c 'ENTRYPOINT ["/nats-server"]'
provide "nats:$NATS_VERSION-alpine" build_nats "nats:$NATS_VERSION-alpine" -c 'CMD ["nats-server"]'
provide node:24-slim build_node node:24-slim
