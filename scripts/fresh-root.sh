#!/bin/sh
# For maintainers: tries the README on a machine that has nothing. Makes a bare Debian or Ubuntu root with git, make and
# Node and nothing else, clones this checkout (committed state) into it and runs commands there, as a stranger would.
# Usage (as root): scripts/fresh-root.sh [--suite bookworm] [--dir DIR] [--keep] [--as-user] [COMMAND...]
#   Each COMMAND is one shell line; default: 'make demo' 'make test'. DIR is removed at the end unless --keep, and is
#   used again when it already holds a root. --as-user runs the commands as an ordinary user without sudo. The mirrors
#   are those of this machine's apt; BPFCOMPAT_* variables reach the commands.
# Mounts and processes live in namespaces of their own, so every way out of this script also ends them.
set -eu

suite=bookworm
root=
keep=no
as_user=no
while [ $# -gt 0 ]; do
	case $1 in
	--suite) suite=$2 && shift 2 ;;
	--dir) root=$2 && shift 2 ;;
	--keep) keep=yes && shift ;;
	--as-user) as_user=yes && shift ;;
	-h | --help)
		sed -n '2,8s/^# //p' "$0"
		exit 0
		;;
	-*)
		echo "fresh-root: unknown flag $1; see --help" >&2
		exit 1
		;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || set -- 'make demo' 'make test'
root=${root:-${TMPDIR:-/tmp}/fresh-$suite}
repo=$(cd "$(dirname "$0")/.." && pwd)
die() {
	echo "fresh-root: $*" >&2
	exit 1
}
[ "$(id -u)" = 0 ] || die 'this needs root'
"$repo/scripts/setup.sh" fresh

# Lines "URI suite" of the Debian archives that this machine's own apt reads.
host_archives() {
	apt-get indextargets --format '$(SITE) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
		awk '$2 ~ /^(bookworm|trixie|bullseye|forky|sid)/ { print $3, $2 }' | sort -u
}
case $suite in
noble)
	# debootstrap of Debian may be older than the suite; all releases of Ubuntu share one script.
	main_mirror=http://archive.ubuntu.com/ubuntu
	security_mirror=$main_mirror
	components=main,universe
	keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
	script=gutsy
	[ -e "$keyring" ] || die "no $keyring: install the package ubuntu-keyring (Debian 13, Ubuntu)"
	;;
*)
	main_mirror=$(host_archives | awk '$2 !~ /-/ { print $1; exit }')
	security_mirror=$(host_archives | awk '$2 ~ /-security$/ { print $1; exit }')
	main_mirror=${main_mirror:-${BPFCOMPAT_DEBIAN_MIRROR:-}}
	security_mirror=${security_mirror:-${BPFCOMPAT_DEBIAN_SECURITY_MIRROR:-}}
	components=main
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	script=
	[ -n "$main_mirror" ] || die 'no Debian mirror in the apt configuration: set BPFCOMPAT_DEBIAN_MIRROR'
	;;
esac

make_root() {
	# Unquoted: no script is not an argument.
	debootstrap --variant=minbase --components=$components --keyring="$keyring" \
		--include=git,make,ca-certificates "$suite" "$root" "$main_mirror" $script
	if [ -n "$security_mirror" ]; then
		echo "deb $security_mirror $suite-security $(echo $components | tr , ' ')" >>"$root/etc/apt/sources.list"
	fi
	# Node comes from this machine: Debian's own is too old in some suites.
	npm_dir=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
	mkdir -p "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
	cp -L "$(command -v node)" "$root/usr/local/bin/node"
	cp -a "$npm_dir" "$root/usr/local/lib/node_modules/npm"
	ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
	ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
	# A network with a certificate authority of its own must work inside as well.
	cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
	touch "$root/.fresh-root-ready"
}

if [ ! -e "$root/.fresh-root-ready" ]; then
	[ ! -e "$root" ] || die "$root exists and is not a finished root: remove it"
	make_root
fi
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
[ "$keep" = yes ] || trap 'rm -rf --one-file-system "$root"' EXIT

user=root
home=/root
if [ "$as_user" = yes ]; then
	user=tester
	home=/home/tester
	chroot "$root" sh -c 'id tester >/dev/null 2>&1 || useradd --create-home --shell /bin/sh tester'
fi

# Values without blanks only: addresses and paths.
passed=$(env | grep '^BPFCOMPAT_' | tr '\n' ' ' || true)
export passed

# Runs inside the namespaces: the root becomes / by pivot_root, not chroot, because user namespaces need that.
inside='
set -eu
root=$1 repo=$2 user=$3 home=$4
shift 4
mount --bind "$root" "$root"
mkdir -p "$root/source" "$root/.old"
mount --bind "$repo" "$root/source"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
cd "$root"
pivot_root . .old
umount -l /.old
cd /
exec setpriv --reuid "$user" --regid "$user" --init-groups env -i HOME="$home" USER="$user" TERM="${TERM:-dumb}" \
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt $passed sh -c "$inner" sh "$@"
'
# Runs as the user: clone, then each command, with the seconds it took.
export inner='
set -eu
cd "$HOME"
git config --global --add safe.directory "*"
[ -d bpfcompat ] || git clone -q /source bpfcompat
cd bpfcompat
git pull -q --ff-only
echo "fresh-root: $(. /etc/os-release; echo "$PRETTY_NAME"), node $(node --version), commit $(git rev-parse --short HEAD)"
for command in "$@"; do
	echo "fresh-root: \$ $command"
	start=$(date +%s)
	code=0
	sh -c "$command" || code=$?
	echo "fresh-root: exit $code after $(($(date +%s) - start)) s: $command"
	[ "$code" = 0 ] || exit "$code"
done
'
unshare --mount --pid --fork --kill-child --propagation private \
	sh -c "$inside" sh "$root" "$repo" "$user" "$home" "$@"
