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

# NetworkManager stays installed and does not run. Its wait-online unit would start it again.
without_networkmanager() {
    disabled NetworkManager.service NetworkManager-wait-online.service NetworkManager-dispatcher.service
}

# wifi_profile ID SSID KEY [IF]: a NetworkManager profile as nmcli would have written it. KEY "" is an open network.
wifi_profile() {
    keyfile="/etc/NetworkManager/system-connections/$1.nmconnection"
    {
        printf '[connection]\nid=%s\nuuid=%s\ntype=wifi\n' "$1" "$(cat /proc/sys/kernel/random/uuid)"
        printf 'interface-name=%s\n\n[wifi]\nmode=infrastructure\nssid=%s\n\n' "${4-wlan0}" "$2"
        [ -z "$3" ] || printf '[wifi-security]\nauth-alg=open\nkey-mgmt=wpa-psk\npsk=%s\n\n' "$3"
        printf '[ipv4]\nmethod=auto\n\n[ipv6]\naddr-gen-mode=default\nmethod=auto\n\n[proxy]\n'
    } > "$keyfile"
    chmod 600 "$keyfile"
}

# stanza IF [OPTION...]: an interface in /etc/network/interfaces, by DHCP.
stanza() {
    {
        printf '\nallow-hotplug %s\niface %s inet dhcp\n' "$1" "$1"
        shift
        [ $# -eq 0 ] || printf '    %s\n' "$@"
    } >> /etc/network/interfaces
    chmod 600 /etc/network/interfaces
}

# networkd_on IF...: systemd-networkd with a .network file for each.
networkd_on() {
    for interface in "$@"; do
        printf '[Match]\nName=%s\n\n[Network]\nDHCP=yes\n\n[Link]\nRequiredForOnline=no\n' "$interface" \
            > "/etc/systemd/network/20-$interface.network"
    done
    enabled systemd-networkd
    # The network is up without all of these; a boot does not wait for them.
    disabled systemd-networkd-wait-online
}

# supplicant_on IF: the template unit, as the manual says.
supplicant_on() {
    conf=/etc/wpa_supplicant/wpa_supplicant-$1.conf
    {
        printf 'ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev\nupdate_config=1\ncountry=GB\n\n'
        printf 'network={\n\tssid="My Home Net"\n\tpsk="correct horse"\n}\n'
    } > "$conf"
    chmod 600 "$conf"
    enabled "wpa_supplicant@$1"
}

# dhcpcd with the hook that starts wpa_supplicant: Raspberry Pi OS has it switched on, Debian only ships it.
dhcpcd_with_supplicant() {
    enabled dhcpcd
    ln -s /usr/share/dhcpcd/hooks/10-wpa_supplicant /lib/dhcpcd/dhcpcd-hooks/10-wpa_supplicant
}

# btwifiset as its own installer leaves it, but started after the network's manager, as upstream has it since January
# 2026: with the unit of before, which of the two is first is a race that an emulated Pi loses one time in ten.
# Scenario gallery-21 loses it on purpose.
btwifiset() {
    sh /opt/lab/phone/install.sh ${BTWIFISET:+"$BTWIFISET"}
    sed -i 's/^After=bluetooth.target$/& network.target/' /etc/systemd/system/btwifiset.service
    grep -q '^After=bluetooth.target network.target$' /etc/systemd/system/btwifiset.service
}
