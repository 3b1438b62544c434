#!/bin/sh
# The world around the Pi: a router at the other end of its cables (namespace lan), an access point (namespace air).
#
#   world.sh start                            at boot, from lab-world.service
#   world.sh air off | on                     the access point is switched off, and on again
#   world.sh air SSIDHEX MODE [KEY]           ... becomes another one: wpa2 wpa3 wpa2+wpa3 open hidden hidden-open
#   world.sh air-also SSIDHEX MODE [KEY]      ... and broadcasts one network more
#   world.sh router off | on                  the router falls silent (the lab pulls the carrier itself)
#   world.sh reach IF                         does an address of the Pi's interface answer from outside? 0 yes, 1 no,
#                                             2 nobody was there to ask: an interface without a cable or a radio of
#                                             this world, a router or an access point that should be on and is not
#
# State lies in /opt/lab/world and is synced: the world does not forget because the Pi lost power.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
# shellcheck source=/dev/null
. /opt/lab/settings
state=/opt/lab/world

in_lan() { ip netns exec lan "$@"; }
in_air() { ip netns exec air "$@"; }

stop_pid() {
    [ -e "$1" ] || return 0
    pid=$(cat "$1")
    kill "$pid" 2> /dev/null || :
    while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
    rm -f "$1"
}

# A resolver that knows every name, so that "does DNS work" is a question about the Pi.
lease_out() { # lease_out NAMESPACE LEASES INTERFACE=NET...
    namespace=$1
    shift
    set -- "$@"
    ranges=
    for pair in "$@"; do
        ranges="$ranges --interface=${pair%%=*} --dhcp-range=${pair#*=}.100,${pair#*=}.199,12h"
    done
    # shellcheck disable=SC2086 # options
    ip netns exec "$namespace" /opt/lab/bin/lab-router --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces \
        --address=/#/8.8.8.8 --dhcp-authoritative --no-ping --pid-file=/run/lab/router-$namespace.pid --user=root \
        --dhcp-leasefile="$state/leases-$namespace" --log-facility="$state/router-$namespace.log" --log-dhcp $ranges
}

start_router() {
    pairs=
    wire=0
    while [ "$wire" -lt "$WIRES" ]; do
        in_lan ip link set "router$wire" up
        in_lan ip addr replace "192.168.5$wire.1/24" dev "router$wire"
        pairs="$pairs router$wire=192.168.5$wire"
        wire=$((wire + 1))
    done
    # shellcheck disable=SC2086 # one word an interface
    lease_out lan $pairs
}

stop_router() {
    stop_pid /run/lab/router-lan.pid
    wire=0
    while [ "$wire" -lt "$WIRES" ]; do
        in_lan ip link set "router$wire" down
        wire=$((wire + 1))
    done
}

security() { # security MODE KEY
    case $1 in
    wpa2 | hidden) printf 'wpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\nwpa_passphrase=%s\n' "$2" ;;
    wpa3) printf 'wpa=2\nwpa_key_mgmt=SAE\nrsn_pairwise=CCMP\nieee80211w=2\nsae_password=%s\n' "$2" ;;
    wpa2+wpa3)
        printf 'wpa=2\nwpa_key_mgmt=WPA-PSK SAE\nrsn_pairwise=CCMP\nieee80211w=1\nwpa_passphrase=%s\nsae_password=%s\n' "$2" "$2"
        ;;
    open | hidden-open) : ;;
    *)
        echo "world.sh: no such mode: $1" >&2
        exit 2
        ;;
    esac
    case $1 in hidden*) echo ignore_broadcast_ssid=1 ;; esac
}

start_air() {
    [ ! -e "$state/air-off" ] || return 0
    first=yes
    number=0
    while IFS='	' read -r ssid mode key; do
        if [ "$first" = yes ]; then
            printf 'interface=ap0\ndriver=nl80211\ncountry_code=GB\nhw_mode=g\nchannel=6\nctrl_interface=/run/lab/ap\n'
        else
            printf 'bss=ap0_%s\nbssid=02:00:00:0a:00:0%s\n' "$number" "$number"
        fi
        # An emulated Pi may be late. A third message of the key handshake that is sent again after a tenth of a second
        # meets a Pi that has its key already, and whose answer the access point then cannot read: in seconds the
        # handshake is given up, and NetworkManager, which has nobody to ask for a new key, does not try again.
        printf 'bridge=air0\nssid2=%s\nwpa_disable_eapol_key_retries=1\n' "$ssid"
        security "$mode" "$key"
        first=no
        number=$((number + 1))
    done < "$state/air" > /run/lab/ap.conf
    in_air /opt/lab/bin/lab-ap -B -t -P /run/lab/ap.pid -f "$state/ap.log" /run/lab/ap.conf
}

stop_air() { stop_pid /run/lab/ap.pid; }

air_name() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }

