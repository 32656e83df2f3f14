#!/usr/bin/env bash
# A real PostgreSQL with pgvector for tests and measurements.
#
#   scripts/postgres.sh start       starts it (installing it first if need be); prints only the database's URL
#   scripts/postgres.sh superuser   prints the superuser's URL
#   scripts/postgres.sh stop        stops it, keeps its data
#   scripts/postgres.sh remove      stops it, deletes its data, keeps the installed programs
#   scripts/postgres.sh status      says whether it runs
#   scripts/postgres.sh prepare     only installs
#
# Where Debian itself has a postgresql-NN-pgvector package, that is used; where it has not (bookworm), Debian trixie is
# unpacked into a folder and PostgreSQL 17 runs from there in a chroot, as an unprivileged user.
#
# Environment: TEST_DATABASE_URL  a database to use instead: start prints it, the rest does nothing
#              PG_ROOT            folder for programs and data (default /var/tmp/ascendore-pg17)
#              PG_CLUSTER         name of the data folder, so that several can run beside each other (default main)
#              PG_PORT            first port to try (default 5439)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/apt.sh
. "$here/apt.sh"

root=${PG_ROOT:-/var/tmp/ascendore-pg17}
cluster=${PG_CLUSTER:-main}
first_port=${PG_PORT:-5439}
extensions=(vector pg_trgm btree_gin unaccent)
unset PGDATA PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD PGDATABASE PGOPTIONS PGSERVICE PGPASSFILE PGSSLMODE
PATH=$PATH:/usr/sbin:/sbin
[[ $cluster =~ ^[A-Za-z0-9_-]+$ ]] || die "PG_CLUSTER may contain letters, digits, - and _ only."

# --- where the programs are -----------------------------------------------------------------------------------------

# usage: bin_in PREFIX → the newest /usr/lib/postgresql/NN/bin below PREFIX that has the server and pgvector
bin_in() {
  local found='' version control
  for control in "$1"/usr/share/postgresql/*/extension/vector.control; do
    version=$(basename "$(dirname "$(dirname "$control")")")
    [ -x "$1/usr/lib/postgresql/$version/bin/postgres" ] && found=/usr/lib/postgresql/$version/bin
  done
  [ -n "$found" ] && echo "$found"
}

# Sets chroot ('' when the machine's own programs serve) and bin. False when nothing is installed yet.
find_programs() {
  chroot=''
  bin=$(bin_in '') && return
  chroot=$root/system
  [ -e "$root/system.complete" ] && bin=$(bin_in "$chroot")
}

install_programs() {
  local packaged missing='PostgreSQL with pgvector is not installed, and' instead='Set TEST_DATABASE_URL to use another.'
  command -v apt-cache >/dev/null || die "$missing this is not Debian. $instead"
  [ "$(id -u)" = 0 ] || die "$missing installing it needs root. $instead"
  if apt_lists_are_old; then apt-get update >&2 </dev/null || true; fi
  packaged=$(apt-cache --names-only search '^postgresql-[0-9]+-pgvector$' |
    sed -E 's/^postgresql-([0-9]+)-.*/\1/' | sort -n | tail -n 1)
  if [ -n "$packaged" ]; then install_from_apt "$packaged"; else install_with_debootstrap; fi
  find_programs || die 'The installation ended without an error, but PostgreSQL with pgvector is not there.'
}

install_from_apt() {
  # Debian would make and start a cluster of its own, which nobody needs here.
  if [ ! -d /etc/postgresql-common ]; then
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/ascendore.conf
  fi
  apt_install "postgresql-$1" "postgresql-$1-pgvector"
}

# The mirror and proxy that this machine's apt already uses; empty means debootstrap's default.
debian_mirror() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -v codename="$codename" '$1 == "Debian" && $2 == codename && $3 ~ /^https?:/ { print $3; exit }' | sed 's#/$##'
}

install_with_debootstrap() {
  local proxy='' mirror started=$SECONDS
  command -v debootstrap >/dev/null || apt_install debootstrap
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  if [ -n "$proxy" ] && [ "$proxy" != DIRECT ]; then export http_proxy="${http_proxy:-$proxy}"; fi
  mirror=$(debian_mirror)
  say 'Unpacking PostgreSQL 17 with pgvector (first time only, about a minute)…'
  rm -rf "${root:?}/system"
  mkdir -p "$root/system"
  # shellcheck disable=SC2086 # an empty mirror must be no argument
  logged "$root/debootstrap.log" 'debootstrap could not unpack Debian trixie.' \
    debootstrap --variant=minbase --include=postgresql-17,postgresql-17-pgvector trixie "$root/system" $mirror
  rm -rf "$root/system/var/cache/apt/archives" "$root/system/var/lib/apt/lists"
  touch "$root/system.complete"
  say "Unpacked in $((SECONDS - started)) s."
}

