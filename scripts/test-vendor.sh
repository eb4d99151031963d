#!/bin/sh
# Runs the unit tests with no network, on JavaScript packages that come out of an npm store: scripts/test-vendor.sh STORE
set -eu
store=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$scratch"
for built in build lib bin validator-c/.output; do
	if [ -e "$built" ]; then mkdir -p "$scratch/$(dirname "$built")" && cp -r "$built" "$scratch/$(dirname "$built")/"; fi
done
cd "$scratch"
npm ci --offline --ignore-scripts --no-audit --no-fund --cache "$store"
# A user and a network of its own, with the loopback device and nothing else.
unshare --map-root-user --net sh -c 'ip link set lo up && npx --no-install vitest run "$@"' sh ${TESTS:-}
