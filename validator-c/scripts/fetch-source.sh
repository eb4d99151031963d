#!/bin/sh
# Usage: fetch-source.sh <path below a Debian mirror> <sha256>
#
# Prints the path of the verified file in the cache, downloading it first when it is not there. The mirrors come from
# scripts/debian-mirror.sh. A broken-off download is continued; bytes with another digest are never left under the
# final name.
set -eu

path=$1
sha256=$2
name=${path##*/}
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/bpfcompat/sources
file=$cache/$sha256-$name
part=$file.part

matches() {
	[ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$sha256" ]
}

# apt-helper is on every Debian and Ubuntu; curl and wget are not. Only they can continue a download.
download() {
	if command -v curl >/dev/null 2>&1; then
		curl -fsSL --connect-timeout 20 --retry 2 -C - -o "$part" "$1"
	elif command -v wget >/dev/null 2>&1; then
		wget -q -T 30 -t 2 -c -O "$part" "$1"
	elif [ -x /usr/lib/apt/apt-helper ]; then
		rm -f "$part"
		/usr/lib/apt/apt-helper download-file "$1" "$part" >/dev/null
	else
		echo "fetch-source: neither curl nor wget is installed" >&2
		return 1
	fi
}

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9 2>/dev/null || true

if matches "$file"; then
	echo "$file"
	exit 0
fi
matches "$part" || for mirror in $("$here/../../scripts/debian-mirror.sh"); do
	echo "fetch-source: $mirror/$path" >&2
	download "$mirror/$path" || { echo "fetch-source: $mirror did not answer" >&2; continue; }
	matches "$part" && break
	echo "fetch-source: $name from $mirror has another digest than the pinned one, thrown away" >&2
	rm -f "$part"
done
if ! matches "$part"; then
	echo "fetch-source: $name could not be fetched; set BPFCOMPAT_DEBIAN_MIRROR to a mirror you can reach" >&2
	exit 1
fi
mv "$part" "$file"
echo "$file"