# --- running one cluster --------------------------------------------------------------------------------------------

# Sets the paths of this cluster: the same folder as seen from here and as seen by the server.
set_paths() {
  if [ -n "$chroot" ]; then inside=/srv/$cluster; else inside=$root/clusters/$cluster; fi
  outside=$chroot$inside
  data=$outside/data
}

# The user and group of PostgreSQL as numbers; a chroot has its own list of users.
server_ids() { awk -F: '$1 == "postgres" { print $3 ":" $4 }' "$chroot/etc/passwd"; }

# Runs a program of PostgreSQL as the unprivileged user. Descriptor 9 is the lock, which a server must not inherit.
as_server() {
  local program=$1
  shift
  if [ -n "$chroot" ]; then
    LC_ALL=C.UTF-8 chroot --userspec="$(server_ids)" --groups= "$chroot" "$bin/$program" "$@" 9>&-
  elif [ "$(id -u)" = 0 ]; then
    (cd / && LC_ALL=C.UTF-8 setpriv --reuid=postgres --regid=postgres --init-groups "$bin/$program" "$@" 9>&-)
  else
    LC_ALL=C.UTF-8 "$bin/$program" "$@" 9>&-
  fi
}

give_to_server() {
  if [ "$(id -u)" = 0 ]; then chown "$(server_ids)" "$@"; fi
}

password_of() { cat "$outside/$1.password"; }
url_of() { echo "postgres://$1:$(password_of "$1")@127.0.0.1:$(cat "$outside/port")/$2"; }

# Processes of this cluster: a server process of PostgreSQL works in its data folder.
server_pids() {
  local link
  for link in /proc/[0-9]*/cwd; do
    if [ "$link" -ef "$data" ] && [[ $(readlink "${link%/cwd}/exe" 2>/dev/null) == */postgres* ]]; then
      link=${link#/proc/}
      echo "${link%/cwd}"
    fi
  done
}

postmaster_pid() {
  local pid
  pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 1
  grep -qx "$pid" <<<"$(server_pids)" && echo "$pid"
}

answers() { as_server pg_isready -q -h 127.0.0.1 -p "$(cat "$outside/port")" -t 3 >&2; }
runs() { [ -f "$data/PG_VERSION" ] && postmaster_pid >/dev/null && answers; }

# After a kill -9 the pid file stays, and its number may belong to another program by now, which PostgreSQL cannot know.
# It must not be deleted while orphaned server processes still use the data.
clear_leftovers() {
  local pid waited=0
  if [ ! -e "$data/postmaster.pid" ]; then return; fi
  while [ -n "$(server_pids)" ]; do
    if [ "$waited" -ge 50 ]; then for pid in $(server_pids); do kill -KILL "$pid" 2>/dev/null || true; done; fi
    [ "$waited" -lt 100 ] || die 'Processes of an earlier PostgreSQL do not end.'
    waited=$((waited + 1))
    sleep 0.1
  done
  rm -f "$data/postmaster.pid"
}

create_cluster() {
  local name
  say "Creating a database cluster…"
  rm -rf "${outside:?}"
  mkdir -p "$data"
  for name in postgres crm_test; do
    (umask 077 && od -An -N18 -tx1 /dev/urandom | tr -d ' \n' >"$outside/$name.password")
  done
  chmod 700 "$data"
  give_to_server "$outside" "$data" "$outside/postgres.password"
  logged "$root/initdb.log" 'initdb failed.' as_server initdb -D "$inside/data" -U postgres --pwfile="$inside/postgres.password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  echo "include_if_exists = 'ascendore.conf'" >>"$data/postgresql.conf"
}

# usage: write_settings PORT
write_settings() {
  local memory_mb buffers_mb
  memory_mb=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
  buffers_mb=$((memory_mb / 4 < 1024 ? memory_mb / 4 : 1024))
  # sysv: a chroot has no /dev/shm of its own. fsync stays on, so that what is measured is what users get.
  cat >"$data/ascendore.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = ''
max_connections = 200
shared_buffers = ${buffers_mb}MB
effective_cache_size = $((memory_mb / 2))MB
work_mem = 16MB
maintenance_work_mem = 256MB
dynamic_shared_memory_type = sysv
fsync = on
synchronous_commit = on
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
effective_io_concurrency = 100
max_worker_processes = 8
max_parallel_workers = 2
max_locks_per_transaction = 256
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
SETTINGS
  chmod 644 "$data/ascendore.conf"
  echo "$1" >"$outside/port"
}

# usage: sql DATABASE < statements
sql() {
  as_server psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(cat "$outside/port")" -U postgres -d "$1" >&2
}

# The test role is what a careful administrator hands to the application: owner of its database, no superuser.
# Extensions in template1 come along into every database that tests create.
create_role_and_database() {
  local extension
  PGPASSWORD=$(password_of postgres)
  export PGPASSWORD
  for extension in "${extensions[@]}"; do echo "CREATE EXTENSION IF NOT EXISTS $extension;"; done | sql template1
  sql postgres <<SQL
SELECT format('CREATE ROLE crm_test LOGIN CREATEROLE CREATEDB PASSWORD %L', '$(password_of crm_test)')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'crm_test') \gexec
SELECT 'CREATE DATABASE crm_test OWNER crm_test'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'crm_test') \gexec
SQL
  echo "DO \$\$ BEGIN ASSERT EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i'), 'this PostgreSQL lacks ICU'; END \$\$;" | sql crm_test
  unset PGPASSWORD
  touch "$outside/complete"
}

