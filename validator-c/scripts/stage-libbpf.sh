#!/bin/sh
# Usage: stage-libbpf.sh <arch> <work dir>
#
# Leaves <work dir>/libbpf.a, <work dir>/include, <work dir>/libs and <work dir>/version: libbpf built from the pinned source of the
# Debian archive, or what the host has when BPFCOMPAT_LIBBPF=system or when the source cannot be fetched.
set -eu

arch=$1
work=$2
here=$(cd "$(dirname "$0")" && pwd)
version=1.7.0
source=pool/main/libb/libbpf/libbpf_$version.orig.tar.gz
sha256=7ab5feffbf78557f626f2e3e3204788528394494715a30fc2070fcddc2051b7b

# The host's own static library: older as a rule, so results can differ from those of the pinned one.
use_system() {
	[ "$arch" = "$(uname -m)" ] || { echo "stage-libbpf: the host's libbpf is not for $arch" >&2; exit 1; }
	lib=$(${CC:-cc} -print-file-name=libbpf.a)
	[ -f "$lib" ] || { echo "stage-libbpf: no libbpf.a here; install libbpf-dev" >&2; exit 1; }
	cp "$lib" "$work/libbpf.a"
	have=$(${PKG_CONFIG:-pkg-config} --modversion libbpf 2>/dev/null ||
		sed -n 's/#define LIBBPF_\(MAJOR\|MINOR\)_VERSION //p' /usr/include/bpf/libbpf_version.h | paste -sd.)
	echo "$have (system)" >"$work/version"
	echo "WARNING: the validator is built with this machine's libbpf $have instead of the pinned $version." >&2
}

mkdir -p "$work"
"$here/stage-libelf.sh" "$arch" "$work"
if [ "${BPFCOMPAT_LIBBPF:-}" = system ]; then
	use_system
	exit 0
fi
if ! tarball=$("$here/fetch-source.sh" "$source" "$sha256"); then
	use_system
	exit 0
fi
rm -rf "$work/libbpf"
mkdir -p "$work/libbpf"
tar -xzf "$tarball" -C "$work/libbpf" --strip-components=1
map=-ffile-prefix-map=$work/libbpf=libbpf
build() {
	make -s -C "$work/libbpf/src" BUILD_STATIC_ONLY=y OBJDIR="$work/libbpf/out" DESTDIR="$work" PREFIX= \
		INCLUDEDIR=/include UAPIDIR=/include LIBDIR=/lib PKG_CONFIG=false CC="${CC:-cc}" AR="${AR:-ar}" \
		CFLAGS="-O2 -w -std=gnu89 -ffunction-sections -fdata-sections $map -I$work/include" \
		install install_uapi_headers
}
if ! build >"$work/libbpf.log" 2>&1; then
	cat "$work/libbpf.log" >&2
	echo "stage-libbpf: libbpf $version did not build; BPFCOMPAT_LIBBPF=system takes the one of this machine" >&2
	exit 1
fi
cp "$work/lib/libbpf.a" "$work/libbpf.a"
echo "$version" >"$work/version"
