#!/bin/sh
# Usage: stage-libelf.sh <arch> <work dir>
#
# Writes <work dir>/libs: what to link behind our objects. libelf of some releases needs zstd, and 0.192 also a helper
# library that is not installed (compat/libeu.c stands in), so it is tried out.
set -eu

arch=$1
work=$2
here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-cc}
probe=$work/libelf-probe

links() {
	printf '#include <libelf.h>\nint main(void) { return !elf_memory(0, 0) || !elf_nextscn(0, 0) || !elf_rawdata(0, 0); }\n' |
		$cc -x c - -static -I"$work/include" -o "$probe" "$@" 2>"$probe.log"
}

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
