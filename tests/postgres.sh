#!/usr/bin/env bash
# Runs a private PostgreSQL cluster in a temporary folder: prints its URL on one line, serves until its standard input
# closes, then stops and leaves nothing behind. Knows nothing of Gatepost.
#
#   tests/postgres.sh [fsync=on|fsync=off]
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb)")
[ -x "$bin/initdb" ] || { echo "tests/postgres.sh: initdb was not found; install the package postgresql" >&2; exit 1; }

# PostgreSQL refuses to run as root.
as_owner=()
if [ "$(id -u)" = 0 ]; then
    owner=postgres
    id postgres >/dev/null 2>&1 || owner=nobody
    as_owner=(setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups)
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/gatepost-postgres.XXXXXX")
[ ${#as_owner[@]} -eq 0 ] || chown "$owner" "$folder"
cd "$folder"
stop() {
    trap - EXIT INT TERM HUP
    "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    cd / && rm -rf "$folder"
}
trap stop EXIT
trap 'exit 143' INT TERM HUP

"${as_owner[@]}" "$bin/initdb" -D "$folder/data" -U gatepost -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; exit 1; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$folder'
max_connections = 400
${1:-fsync=off}
CONF
"${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w -t 60 start >/dev/null </dev/null ||
    { cat "$folder/data/server.log" >&2; exit 1; }

echo "postgres://gatepost@127.0.0.1:$port/postgres"
exec >/dev/null
while read -r _; do :; done
