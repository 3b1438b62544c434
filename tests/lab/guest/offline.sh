#!/bin/sh
# What a start state's script may use. It runs before systemd: "enable" is a link, "install" is dpkg with no service
# started, nothing is running yet.

# shellcheck source=/dev/null
. /opt/lab/settings
export SYSTEMD_OFFLINE=1 DEBIAN_FRONTEND=noninteractive

no_services() {
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
}

services_again() { rm -f /usr/sbin/policy-rc.d; }

# installed SET...: really installs a set of packages that the image keeps aside (image/packages-SUITE).
installed() {
    for set in "$@"; do
        dpkg --force-unsafe-io -i /opt/lab/debs/"$set"/*.deb
    done
}

enabled() { systemctl -q enable "$@"; }
disabled() { systemctl -q disable "$@"; }
masked() { systemctl -q mask "$@"; }

# wifi_profile ID SSID KEY: a NetworkManager profile as nmcli would have written it. KEY "" is an open network.
wifi_profile() {
    keyfile="/etc/NetworkManager/system-connections/$1.nmconnection"
    {
        printf '[connection]\nid=%s\nuuid=%s\ntype=wifi\ninterface-name=wlan0\n\n' "$1" "$(cat /proc/sys/kernel/random/uuid)"
        printf '[wifi]\nmode=infrastructure\nssid=%s\n\n' "$2"
        [ -z "$3" ] || printf '[wifi-security]\nauth-alg=open\nkey-mgmt=wpa-psk\npsk=%s\n\n' "$3"
        printf '[ipv4]\nmethod=auto\n\n[ipv6]\naddr-gen-mode=default\nmethod=auto\n\n[proxy]\n'
    } > "$keyfile"
    chmod 600 "$keyfile"
}

# btwifiset as its own installer leaves it.
btwifiset() { sh /opt/lab/phone/install.sh ${BTWIFISET:+"$BTWIFISET"}; }
