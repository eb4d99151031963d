#!/bin/sh
# What an agent needs of a kernel before it loads anything. The last line says what is missing.
# Usage: needs.sh btf | function NAME
case $1 in
btf)
	[ -s /sys/kernel/btf/vmlinux ] || { echo "no BTF of the kernel itself" >&2; exit 1; }
	;;
function)
	grep -q " [tT] $2\$" /proc/kallsyms || { echo "the kernel has no function $2" >&2; exit 1; }
	;;
*)
	echo "needs.sh: use btf, or function NAME" >&2
	exit 64
	;;
esac