# Switching the radio off on the Pi blocks every radio of the machine; the neighbour's access point is not the Pi's.
watch_rfkill() {
    index=$1
    in_air rfkill event | while read -r line; do
        case $line in
        *"idx $index "*"soft 1"*)
            in_air rfkill unblock "$index"
            stop_air
            start_air
            ;;
        esac
    done
}

router_nic() { # the interface with the MAC address of the router's end of wire $1
    for nic in /sys/class/net/*; do
        [ "$(cat "$nic/address")" != "52:54:00:4c:00:0$1" ] || basename "$nic"
    done
}

start() {
    mkdir -p /run/lab "$state"
    modprobe virtio_net
    modprobe bridge
    modprobe mac80211_hwsim radios=$((RADIOS + 1))
    ip netns add lan
    ip netns add air
    in_lan ip link set lo up
    in_air ip link set lo up
    for address in 8.8.8.8 1.1.1.1; do
        in_lan ip addr add "$address/32" dev lo
        in_air ip addr add "$address/32" dev lo
    done

    wire=0
    while [ "$wire" -lt "$WIRES" ]; do
        tries=0
        until nic=$(router_nic "$wire") && [ -n "$nic" ]; do
            tries=$((tries + 1))
            [ "$tries" -lt 300 ] || { echo "world.sh: no router end of wire $wire" >&2; exit 1; }
            sleep 0.1
        done
        ip link set "$nic" netns lan
        in_lan ip link set "$nic" name "router$wire"
        wire=$((wire + 1))
    done
    [ -e "$state/router-off" ] || start_router

    # The last radio is the access point's.
    phy=$(cat "/sys/class/net/wlan$RADIOS/phy80211/name")
    rfkill_index=
    for switch in "/sys/class/ieee80211/$phy"/rfkill*; do
        rfkill_index=${switch##*rfkill}
    done
    iw phy "$phy" set netns name air
    in_air ip link set "wlan$RADIOS" name ap0
    # The monitor of the simulated air is no interface of the Pi.
    ip link set hwsim0 netns air
    in_air ip link add air0 type bridge
    in_air ip addr add 192.168.60.1/24 dev air0
    in_air ip link set air0 up
    [ -e "$state/air" ] || printf '%s\twpa2\t%s\n' "$(air_name "My Home Net")" "correct horse" > "$state/air"
    in_air rfkill unblock "$rfkill_index"
    start_air
    lease_out air air0=192.168.60
    watch_rfkill "$rfkill_index" > /run/lab/rfkill.log 2>&1 &
}

# Where the Pi blocks its radios the access point starts anew by itself (watch_rfkill): it is given half a minute.
stands() { # stands WHO PIDFILE
    tries=0
    until [ -s "$2" ] && kill -0 "$(cat "$2")" 2> /dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -ge 60 ]; then
            echo "world.sh: $1 should be on, and is not" >&2
            exit 2
        fi
        sleep 0.5
    done
}

# Silence says something of the Pi only where somebody has asked.
asked_by() { # asked_by IF: sets namespace
    case $1 in
    eth[0-9])
        namespace=lan
        [ "${1#eth}" -lt "$WIRES" ] || namespace=
        ;;
    wlan[0-9])
        namespace=air
        [ "${1#wlan}" -lt "$RADIOS" ] || namespace=
        ;;
    *) namespace= ;;
    esac
    case $namespace in
    lan) [ -e "$state/router-off" ] || stands "the router" /run/lab/router-lan.pid ;;
    air)
        stands "the router behind the access point" /run/lab/router-air.pid
        [ -e "$state/air-off" ] || stands "the access point" /run/lab/ap.pid
        ;;
    *)
        echo "world.sh: no interface $1 in this world" >&2
        exit 2
        ;;
    esac
}

# The Pi itself may have lost the interface: that is no answer, too.
reach() {
    asked_by "$1"
    addresses=$(ip -o -4 addr show dev "$1" | awk '{ sub("/.*", "", $4); print $4 }')
    if [ -z "$addresses" ]; then
        echo "$1 has no address"
        return 1
    fi
    for address in $addresses; do
        if ip netns exec "$namespace" ping -n -q -c 1 -W 3 "$address" > /dev/null; then
            echo "$1 answers at $address"
            return 0
        fi
    done
    echo "$1 does not answer at $addresses"
    return 1
}

case $1 in
start) start ;;
air)
    case $2 in
    off) : > "$state/air-off" ;;
    on) rm -f "$state/air-off" ;;
    *)
        printf '%s\t%s\t%s\n' "$2" "$3" "${4-}" > "$state/air"
        rm -f "$state/air-off"
        ;;
    esac
    sync
    stop_air
    start_air
    ;;
air-also)
    printf '%s\t%s\t%s\n' "$2" "$3" "${4-}" >> "$state/air"
    sync
    stop_air
    start_air
    ;;
router)
    if [ "$2" = off ]; then
        : > "$state/router-off"
        stop_router
    else
        rm -f "$state/router-off"
        start_router
    fi
    sync
    ;;
reach) reach "$2" ;;
*)
    echo "world.sh: no such verb: $1" >&2
    exit 2
    ;;
esac
