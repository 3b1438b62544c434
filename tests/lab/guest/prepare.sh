#!/bin/sh
# Prepares a start state, before systemd has started: see image/preinit. Everything of a start state's scenario comes
# from /opt/lab, where the lab's files of this run have just been unpacked.
set -eu
# shellcheck source=/dev/null
. /opt/lab/guest/offline.sh

# A unit of the lab is no unit of the Pi's owner: it lies where a package's would, and /etc stays as the Pi's is.
units=/usr/lib/systemd/system
install -m 644 /opt/lab/guest/units/*.service "$units/"
wanted_by() {
    mkdir -p "$units/$1.wants"
    ln -sf "../$2" "$units/$1.wants/$2"
}
wanted_by sysinit.target lab-world.service
wanted_by bluetooth.target lab-bluetooth.service
wanted_by multi-user.target lab-bluetooth.service
wanted_by multi-user.target lab-shell.service

mkdir -p "$BOOT"
modprobe vfat
mount LABEL=bootfs "$BOOT"
no_services
# shellcheck source=/dev/null
. /opt/lab/state.sh
services_again
umount "$BOOT"