start() {
  find_programs || install_programs
  set_paths
  if runs && [ -e "$outside/complete" ]; then return; fi
  halt
  clear_leftovers
  [ -e "$outside/complete" ] || create_cluster
  write_settings "$(free_port "$first_port")"
  if ! as_server pg_ctl start -s -w -t 120 -D "$inside/data" -l "$inside/data/server.log" >&2 </dev/null; then
    tail -n 20 "$data/server.log" >&2
    die 'PostgreSQL did not start.'
  fi
  [ -e "$outside/complete" ] || create_role_and_database
  say "PostgreSQL $(cat "$data/PG_VERSION") listens on 127.0.0.1:$(cat "$outside/port")."
}

halt() {
  postmaster_pid >/dev/null || return 0
  as_server pg_ctl stop -s -w -t 30 -m fast -D "$inside/data" >&2 </dev/null ||
    as_server pg_ctl stop -s -w -t 10 -m immediate -D "$inside/data" >&2 </dev/null ||
    die 'PostgreSQL does not stop.'
}

# --- commands -------------------------------------------------------------------------------------------------------

lock() {
  mkdir -p "$root"
  # In a folder that others may write to, someone else's folder of this name is not ours to run programs from.
  [ -O "$root" ] || die "$root belongs to another user; set PG_ROOT to a folder of your own."
  exec 9>"$root/lock"
  flock -w 600 9 || die "Another scripts/postgres.sh has held $root/lock for ten minutes."
}

command=${1:-}
case $command in start | superuser | stop | remove | status | prepare) ;; *)
  sed -n '2,/^set -/{/^#/p}' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//' >&2
  exit 2
  ;;
esac
if [ -n "${TEST_DATABASE_URL:-}" ]; then
  case $command in
    start | superuser) echo "$TEST_DATABASE_URL" ;;
    status) say 'TEST_DATABASE_URL is set and used.' ;;
  esac
  exit 0
fi
lock
case $command in
  prepare) find_programs || install_programs ;;
  start)
    start
    url_of crm_test crm_test
    ;;
  *)
    if ! find_programs; then
      say 'PostgreSQL is not installed.'
      case $command in stop | remove) exit 0 ;; *) exit 3 ;; esac
    fi
    set_paths
    case $command in
      superuser)
        runs || die 'PostgreSQL does not run. Start it with: scripts/postgres.sh start'
        url_of postgres crm_test
        ;;
      stop) halt ;;
      remove)
        halt
        clear_leftovers
        rm -rf "${outside:?}"
        ;;
      status)
        runs || { say 'PostgreSQL does not run.'; exit 3; }
        say "PostgreSQL $(cat "$data/PG_VERSION") runs on 127.0.0.1:$(cat "$outside/port"), process $(postmaster_pid)."
        ;;
    esac
    ;;
esac
