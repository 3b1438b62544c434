#!/bin/sh
# Installs btwifiset into this system: the stand-in, or the real one from a folder.
#
#   install.sh [DIR-WITH-btwifiset.py]
#
# Run as root in the virtual Pi, in a chroot of it, or before its systemd starts:
# it writes files and links and asks nothing of a running system. It leaves what
# upstream's btwifisetInstall.sh (March 2025) leaves, without its questions:
#   BTWIFISET_PASSWORD   the Bluetooth password (the host name, as upstream offers)
#   BTWIFISET_COUNTRY    the Wi-Fi country (US, as upstream offers)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
home=/usr/local/btwifiset
units=/etc/systemd/system
wpa=/etc/wpa_supplicant/wpa_supplicant.conf

die() {
    printf 'install.sh: %s\n' "$1" >&2
    exit "$2"
}

[ $# -le 1 ] || die "usage: install.sh [DIR-WITH-btwifiset.py]" 2
source=${1:-$here}
[ -f "$source/btwifiset.py" ] || die "no btwifiset.py in $source" 2
[ "$(id -u)" -eq 0 ] || die "must be root" 1
command -v python3 >/dev/null || die "needs python3" 1

mkdir -p "$home" "$(dirname "$wpa")" "$units/multi-user.target.wants" /opt/lab/bin
install -m 755 "$source/btwifiset.py" "$home/btwifiset.py"
install -m 755 "$here/phone" /opt/lab/bin/phone
if ! [ -s "$home/crypto" ]; then
    printf '%s\n' "${BTWIFISET_PASSWORD:-$(cat /etc/hostname)}" >"$home/crypto"
fi

# Upstream writes this file whether or not anything on the system reads it.
country=${BTWIFISET_COUNTRY:-US}
if [ -f "$wpa" ]; then
    grep -q 'update_config=1' "$wpa" || sed -i '1 a update_config=1' "$wpa"
    grep -q 'country=' "$wpa" || sed -i "1 a country=$country" "$wpa"
else
    cat >"$wpa" <<CONF
ctrl_interface=DIR=/var/run/wpa_supplicant GROUP=netdev
country=$country
update_config=1
CONF
fi

# Upstream takes dbus-python older than 1.3 (Bullseye's) as a reason for a venv of its own, so there
# the unit names the venv's python. This venv is empty: it sees the system's modules.
python=python3
if ! dbus=$(python3 -c 'import dbus; print(*dbus.version[:2])' 2>/dev/null); then
    [ $# -eq 0 ] || die "the real btwifiset needs python3-dbus, python3-gi, python3-cryptography" 1
    dbus=$(python3 -c 'import sys; print(*((1, 3) if sys.version_info >= (3, 10) else (1, 2)))')
fi
if [ "${dbus#1 [012]}" != "$dbus" ]; then
    python3 -m venv --system-site-packages --without-pip "$home/venv"
    python=$home/venv/bin/python3
fi

# The copy of bluetooth.service that hides the packaged one, with upstream's options.
for folder in /lib/systemd/system /usr/lib/systemd/system; do
    [ -f "$folder/bluetooth.service" ] || continue
    rm -f "$units/bluetooth.service"
    sed -e '/^ExecStart=/{/--experimental/!s/bluetoothd/& --experimental/}' \
        -e '/^ExecStart=/{/-P battery/!s/--experimental/& -P battery/}' \
        "$folder/bluetooth.service" >"$units/bluetooth.service"
    for link in bluetooth.target.wants/bluetooth.service dbus-org.bluez.service; do
        if [ -e "$units/$link" ] || [ -L "$units/$link" ]; then
            ln -sfn "$units/bluetooth.service" "$units/$link"
        fi
    done
    break
done
if [ -f /etc/bluetooth/main.conf ]; then
    key=ReverseServiceDiscovery
    sed -i -E "s/^[[:space:]]*#?[[:space:]]*${key}[[:space:]]*=.*/$key = false/" \
        /etc/bluetooth/main.conf
fi

rm -f "$units/btwifiset.service"
cat >"$units/btwifiset.service" <<UNIT
[Unit]
Description=btwifiset Wi-Fi Configuration over Bluetooth
#After=hciuart.service bluetooth.target
After=bluetooth.target

[Service]
Type=simple
ExecStart=$python $home/btwifiset.py --syslog

[Install]
WantedBy=multi-user.target
UNIT
ln -sf "$units/btwifiset.service" "$units/multi-user.target.wants/btwifiset.service"
