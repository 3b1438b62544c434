#!/bin/sh
# netfix's network-init: leaves NetworkManager a clean state at every boot, before it starts. Without a JVM, because a boot
# waits for it: it reads files, and does something only where something is wrong. Whatever fails here fails nothing else.
#
#   - a DHCP client or supplicant that nobody's unit started, on an interface that is NetworkManager's, is ended
#   - networking and Wi-Fi are switched on where they are off and there is no cable, or btwifiset switched them off
#   - wired and Wi-Fi interfaces are up
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

log=/var/log/network-init.log
interfaces=/sys/class/net
switches=/sys/class/rfkill
processes=/proc
state=/var/lib/NetworkManager/NetworkManager.state
profiles=/etc/NetworkManager/system-connections
configuration=/etc/NetworkManager
# NetworkManager.conf(5): packages leave theirs in the first, netplan writes into the second.
packaged=/usr/lib/NetworkManager/conf.d
generated=/run/NetworkManager/conf.d
ifupdown=/etc/network
units=/etc/systemd/system
# btwifiset-stable.sh leaves it where the phone has switched Wi-Fi off.
by_phone=/var/lib/netfix/wifi-off-by-btwifiset
fix=/var/lib/netfix/state

say() {
    printf 'network-init: %s\n' "$*"
    if [ -f "$log" ] && [ "$(wc -c <"$log")" -gt 65536 ]; then mv -f "$log" "$log.1"; fi
    { printf '%s %s\n' "$(date -u '+%Y-%m-%dT%H:%M:%SZ')" "$*" >>"$log"; } 2>/dev/null
}

# One line from a file, whatever is in it; empty where there is none, or where the kernel refuses (carrier of what is down).
line() {
    it=
    if [ -r "$1" ]; then IFS= read -r it <"$1" 2>/dev/null || true; fi
    printf '%s' "$it"
}

# wired NAME, wifi NAME: what a cable or an access point is behind.
wifi() { [ -e "$interfaces/$1/phy80211" ] || [ -d "$interfaces/$1/wireless" ]; }

wired() { [ -e "$interfaces/$1/device" ] && [ "$(line "$interfaces/$1/type")" = 1 ] && ! wifi "$1"; }

enabled() { # UNIT...: one of them is started by the boot
    for unit in "$@"; do
        if [ -L "$units/$unit" ] && [ "$(readlink "$units/$unit")" = /dev/null ]; then continue; fi
        for link in "$units"/*.wants/"$unit"; do
            if [ -L "$link" ] || [ -e "$link" ]; then return 0; fi
        done
    done
    return 1
}

# hidden FOLDER NAME: a file of NetworkManager's, by one of the same name in a later folder, which may be empty. netplan and people
# hide in this way Ubuntu's 10-globally-managed-devices.conf, which says that hardly anything is managed.
hidden() {
    case $1 in
        "$packaged") [ -e "$generated/$2" ] || [ -e "$configuration/conf.d/$2" ] ;;
        "$generated") [ -e "$configuration/conf.d/$2" ] ;;
        *) false ;;
    esac
}

# Somebody else configures that interface, or may: then nothing is ended on it.
claimed() {
    if enabled dhcpcd.service systemd-networkd.service "wpa_supplicant@$1.service" "wpa_supplicant-nl80211@$1.service" \
        hostapd.service connman.service iwd.service "ifup@$1.service"; then
        return 0
    fi
    if [ -d "$ifupdown" ] && grep -rqsE "^[[:space:]]*iface[[:space:]]+$1([[:space:]]|\$)" "$ifupdown"; then return 0; fi
    # Debian's own [ifupdown] managed=false is about the stanzas above.
    # Each by itself: one may end without a newline.
    {
        cat "$configuration/NetworkManager.conf"
        for folder in "$packaged" "$generated" "$configuration/conf.d"; do
            for file in "$folder"/*.conf; do
                if hidden "$folder" "${file##*/}"; then continue; fi
                echo
                cat "$file"
            done
        done
    } 2>/dev/null | awk '
        /^[ \t]*\[/ { section = $0 }
        /^[ \t]*unmanaged-devices[ \t]*[+]?=[ \t]*[^ \t]/ { found = 1 }
        section ~ /\[device/ && tolower($0) ~ /^[ \t]*managed[ \t]*=[ \t]*(0|no|false|off)/ { found = 1 }
        END { exit !found }'
}

# The root may be what such a client has brought: a Pi that boots from the network.
root_is_remote() { grep -qE '^[^ ]+ / (nfs|nfs4|cifs|9p|fuse[^ ]*) ' "$processes/mounts" 2>/dev/null; }

# Those that no unit has started, by their own arguments; a name may hold anything, so words are compared.
end_strays() { # INTERFACE
    for folder in "$processes"/[0-9]*; do
        # Asked of every process at every boot, so without another one: three of them each cost an emulated Pi ten seconds.
        words=
        IFS= read -r words 2>/dev/null <"$folder/cmdline"
        case $words in *dhclient* | *udhcpc* | *dhcpcd* | *wpa_supplicant*) ;; *) continue ;; esac
        program=$(tr '\000' '\n' <"$folder/cmdline" 2>/dev/null | head -n 1)
        case ${program##*/} in
            dhclient | udhcpc | dhcpcd | wpa_supplicant) ;;
            *) continue ;;
        esac
        if ! tr '\000' '\n' <"$folder/cmdline" | sed 's/^-i//' | grep -qxF -e "$1"; then continue; fi
        if grep -q '\.service' "$folder/cgroup" 2>/dev/null; then continue; fi
        if kill "${folder##*/}" 2>/dev/null; then
            say "ended ${program##*/} (process ${folder##*/}), which no unit had started on $1"
        fi
    done
}

