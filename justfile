# `just` lists these. Each is one cargo command or little more.

_list:
    @just --list

# replay the shipped samples, or what is named
run *ARGS='replay normalize/logsources/aws_cloudtrail/samples/raw':
    cargo run --quiet -- {{ARGS}}

# the tests of the README
test:
    cargo test

# what has to be clean
lint:
    cargo fmt --check
    cargo clippy --workspace --all-targets -- -D warnings

# instructions per record, then the table of ratios (wants ../shared and some time)
bench:
    cargo run --release -p benches -- instructions --check
    cargo run --release -p benches -- table

# write expected outputs anew; look at the difference before you commit it
bless:
    UPDATE=1 cargo test

# everything that has to pass
ci:
    .ci/run
