#!/usr/bin/env bash
# Installs Dovecot, the IMAP server from which the tests of mailboxes read. They start servers of their own; none is left running.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/apt.sh
. "$here/apt.sh"

[ -x /usr/sbin/dovecot ] || apt_install dovecot-imapd
