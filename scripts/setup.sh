#!/bin/sh
# Finds out which system packages are missing for a purpose and installs them when that needs no question.
# Usage: scripts/setup.sh [--check] [run] [build] [test] [images] [bench] [arm64] [loaders] [virtme] [fresh]
#   run    boot kernels        build  compile validator and examples    test   run the test suite
#   images make disk images for tests of whole systems
#   loaders build the programs that load with other libraries
#   virtme boot kernels with virtme-ng, which goes into build/tools/virtme
#   bench  compare boot times  arm64  cross-build the arm64 validator   fresh  try a bare Debian root
# Node and npm are always checked. --check only reports. Exit: 0 all there, 1 something is missing.
set -eu

# purpose | check | package | what it is for. Checks: cmd:NAME is in PATH, any:NAME NAME one of them is, file:PATTERN exists.
table() {
	cat <<'TABLE'
run|cmd:qemu-system-x86_64|qemu-system-x86|boots the kernels
run|cmd:xz|xz-utils|unpacks kernel modules
run|cmd:zstd|zstd|unpacks kernel modules
run|cmd:lz4|lz4|reads build ids of kernels packed with LZ4
run|cmd:setpriv|util-linux|confines QEMU
run|cmd:gpgv|gpgv|checks signatures of rpm packages
run|cmd:apt-get|apt|fetches kernel packages and checks their signatures
run|cmd:dpkg-deb|dpkg|unpacks kernel packages
run|file:/usr/share/keyrings/debian-archive-keyring.gpg|debian-archive-keyring|keys that Debian signs its kernels with
build|cmd:make|make|drives the build
build|cmd:gcc|gcc|compiles the validator
build|file:/usr/include/stdio.h|libc6-dev|compiles the validator
build|cmd:clang|clang|compiles the example objects
build|cmd:llvm-strip|llvm|strips the example objects
build|file:/usr/include/bpf/bpf_helpers.h|libbpf-dev|headers of the examples
build|file:/usr/include/libelf.h|libelf-dev|linked into the validator
build|file:/usr/include/zlib.h|zlib1g-dev|linked into the validator
build|file:/usr/include/zstd.h|libzstd-dev|linked into the validator
build|cmd:pkg-config|pkgconf|finds the libraries of the validator
test|any:chromium chromium-browser google-chrome google-chrome-stable|chromium|shows the job summary as a browser does
test|file:/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf|fonts-noto-color-emoji|the signs of the job summary
test|cmd:gpg|gnupg|signs the archives that the tests make
test|cmd:apt-ftparchive|apt-utils|writes the indexes of these archives
test|cmd:rpmbuild|rpm|makes the rpm packages of the tests
test|cmd:createrepo_c|createrepo-c|makes the rpm repositories of the tests
test|cmd:docker-registry|docker-registry|serves the kernel images of the tests
test|cmd:umoci|umoci|makes the kernel images of the tests
test|cmd:skopeo|skopeo|pushes the kernel images of the tests
test|cmd:go|golang-go|builds the reader of reports in Go
test|cmd:openssl|openssl|makes the certificates of the tests
test|cmd:ssh-keygen|openssh-client|makes the host keys of the tests
test|cmd:cpio|cpio|reads back initramfs images
test|cmd:systemd-analyze|systemd|checks the units of the agent
test|file:/usr/lib/*/bpf/xdp-dispatcher.o|libxdp1|BPF objects that others wrote
test|file:/usr/lib/*/bpf/xdpfilt_alw_all.o|xdp-tools|BPF objects that others wrote
test|file:/usr/sbin/bpftool|bpftool|a loader that others wrote
test|file:/usr/sbin/vfsstat|libbpf-tools|loaders that others wrote
test|cmd:qemu-system-aarch64|qemu-system-arm|boots arm64 kernels
images|cmd:mmdebstrap|mmdebstrap|makes the disk images of the tests
images|cmd:debugfs|e2fsprogs|changes the disks of the tests
images|cmd:sfdisk|fdisk|divides the disks of the tests
images|cmd:qemu-img|qemu-utils|writes the disk images of the tests
test|cmd:modprobe|kmod|virtme-ng loads modules with it
test|file:/usr/lib/python3*/ensurepip/__main__.py /usr/local/lib/python3*/ensurepip/__main__.py|python3-venv|a place of its own for virtme-ng
virtme|cmd:modprobe|kmod|virtme-ng loads modules with it
virtme|file:/usr/lib/python3*/ensurepip/__main__.py /usr/local/lib/python3*/ensurepip/__main__.py|python3-venv|a place of its own for virtme-ng
loaders|cmd:go|golang-go|builds the loader with ebpf-go
loaders|cmd:cargo|cargo|builds the loader with aya
loaders|file:/usr/sbin/bpftool|bpftool|loads objects in guests
bench|cmd:busybox|busybox-static|the hand-made guest to compare with
bench|cmd:cpio|cpio|the hand-made guest to compare with
arm64|cmd:qemu-system-aarch64|qemu-system-arm|boots arm64 kernels
arm64|cmd:aarch64-linux-gnu-gcc|gcc-aarch64-linux-gnu|cross-compiles the validator
arm64|file:/usr/aarch64-linux-gnu/include/stdio.h|libc6-dev-arm64-cross|cross-compiles the validator
fresh|cmd:debootstrap|debootstrap|makes the bare root
TABLE
}

say() { printf 'setup: %s\n' "$*" >&2; }

# there CHECK: true when what a table row names exists. The words of any: and the pattern of file: are expanded on purpose.
there() {
	case $1 in
	cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
	any:*)
		for one in ${1#any:}; do
			command -v "$one" >/dev/null 2>&1 && return 0
		done
		return 1
		;;
	file:*)
		for found in ${1#file:}; do
			[ -e "$found" ] && return 0
		done
		return 1
		;;
	esac
}

