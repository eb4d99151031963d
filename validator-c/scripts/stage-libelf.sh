#!/bin/sh
# Usage: stage-libelf.sh <arch> <work dir>
#
# Writes <work dir>/libs: what to link behind our objects. libelf of some releases needs zstd, and 0.192 also a helper
# library that is not installed (compat/libeu.c stands in), so it is tried out. A cross build takes libelf and zlib from
# two pinned packages of the Debian archive, unpacked into <work dir>, so that nothing foreign has to be installed.
set -eu

arch=$1
work=$2
here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-cc}
probe=$work/libelf-probe

links() {
	printf '#include <libelf.h>\nint main(void) { return !elf_memory(0, 0) || !elf_getdata(0, 0) || elf_compress(0, 0, 0); }\n' |
		$cc -x c - -static -I"$work/include" -o "$probe" "$@" 2>"$probe.log"
}

# unpack <path below a mirror> <sha256>
unpack() {
	package=$("$here/fetch-source.sh" "$1" "$2") || exit 1
	ar p "$package" data.tar.xz | tar -xJ -C "$work/sysroot"
}

if [ "$arch" != "$(uname -m)" ]; then
	[ "$arch" = aarch64 ] || { echo "stage-libelf: no cross build for $arch on $(uname -m)" >&2; exit 1; }
	command -v "${cc%% *}" >/dev/null || { echo "stage-libelf: no $cc; install gcc-aarch64-linux-gnu and libc6-dev-arm64-cross" >&2; exit 1; }
	rm -rf "$work/sysroot"
	mkdir -p "$work/sysroot" "$work/include"
	unpack pool/main/e/elfutils/libelf-dev_0.188-2.1_arm64.deb \
		fe16ede10e1b80a2f882f0e83c52695e77280c61eebe7106f016d4025e82399b
	unpack pool/main/z/zlib/zlib1g-dev_1.2.13.dfsg-1_arm64.deb \
		afb60f0bae432f2f0edfe2d674e99c1a13a147c9aa2b52f2f23e3df19ece76f5
	# The headers of the two are the same for every architecture but for zconf.h.
	cp -R "$work/sysroot/usr/include/." "$work/include/"
	find "$work/sysroot/usr" -name zconf.h -exec cp {} "$work/include/" \;
	find "$work/sysroot/usr" \( -name libelf.a -o -name libz.a \) -exec cp {} "$work/" \;
fi

$cc -O2 -Wall -Wextra -Werror -c "$here/../compat/libeu.c" -o "$work/libeu.o"
rm -f "$work/libeu.a"
${AR:-ar} rcsD "$work/libeu.a" "$work/libeu.o"
for libs in "-lelf -lz" "-lelf -lz -lzstd" "-lelf -leu -lz -lzstd"; do
	# shellcheck disable=SC2086
	if links -L"$work" $libs; then
		rm -f "$probe" "$probe.log"
		echo "-L$work -lbpf $libs" >"$work/libs"
		exit 0
	fi
done
cat "$probe.log" >&2
echo "stage-libelf: no static libelf and zlib for $arch; install libelf-dev and zlib1g-dev" >&2
exit 1
