#!/bin/sh
# Runs inside the new root: what makes a bare Debian look like a Pi's.
#
# A start state must be real: what it lacks is not installed, what it has was installed by dpkg. So packages that only
# some states have are downloaded here with all that they need (/opt/lab/debs/SET) and installed at preparation.
set -eu

suite=$1
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# Nothing is started in a chroot; and nobody waits for a disk that is thrown away when the power fails.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
cat > /etc/dpkg/dpkg.cfg.d/lab <<'END'
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
path-exclude=/lib/modules/*/kernel/drivers/gpu/*
path-exclude=/lib/modules/*/kernel/drivers/media/*
path-exclude=/lib/modules/*/kernel/drivers/infiniband/*
path-exclude=/lib/modules/*/kernel/drivers/scsi/*
path-exclude=/lib/modules/*/kernel/drivers/ata/*
path-exclude=/lib/modules/*/kernel/drivers/net/ethernet/*
path-exclude=/lib/modules/*/kernel/sound/*
path-exclude=/usr/lib/modules/*/kernel/drivers/gpu/*
path-exclude=/usr/lib/modules/*/kernel/drivers/media/*
path-exclude=/usr/lib/modules/*/kernel/drivers/infiniband/*
path-exclude=/usr/lib/modules/*/kernel/drivers/scsi/*
path-exclude=/usr/lib/modules/*/kernel/drivers/ata/*
path-exclude=/usr/lib/modules/*/kernel/drivers/net/ethernet/*
path-exclude=/usr/lib/modules/*/kernel/sound/*
END

# A small initrd: emulation unpacks every byte of it at each boot.
mkdir -p /etc/initramfs-tools/conf.d
printf 'MODULES=list\nCOMPRESS=lz4\n' > /etc/initramfs-tools/conf.d/lab
printf 'virtio_pci\nvirtio_blk\next4\n' > /etc/initramfs-tools/modules
cat > /etc/fstab <<'END'
LABEL=rootfs / ext4 defaults,noatime 0 1
END

apt-get -q update
install() { apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@"; }
# shellcheck disable=SC2046 # one word a package
install install "linux-image-$(dpkg --print-architecture)" $(sed -e '/^#/d' -e '/^%/d' /opt/lab/packages /opt/lab/packages-suite)

# Every module that an emulated boot loads would be unpacked (trixie's are xz) and its signature checked, RSA and all:
# a third of the boot. Plain files without a signature load at once.
python3 - <<'END'
import lzma, os, struct

MARK = b"~Module signature appended~\n"
for folder, _, names in os.walk("/lib/modules", followlinks=False):
    for name in names:
        path = os.path.join(folder, name)
        if not name.endswith((".ko", ".ko.xz")):
            continue
        with open(path, "rb") as file:
            module = file.read()
        if name.endswith(".xz"):
            module = lzma.decompress(module)
            os.unlink(path)
            path = path[: -len(".xz")]
        if module.endswith(MARK):
            # struct module_signature: its last field is the length of the signature, big-endian.
            (length,) = struct.unpack(">I", module[-len(MARK) - 4 : -len(MARK)])
            module = module[: -len(MARK) - 12 - length]
        with open(path, "wb") as file:
            file.write(module)
END
kernel=$(ls /lib/modules)
depmod "$kernel"
update-initramfs -u -k "$kernel"

# The router and the access point live in this machine too, but they are no part of the Pi: no unit, no package, and
# no process that netfix (or a person) could take for a hostapd or a dnsmasq of the Pi's own.
mkdir -p /opt/lab/bin
cp /usr/sbin/hostapd /opt/lab/bin/lab-ap
cp /usr/sbin/dnsmasq /opt/lab/bin/lab-router
cp /usr/bin/btvirt /opt/lab/bin/lab-bluetooth
dpkg --purge hostapd dnsmasq-base

sed -n 's/^%debs //p' /opt/lab/packages-suite | while IFS=': ' read -r set names; do
    mkdir -p "/opt/lab/debs/$set/partial"
    # shellcheck disable=SC2086 # one word a package
    install --download-only -o Dir::Cache::archives="/opt/lab/debs/$set" install $names
    rm -rf "/opt/lab/debs/$set/partial" "/opt/lab/debs/$set/lock"
done

# As Raspberry Pi OS sets its machines up.
echo raspberrypi > /etc/hostname
printf '127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n' > /etc/hosts
useradd -m -s /bin/bash -G sudo,netdev pi
echo 'pi ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/010_pi-nopasswd
chmod 440 /etc/sudoers.d/010_pi-nopasswd
boot=/boot/firmware
[ "$suite" != bullseye ] || boot=/boot
mkdir -p "$boot"
echo "LABEL=bootfs $boot vfat defaults 0 2" >> /etc/fstab
# The first boot must not be systemd's "first boot", which would preset every unit.
systemd-machine-id-setup
# Housekeeping would run whenever the clock is set after a saved moment.
for timer in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim logrotate man-db; do
    systemctl disable "$timer.timer" 2> /dev/null || :
done
systemctl disable e2scrub_reap.service 2> /dev/null || :
# Programs of other formats: seconds of an emulated boot, and a Pi has none.
rm -f /usr/lib/binfmt.d/*
# A start state says who manages the network; as installed, nobody does but NetworkManager (bookworm, trixie).
systemctl disable systemd-networkd.service systemd-networkd.socket 2> /dev/null || :
: > /etc/resolv.conf
rm -f /usr/sbin/policy-rc.d /etc/dpkg/dpkg.cfg.d/lab /opt/lab/recipe.sh /opt/lab/packages*
