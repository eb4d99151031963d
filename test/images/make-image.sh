#!/bin/bash
# Makes a disk image as a distro's cloud image is: partition table, GRUB, the distro's kernel, systemd, and cloud-init with
# sshd, or Ignition in an initramfs of dracut, as systems of the CoreOS family have it.
# Of the distro's own packages, with the apt configuration of this machine; no loop device and no mount.
# usage: make-image.sh SUITE OUT.qcow2 [cloud-init|ignition]     (as root; needs mmdebstrap fdisk e2fsprogs qemu-utils)
set -euo pipefail
here=$(dirname "$(realpath "$0")")
suite=$1 out=$2 first_boot=${3:-cloud-init}
packages=linux-image-cloud-amd64,systemd-sysv,udev,dbus,iproute2,procps,kmod,grub-pc,fdisk
case $first_boot in
cloud-init)
  packages+=,initramfs-tools,cloud-init,openssh-server,netplan.io,python3,cloud-guest-utils
  args=
  ;;
ignition)
  # Ignition labels what it writes, by the policy of the system: this one has none for any file.
  packages+=,dracut,dracut-network,ignition,curl,network-manager,policycoreutils
  args=' ignition.firstboot ignition.platform.id=qemu systemd.firstboot=off'
  ;;
esac
size_mb=2000 start_mb=1
dir=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-image-XXXXXX")
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
mmdebstrap --quiet --variant=minbase --include="$packages" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --aptopt='Acquire::Languages "none"' \
  --customize-hook='echo debian > "$1/etc/hostname"' \
  --customize-hook='printf "LABEL=root / ext4 rw,discard,errors=remount-ro 0 1\n" > "$1/etc/fstab"' \
  --customize-hook='rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/machine-id"; touch "$1/etc/machine-id"' \
  --customize-hook='! test -e "$1/usr/lib/dracut" || "'"$here"'/ignition-system.sh" "$1"' \
  "$suite" "$dir/root" </dev/null
# After mmdebstrap, which empties it. The boot is the first one, which enables the units that Ignition names; an empty file
# would say that it is not.
[ "$first_boot" != ignition ] || echo uninitialized > "$dir/root/etc/machine-id"
grub=$dir/root/boot/grub
mkdir -p "$grub/i386-pc" "$dir/root/etc/default/grub.d"
# What update-grub of the image makes of it once it installs a kernel; until then the file below.
cat > "$dir/root/etc/default/grub.d/50-image.cfg" <<'CFG'
GRUB_TIMEOUT=0
GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200"
CFG
cat > "$grub/grub.cfg" <<CFG
set timeout=0
linux /vmlinuz root=LABEL=root ro console=tty0 console=ttyS0,115200$args
initrd /initrd.img
boot
CFG
cp "$dir"/root/usr/lib/grub/i386-pc/*.mod "$dir"/root/usr/lib/grub/i386-pc/*.lst "$grub/i386-pc/"
# The image's own GRUB: modules of one version do not go with the core of another.
chroot "$dir/root" grub-mkimage -O i386-pc -p '(hd0,msdos1)/boot/grub' -o /boot/grub/i386-pc/core.img \
  biosdisk part_msdos ext2 normal linux
truncate -s "${size_mb}M" "$dir/disk.raw"
printf 'label: dos\nstart=%dMiB, type=83, bootable\n' "$start_mb" | sfdisk --quiet "$dir/disk.raw"
mke2fs -q -t ext4 -L root -d "$dir/root" -E "offset=$((start_mb * 1048576))" "$dir/disk.raw" "$((size_mb - start_mb - 1))M"
# The boot sector looks for the rest in the sector after it, and that one for its own in those that follow.
dd if="$dir/root/usr/lib/grub/i386-pc/boot.img" of="$dir/disk.raw" bs=440 count=1 conv=notrunc status=none
dd if="$grub/i386-pc/core.img" of="$dir/disk.raw" bs=512 seek=1 conv=notrunc status=none
qemu-img convert -f raw -O qcow2 "$dir/disk.raw" "$out.part"
mv "$out.part" "$out"
