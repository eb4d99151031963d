#!/bin/sh
# Installs the single-file program of a release for this user: sh install.sh [VERSION] [DIRECTORY]
# It is put in place only when its digest is the one in the release's SHA256SUMS. Needs curl and sha256sum.
set -eu
version=${1:-latest}
into=${2:-$HOME/.local/bin}
case $into in /*) ;; *) into=$PWD/$into ;; esac
name=bpfcompat-linux-$(uname -m)
releases=${BPFCOMPAT_RELEASES:-https://github.com/Kernel-Guard/bpfcompat/releases}
if [ "$version" = latest ]; then from=$releases/latest/download; else from=$releases/download/$version; fi
[ "$(uname -s)" = Linux ] || { echo 'install.sh: bpfcompat runs on Linux' >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
for file in "$name" SHA256SUMS; do
	curl --proto-redir =https --fail --silent --show-error --location --output "$file" "$from/$file" || {
		echo "install.sh: $from/$file cannot be fetched; is $version a release, and has it $name?" >&2
		exit 1
	}
done
# Exactly one line may speak of the file.
grep -E "^[0-9a-f]{64} [ *]$name\$" SHA256SUMS >expected || { echo "install.sh: SHA256SUMS does not have $name" >&2; exit 1; }
[ "$(wc -l <expected)" -eq 1 ] || { echo "install.sh: SHA256SUMS has $name more than once" >&2; exit 1; }
sha256sum --check --quiet expected || { echo "install.sh: $name is not what the release says; nothing was installed" >&2; exit 1; }
chmod 755 "$name"
mkdir -p "$into"
# Beside its place first: a program that runs meanwhile keeps its file.
cp "$name" "$into/.bpfcompat.new"
mv "$into/.bpfcompat.new" "$into/bpfcompat"
"$into/bpfcompat" version
case ":$PATH:" in *":$into:"*) ;; *) echo "$into is not in PATH; add it" ;; esac
