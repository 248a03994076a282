#!/usr/bin/env bash
# Makes `docker` and `docker compose` work on a bare Debian machine. Does nothing where they already do.
# Installs system packages, so it needs root when the engine is missing. Works without systemd.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive

say() { echo "[$SECONDS s] $*" >&2; }

start_engine() {
  if ! command -v dockerd >/dev/null; then
    apt-get -qq update
    apt-get -qq install -y --no-install-recommends docker.io iptables cgroupfs-mount ca-certificates </dev/null >/dev/null
    say 'engine installed'
  fi
  grep -qE ' /sys/fs/cgroup[^ ]* cgroup2? ' /proc/mounts || cgroupfs-mount
  # Published ports stay on the loopback interface.
  setsid nohup dockerd --ip 127.0.0.1 >/var/log/dockerd.log 2>&1 </dev/null &
  for _ in $(seq 150); do
    docker info >/dev/null 2>&1 && return
    sleep 0.2
  done
  tail -n 20 /var/log/dockerd.log >&2
  say 'the engine does not answer'
  return 1
}

# Compose and buildx are plugins of the docker command: two files, no installation.
add_plugins() {
  local unpacked plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins
  unpacked=$(mktemp -d)
  "$here/debian-root.sh" --only forky "$unpacked" docker-compose docker-buildx
  mkdir -p "$plugins"
  cp "$unpacked"/usr/libexec/docker/cli-plugins/docker-{compose,buildx} "$plugins/"
  rm -rf "$unpacked"
}

docker info >/dev/null 2>&1 || start_engine
docker compose version >/dev/null 2>&1 || add_plugins
say "engine $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short)"
