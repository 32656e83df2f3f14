# Sourced by postgres.sh, redis.sh and dovecot.sh: installs Debian packages quietly, without starting their services.

say() { echo "$*" >&2; }
die() { say "$*"; exit 1; }

# Output of a long command goes to a log; on failure the end of the log is shown with one sentence.
# usage: logged LOGFILE "sentence" command…
logged() {
  local log=$1 sentence=$2
  shift 2
  if ! "$@" >"$log" 2>&1 </dev/null 9>&-; then
    tail -n 25 "$log" >&2
    die "$sentence (full output: $log)"
  fi
}

apt_lists_are_old() {
  [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mtime -1 -print -quit 2>/dev/null)" ]
}

# A package's install script would start its service on the standard port; policy-rc.d is Debian's way to refuse that.
apt_without_services() {
  local policy=/usr/sbin/policy-rc.d ours=0 result=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    ours=1
  fi
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" || result=$?
  [ "$ours" = 0 ] || rm -f "$policy"
  return "$result"
}

apt_update_and_install() {
  export DEBIAN_FRONTEND=noninteractive
  # Someone's broken extra source must not stop us: what counts is whether the install works.
  if apt_lists_are_old; then apt_without_services update || true; fi
  apt_without_services install -y --no-install-recommends "$@" && return 0
  apt_without_services update || true
  apt_without_services install -y --no-install-recommends "$@"
}

# usage: apt_install package…
apt_install() {
  [ "$(id -u)" = 0 ] || die "Installing $* needs root."
  command -v apt-get >/dev/null || die "Installing $* needs a Debian system (apt-get was not found)."
  say "Installing $* with apt-get…"
  logged "${TMPDIR:-/tmp}/ascendore-apt-$$.log" "apt-get could not install $*." apt_update_and_install "$@"
  rm -f "${TMPDIR:-/tmp}/ascendore-apt-$$.log"
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# usage: free_port FIRST → the first port from FIRST on that nothing answers on
free_port() {
  local port
  for ((port = $1; port < $1 + 50; port++)); do
    if ! port_is_taken "$port"; then
      echo "$port"
      return
    fi
  done
  die "No free port from $1 to $port."
}
