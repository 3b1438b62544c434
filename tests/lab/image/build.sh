#!/bin/sh
# Builds the root file system of one virtual Pi: build.sh SUITE WORKDIR CACHEDIR PROCESSOR < sources.list
#
# Wants root. Lab.java calls it inside `unshare --mount --pid --kill-child`, so that a build that is killed
# leaves neither a mount nor a process behind. Leaves base.img, vmlinuz and initrd in WORKDIR.
set -eu

suite=$1
work=$2
cache=$3
processor=$4
here=$(dirname "$0")

root=$work/root
debs=$cache/debs-$suite-$processor
# What a killed build may have left; Lab.java sees to it that nobody else is building here.
rm -rf "$work"
mkdir -p "$debs" "$root"
cat > "$work/sources.list"
mirror=$(awk '$1 == "deb" { sub(/^\[[^]]*\] */, "", $2); print $2 == "" ? $3 : $2; exit }' "$work/sources.list")

say() { printf 'image %s: %s\n' "$suite" "$*"; }

# The programs of another processor: the kernel has them run by an emulator, whose file it keeps open (flag F), so that
# the chroot needs none. It is this machine's kernel that learns it, and goes on knowing it.
if [ "$processor" != "$(dpkg --print-architecture)" ]; then
    formats=/proc/sys/fs/binfmt_misc
    [ -e "$formats/register" ] || mount -t binfmt_misc binfmt_misc "$formats"
    [ -e "$formats/qemu-aarch64" ] || cat /usr/lib/binfmt.d/qemu-aarch64.conf > "$formats/register"
fi

say "unpacking the base system"
debootstrap --arch="$processor" --variant=minbase --cache-dir="$debs" \
    --include=systemd,systemd-sysv,dbus,udev,ca-certificates \
    "$suite" "$root" "$mirror"

cp "$work/sources.list" "$root/etc/apt/sources.list"
# A mirror or a proxy that this machine needs is needed in there too.
mkdir -p "$root/etc/apt/apt.conf.d"
apt-config dump | grep -E '^Acquire::(http|https|ftp)::Proxy ' > "$root/etc/apt/apt.conf.d/99lab" || :
# The suite may be older than the host: its Release file is then past its date, and still signed.
echo 'Acquire::Check-Valid-Until "false";' >> "$root/etc/apt/apt.conf.d/99lab"
[ ! -e /etc/resolv.conf ] || cat /etc/resolv.conf > "$root/etc/resolv.conf"

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t devtmpfs devtmpfs "$root/dev" || mount --bind /dev "$root/dev"
mount -t devpts devpts "$root/dev/pts" || :
mkdir -p "$root/var/cache/apt/archives" "$root/opt/lab"
mount --bind "$debs" "$root/var/cache/apt/archives"

cp "$here/recipe.sh" "$here/packages-$suite" "$here/packages" "$root/opt/lab/"
mv "$root/opt/lab/packages-$suite" "$root/opt/lab/packages-suite"
cp "$here/preinit" "$root/opt/lab/preinit"
chmod 755 "$root/opt/lab/preinit"

say "installing packages"
chroot "$root" /bin/sh /opt/lab/recipe.sh "$suite"

umount "$root/var/cache/apt/archives"
umount "$root/dev/pts" || :
umount "$root/dev" "$root/sys" "$root/proc"
rm -f "$root/etc/apt/apt.conf.d/99lab"

say "writing the disk"
cp "$root"/boot/vmlinuz-* "$work/vmlinuz"
cp "$root"/boot/initrd.img-* "$work/initrd"
rm -rf "$root"/boot/vmlinuz-* "$root"/boot/initrd.img-* "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
truncate -s 8G "$work/base.img"
mkfs.ext4 -q -F -L rootfs -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$work/base.img"
rm -rf "$root"
say "done"
