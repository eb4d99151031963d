#!/bin/sh
# What a system takes its first configuration by Ignition with, in the root directory given: run by make-image.sh.
set -eu
mkdir -p "$1/etc/selinux/none/contexts/files"
printf 'SELINUX=disabled\nSELINUXTYPE=none\n' > "$1/etc/selinux/config"
: > "$1/etc/selinux/none/contexts/files/file_contexts"
cat > "$1/etc/dracut.conf.d/ignition.conf" <<'CONF'
hostonly=no
add_dracutmodules+=" ignition "
add_drivers+=" qemu_fw_cfg virtio_blk virtio_pci "
CONF
chroot "$1" dracut --regenerate-all --force --quiet