# Ubuntu has chromium as a snap only, which sees no temporary files: there the browser is the user's own.
no_chromium() { grep -qx 'ID=ubuntu' /etc/os-release 2>/dev/null; }

# missing PURPOSE...: table rows of these purposes whose check fails.
missing() {
	table | { if no_chromium; then grep -v '|chromium|'; else cat; fi; } | while IFS='|' read -r purpose check package why; do
		case " $* " in *" $purpose "*) ;; *) continue ;; esac
		there "$check" || printf '%s|%s|%s\n' "$check" "$package" "$why"
	done
}

packages_of() { printf '%s\n' "$1" | cut -d'|' -f2 | sort -u | tr '\n' ' ' | sed 's/ $//'; }

check_node() {
	remedy='Debian 13 has it as "nodejs npm"; elsewhere see https://nodejs.org/en/download'
	if ! command -v node >/dev/null 2>&1; then
		say "node is missing: install Node.js 20 or newer. $remedy"
		return 1
	fi
	version=$(node --version)
	major=${version#v}
	major=${major%%.*}
	if [ "$major" -lt 20 ]; then
		say "Node.js $version is too old: install 20 or newer. $remedy"
		return 1
	fi
	if ! command -v npm >/dev/null 2>&1; then
		say "npm is missing: install it beside Node.js. $remedy"
		return 1
	fi
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" >&2
}

check_only=no
purposes=
for word in "$@"; do
	case $word in
	--check) check_only=yes ;;
	-h | --help)
		sed -n '2,8s/^# //p' "$0"
		exit 0
		;;
	run | build | test | images | bench | arm64 | loaders | virtme | fresh) purposes="$purposes $word" ;;
	*)
		say "unknown purpose \"$word\": use run, build, test, images, bench, arm64, loaders, virtme or fresh"
		exit 1
		;;
	esac
done

check_node || exit 1

case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
# Programs in Python that are in no release of Debian this new: each has a place of its own in build/tools, and a file of
# pins beside this script. Name | its program | the purposes that need it | what it is for
python_tools() {
	cat <<'TOOLS'
virtme-ng|vng|test virtme|boots kernels with virtme-ng
schemathesis|schemathesis|test|fuzzes the API of the server
TOOLS
}

# make_tool: installs one of them where a purpose needs it and it is not there yet; the last step, when the packages are there.
make_tool() {
	name=$1 program=$2 why=$4 pins=$here/$1.txt
	wanted=no
	for purpose in $3; do
		case " $purposes " in *" $purpose "*) wanted=yes ;; esac
	done
	[ "$wanted" = yes ] || return 0
	release=$(sed -n "s/^$name==\([^ ]*\) .*/\1/p" "$pins")
	# What virtme-ng was called here before there were others.
	dir=$here/../build/tools/${name%-ng}
	"$dir/bin/$program" --version 2>/dev/null | grep -Eq "[ v]${release}\$" && return 0
	if [ "$check_only" = yes ]; then
		say "$name $release is missing in build/tools ($why): scripts/setup.sh test installs it"
		return 1
	fi
	say "installing $name $release into build/tools"
	rm -rf "$dir"
	mkdir -p "${dir%/*}"
	python3 -m venv "$dir" && "$dir/bin/pip" install -q --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: -r "$pins" >&2 && return 0
	say "$name could not be installed; its messages stand above. By hand: $dir/bin/pip install --require-hashes -r $pins"
	return 1
}

# make_tools: all of them that are needed.
make_tools() {
	python_tools | {
		failed=0
		while IFS='|' read -r name program needed why; do
			make_tool "$name" "$program" "$needed" "$why" </dev/null || failed=1
		done
		return $failed
	}
}

rows=$(missing $purposes)
if [ -z "$rows" ]; then
	make_tools
	exit
fi
packages=$(packages_of "$rows")

say 'missing on this machine:'
printf '%s\n' "$rows" | while IFS='|' read -r check package why; do
	say "  ${check#*:}  (package $package: $why)"
done

if ! command -v apt-get >/dev/null 2>&1; then
	say 'this is not a Debian or Ubuntu system: install what is listed above with its own package manager, then try again'
	exit 1
fi

install="apt-get install -y --no-install-recommends $packages"
if [ "$check_only" = yes ]; then
	say "to install: apt-get update && $install"
	exit 1
fi
if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
	say 'installing needs root, and sudo would ask for a password. Type this once, then try again:'
	if command -v sudo >/dev/null 2>&1; then
		printf "  sudo sh -c 'apt-get update && %s'\n" "$install" >&2
	else
		printf "  su -c 'apt-get update && %s'\n" "$install" >&2
	fi
	exit 1
fi

say "installing: $packages"
apt update || say 'apt-get update failed; trying with the package lists that are there'
for package in $packages; do
	apt-cache show --no-all-versions "$package" >/dev/null 2>&1 && continue
	say "the package archives of this machine do not have \"$package\"; on Ubuntu enable the component universe:"
	say '  sudo add-apt-repository universe    (or add it to /etc/apt/sources.list.d/ubuntu.sources)'
	exit 1
done
# Unquoted: one word per package.
apt install -y --no-install-recommends $packages || {
	say "apt-get could not install them; its messages stand above. By hand: $install"
	exit 1
}

rows=$(missing $purposes)
if [ -n "$rows" ]; then
	say "still missing after the installation: $(printf '%s\n' "$rows" | cut -d'|' -f1 | tr '\n' ' ')"
	exit 1
fi
say 'all system packages are there'
make_tools
