# Shortcuts; each is one command that works without just too.

# List the shortcuts
default:
    @just --list

# Serve on http://127.0.0.1:8080 with everything in ./data
run *arguments:
    cargo run --release -- {{arguments}}

# Run all tests on both databases, or those with a word in their name
test *words:
    tests/run.sh {{words}}

# Check formatting, lints and documentation
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Measure this machine with texts of real posts (JSON lines with title and body)
bench texts *arguments:
    cargo run --release -- bench --texts {{texts}} {{arguments}}

# Measure the desk with so many waiting cases in a real Chromium, on SQLite or an empty PostgreSQL database
desk-speed *arguments:
    cargo build --release
    node tests/browser/speed.mjs target/release/gatepost {{arguments}}

# Take the pictures in docs/pictures from the demo, with the Chromium at $CHROMIUM or /usr/bin/chromium
pictures:
    cargo build --release
    node tests/browser/pictures.mjs target/release/gatepost docs/pictures

# Show the files that have grown beyond 600 lines
tidy:
    @git ls-files '*.rs' | xargs wc -l | awk '$1 > 600 && $2 != "total"' | sort -rn

# Check licences, advisories and duplicate crates (needs cargo-deny)
deny:
    cargo deny check
