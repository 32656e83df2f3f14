#!/usr/bin/env bash
# A Redis for tests: nothing is kept on disk.
#
#   scripts/redis.sh start    starts it (installing it first if need be); prints only its URL
#   scripts/redis.sh stop
#
# Environment: TEST_REDIS_URL  a Redis to use instead
#              REDIS_ROOT      folder for its pid and log (default /var/tmp/ascendore-redis)
#              REDIS_PORT      first port to try (default 6390)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/apt.sh
. "$here/apt.sh"

root=${REDIS_ROOT:-/var/tmp/ascendore-redis}
work=$root/run

# The pid of our server; a pid file that outlived its process, or whose number another program has now, does not count.
server_pid() {
  local pid
  pid=$(cat "$work/redis.pid" 2>/dev/null) || return 1
  [ "/proc/$pid/cwd" -ef "$work" ] && echo "$pid"
}

start() {
  local port tries as_server=()
  if server_pid >/dev/null; then return; fi
  command -v redis-server >/dev/null || apt_install redis-server
  port=$(free_port "${REDIS_PORT:-6390}")
  rm -rf "$work"
  mkdir -p "$work"
  if [ "$(id -u)" = 0 ] && id redis >/dev/null 2>&1; then
    as_server=(setpriv --reuid=redis --regid=redis --clear-groups)
    chown redis:redis "$work"
  fi
  "${as_server[@]}" redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$work" \
    --daemonize yes --pidfile "$work/redis.pid" --logfile "$work/redis.log" >&2 </dev/null 9>&-
  echo "$port" >"$root/port"
  for ((tries = 0; tries < 100; tries++)); do
    if server_pid >/dev/null && port_is_taken "$port"; then
      say "Redis listens on 127.0.0.1:$port."
      return
    fi
    sleep 0.1
  done
  tail -n 20 "$work/redis.log" >&2
  die 'Redis did not start.'
}

stop() {
  local pid tries
  pid=$(server_pid) || return 0
  kill "$pid"
  for ((tries = 0; tries < 100; tries++)); do
    server_pid >/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid"
}

command=${1:-}
case $command in start | stop) ;; *)
  say 'usage: scripts/redis.sh start|stop'
  exit 2
  ;;
esac
if [ -n "${TEST_REDIS_URL:-}" ]; then
  if [ "$command" = start ]; then echo "$TEST_REDIS_URL"; fi
  exit 0
fi
mkdir -p "$root"
[ -O "$root" ] || die "$root belongs to another user; set REDIS_ROOT to a folder of your own."
exec 9>"$root/lock"
flock -w 120 9 || die "Another scripts/redis.sh has held $root/lock for two minutes."
"$command"
if [ "$command" = start ]; then echo "redis://127.0.0.1:$(cat "$root/port")"; fi
