#!/bin/bash
# Makes a disk image as a distro's cloud image is: partition table, GRUB, the distro's kernel, systemd, cloud-init, sshd.
# Of the distro's own packages, with the apt configuration of this machine; no loop device and no mount.
# usage: make-image.sh SUITE OUT.qcow2     (as root; needs mmdebstrap fdisk e2fsprogs qemu-utils)
set -euo pipefail
suite=$1 out=$2
packages=linux-image-cloud-amd64,initramfs-tools,systemd-sysv,udev,dbus,cloud-init,openssh-server,netplan.io,iproute2,procps,kmod,python3,grub-pc,cloud-guest-utils,fdisk
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
  "$suite" "$dir/root" </dev/null
grub=$dir/root/boot/grub
mkdir -p "$grub/i386-pc" "$dir/root/etc/default/grub.d"
# What update-grub of the image makes of it once it installs a kernel; until then the file below.
cat > "$dir/root/etc/default/grub.d/50-image.cfg" <<'CFG'
GRUB_TIMEOUT=0
GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200"
CFG
cat > "$grub/grub.cfg" <<'CFG'
set timeout=0
linux /vmlinuz root=LABEL=root ro console=tty0 console=ttyS0,115200
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
