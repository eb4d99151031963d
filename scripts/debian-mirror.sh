#!/bin/sh
# Prints the addresses of Debian mirrors to try, one per line, best first, without a trailing slash.
#
# BPFCOMPAT_DEBIAN_MIRROR wins and then stands alone. On a Debian host come the mirrors apt is set up with, then public
# ones. This file is the only place that knows a mirror.
set -u

if [ -n "${BPFCOMPAT_DEBIAN_MIRROR:-}" ]; then
	printf '%s\n' "${BPFCOMPAT_DEBIAN_MIRROR%/}"
	exit 0
fi

# Security and third-party archives have no /debian at the end of their address.
host_mirrors() {
	grep -qs '^ID=debian$' /etc/os-release || return 0
	command -v apt-get >/dev/null 2>&1 || return 0
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		sed -n -e 's|/*$||' -e '/^https\{0,1\}:.*\/debian$/p'
}

{
	host_mirrors
	printf '%s\n' http://ftp.debian.org/debian https://mirrors.kernel.org/debian
} | awk '!seen[$0]++'