cable() {
    for folder in "$interfaces"/*; do
        if wired "${folder##*/}" && [ "$(line "$folder/carrier")" = 1 ]; then return 0; fi
    done
    return 1
}

# A cable shows some time after its interface is up: two gigabit ports negotiate for three seconds and more. A Pi without
# one pays these six only where something is off.
cable_after_a_while() {
    try=0
    until cable; do
        try=$((try + 1))
        if [ "$try" -gt 24 ]; then return 1; fi
        sleep 0.25
    done
}

off() { grep -qsE "^$1[[:space:]]*=[[:space:]]*false" "$state"; }

has_networks() {
    for file in "$profiles"/*; do
        # As a person may write it, too: with blanks, or with its section alone.
        if grep -qsE '^(type[[:blank:]]*=[[:blank:]]*(wifi|802-11-wireless)|\[(wifi|802-11-wireless)\])' "$file"; then return 0; fi
    done
    grep -rqsE '^[[:space:]]*(wifis|access-points):' /etc/netplan
}

soft_blocked() {
    for folder in "$switches"/*; do
        if [ "$(line "$folder/type")" = wlan ] && [ "$(line "$folder/soft")" = 1 ]; then return 0; fi
    done
    return 1
}

switch_on() {
    wifi_is_off=
    # A Pi that was never told a network, or no country, may well have its radio off.
    if has_networks && { off WirelessEnabled || soft_blocked; }; then wifi_is_off=yes; fi
    if [ -z "$wifi_is_off" ] && ! off NetworkingEnabled; then return; fi
    if ! [ -e "$by_phone" ] && cable_after_a_while; then
        say 'something is switched off; there is a cable, so it stays as it is'
        return
    fi
    if off NetworkingEnabled || off WirelessEnabled; then
        # A whole file or none: NetworkManager reads it in a moment.
        if sed -E 's/^(NetworkingEnabled|WirelessEnabled)[[:space:]]*=.*$/\1=true/' "$state" >"$state.netfix" &&
            chmod --reference="$state" "$state.netfix" && sync "$state.netfix" && mv -f "$state.netfix" "$state"; then
            say 'switched networking and Wi-Fi on for NetworkManager: there is no cable, or btwifiset had switched it off'
        else
            rm -f "$state.netfix"
        fi
    fi
    for folder in "$switches"/*; do
        if [ "$(line "$folder/type")" = wlan ] && [ "$(line "$folder/soft")" = 1 ] && has_networks; then
            if { echo 0 >"$folder/soft"; } 2>/dev/null; then say "unblocked the radio ${folder##*/}"; fi
        fi
    done
    rm -f "$by_phone"
}

# tail -f has something to follow, also where there is nothing to say.
if [ ! -e "$log" ]; then { : >"$log"; } 2>/dev/null; fi

# Somebody masked it, or disabled it: then this Pi is another manager's.
if ! enabled NetworkManager.service; then exit 0; fi
# What is being taken back or tried is left to whoever does that.
case $(line "$fix") in open* | restoring* | undoing*) exit 0 ;; *) ;; esac

for interface in "$interfaces"/*; do
    name=${interface##*/}
    if ! wired "$name" && ! wifi "$name"; then continue; fi
    if ! claimed "$name" && ! root_is_remote; then end_strays "$name"; fi
    case $(line "$interfaces/$name/flags") in
        # IFF_UP is the lowest bit.
        *[13579bdfBDF]) ;;
        *) if ! claimed "$name"; then ip link set dev "$name" up 2>/dev/null; fi ;;
    esac
done
switch_on
exit 0
