#!/bin/bash
# Makes a disk image as a distro's cloud image is: partition table, GRUB, the distro's kernel, systemd, cloud-init, sshd.
# Of the distro's own packages, with the apt configuration of this machine; no loop device and no mount.
# usage: make-image.sh SUITE OUT.qcow2     (as root; needs mmdebstrap fdisk e2fsprogs grub-pc-bin grub-common qemu-utils)
set -euo pipefail
suite=$1 out=$2
packages=linux-image-cloud-amd64,initramfs-tools,systemd-sysv,udev,dbus,cloud-init,openssh-server,netplan.io,iproute2,procps,kmod,python3
size_mb=1600 start_mb=1
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
mkdir -p "$dir/root/boot/grub"
cat > "$dir/root/boot/grub/grub.cfg" <<'CFG'
set timeout=0
linux /vmlinuz root=LABEL=root ro console=tty0 console=ttyS0,115200
initrd /initrd.img
boot
CFG
truncate -s "${size_mb}M" "$dir/disk.raw"
printf 'label: dos\nstart=%dMiB, type=83, bootable\n' "$start_mb" | sfdisk --quiet "$dir/disk.raw"
mke2fs -q -t ext4 -L root -d "$dir/root" -E "offset=$((start_mb * 1048576))" "$dir/disk.raw" "$((size_mb - start_mb - 1))M"
grub-mkimage -O i386-pc -p '(hd0,msdos1)/boot/grub' -o "$dir/core.img" biosdisk part_msdos ext2 normal linux
# The boot sector looks for the rest in the sector after it, and that one for its own in those that follow.
dd if=/usr/lib/grub/i386-pc/boot.img of="$dir/disk.raw" bs=440 count=1 conv=notrunc status=none
dd if="$dir/core.img" of="$dir/disk.raw" bs=512 seek=1 conv=notrunc status=none
qemu-img convert -f raw -O qcow2 "$dir/disk.raw" "$out.part"
mv "$out.part" "$out"
