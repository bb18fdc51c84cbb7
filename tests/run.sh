#!/usr/bin/env bash
# Installs what the tests need where it is missing, then runs every test of the workspace on SQLite and on PostgreSQL
# with nothing skipped. Arguments go to the test runner: `tests/run.sh moderator` runs the tests with that in their name.
set -euo pipefail
cd "$(dirname "$0")/.."
export CI=${CI:-true}

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# --- Debian packages -------------------------------------------------------------------------------------------------
packages=()
has cc || packages+=(gcc libc6-dev)
has python3 || packages+=(python3)
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
has node || packages+=(nodejs)
has npm || packages+=(npm)
has chromium || packages+=(chromium)
has docker-compose || packages+=(docker-compose)
has setpriv || packages+=(util-linux)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || has initdb || packages+=(postgresql)
if [ ${#packages[@]} -gt 0 ]; then
    install=(apt-get install -y --no-install-recommends "${packages[@]}")
    if has apt-get && [ "$(id -u)" = 0 ]; then
        say "installing ${packages[*]}"
        export DEBIAN_FRONTEND=noninteractive
        log=$(mktemp)
        { apt-get -o DPkg::Lock::Timeout=300 update && "${install[@]}" -o DPkg::Lock::Timeout=300; } >"$log" 2>&1 </dev/null ||
            { tail -n 30 "$log" >&2; exit 1; }
        rm -f "$log"
    else
        echo "The tests need packages that are not installed. As root, run:" >&2
        echo "    ${install[*]}" >&2
        exit 1
    fi
fi
has cargo || { echo "The tests need Rust 1.95 or newer: https://rustup.rs" >&2; exit 1; }

# --- Node and Python packages, in tests/ only --------------------------------------------------------------------------
if ! cmp -s tests/package-lock.json tests/node_modules/.installed; then
    say "installing Node packages into tests/node_modules"
    npm ci --prefix tests --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
    cp tests/package-lock.json tests/node_modules/.installed
fi
if ! cmp -s tests/requirements.txt tests/.venv/.installed; then
    say "installing Python packages into tests/.venv"
    python3 -m venv --clear tests/.venv
    tests/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt </dev/null
    cp tests/requirements.txt tests/.venv/.installed
fi

# --- The tests ---------------------------------------------------------------------------------------------------------
# One cluster for the whole run. It ends when the pipe to it closes, however this script ends.
if [ -z "${TEST_POSTGRES_URL:-}" ]; then
    say "starting PostgreSQL"
    coproc POSTGRES { exec tests/postgres.sh; }
    read -r TEST_POSTGRES_URL <&"${POSTGRES[0]}" || exit 1
    export TEST_POSTGRES_URL
fi
export GATEPOST_REQUIRE_ALL=1

# These tests say so themselves, but a runner hides what a passing test says.
for name in GATEPOST_CONFORMANCE_DIR GATEPOST_SAMPLES_DIR; do
    [ -n "${!name:-}" ] || say "$name is not set: the tests that read it check nothing"
done

status=0
if cargo nextest --version >/dev/null 2>&1; then
    # Examples of the documentation have no names to choose them by.
    [ $# -gt 0 ] || cargo test --workspace --locked --doc --quiet </dev/null || status=$?
    cargo nextest run --workspace --locked --no-fail-fast "$@" </dev/null || status=$?
else
    log=$(mktemp)
    cargo test --workspace --locked --no-fail-fast -- "$@" </dev/null 2>&1 | tee "$log" || status=$?
    awk '/^test result:/ { passed += $4; failed += $6; skipped += $8 }
         END { printf "%d tests run: %d passed, %d failed, %d skipped\n", passed + failed, passed, failed, skipped }' "$log"
    rm -f "$log"
fi
exit "$status"
