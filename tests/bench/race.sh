#!/bin/sh
# The race: how long until both sides of a virtual Pi are back after a fault, with nothing, with the original loop, with
# monit, with netfix, and with the floor (the right commands, given by a script at the fault). On the virtual Pi only: what
# is reachable is asked from outside, and every fault is undone between two runs.
#
#   sh race.sh [CONTENDER...]     nothing loop monit netfix floor; all where none is given
#   FAULTS="stop mask" sh race.sh     only these;  LASTS=60: a recovery that does not last so long is none
#
# Ends with 1 where netfix has not brought back both sides after a fault.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

limit=75
lasts=${LASTS:-10}
work=/run/race
world=/opt/lab/guest/world.sh
phone=/opt/lab/bin/phone
profiles=/etc/NetworkManager/system-connections
all='stop kill mask eth-down wlan-down links-down addresses routes networking disconnect unmanaged rfkill radio stray supplicant profile broken scan off disconn'

if ! [ -r "$world" ]; then
    echo 'race.sh: it runs on the virtual Pi of the lab only' >&2
    exit 2
fi
mkdir -p "$work/profiles"
cp -p "$profiles"/* "$work/profiles/" 2>/dev/null

stray() { pgrep -f 'wpa_supplicant.*-c /run/race/stray.conf'; }

# A fault, and after it what is right to do about it.
inject() {
    case $1 in
        stop) systemctl stop NetworkManager ;;
        kill) systemctl kill -s KILL NetworkManager ;;
        mask) systemctl mask --now NetworkManager ;;
        eth-down) ip link set eth0 down ;;
        wlan-down) ip link set wlan0 down ;;
        links-down) ip link set eth0 down && ip link set wlan0 down ;;
        addresses) ip addr flush dev eth0 && ip addr flush dev wlan0 ;;
        routes) ip route flush dev eth0 && ip route flush dev wlan0 ;;
        networking) nmcli networking off ;;
        disconnect) nmcli device disconnect eth0 wlan0 ;;
        unmanaged) nmcli device set eth0 managed no && nmcli device set wlan0 managed no ;;
        rfkill) rfkill block wlan ;;
        radio) nmcli radio wifi off ;;
        stray)
            printf 'ctrl_interface=/run/race/ctrl\n' >"$work/stray.conf"
            wpa_supplicant -B -i wlan0 -c /run/race/stray.conf
            ;;
        supplicant) systemctl mask --now wpa_supplicant ;;
        profile) nmcli connection delete 'My Home Net' ;;
        broken)
            printf '[main]\nno key\n' >/etc/NetworkManager/conf.d/50-race.conf
            systemctl restart NetworkManager
            ;;
        scan) "$phone" --start scan ;;
        off) "$phone" --start off ;;
        disconn) "$phone" --start disconnect ;;
        *)
            echo "race.sh: no such fault: $1" >&2
            exit 2
            ;;
    esac >/dev/null 2>&1
}

put_back() {
    for file in "$work"/profiles/*; do
        if ! cmp -s "$file" "$profiles/${file##*/}"; then
            cp -p "$file" "$profiles/" && nmcli connection load "$profiles/${file##*/}"
        fi
    done
    nmcli -w 0 connection up 'My Home Net'
}

right() {
    case $1 in
        stop) systemctl start NetworkManager ;;
        kill) ;;
        mask) systemctl unmask NetworkManager && systemctl start NetworkManager ;;
        eth-down) ip link set eth0 up ;;
        wlan-down | off) ip link set wlan0 up && put_back ;;
        links-down) ip link set eth0 up && ip link set wlan0 up ;;
        addresses | routes) nmcli device reapply eth0 && nmcli device reapply wlan0 ;;
        networking) nmcli networking on ;;
        disconnect) nmcli -w 0 device connect eth0 && nmcli -w 0 device connect wlan0 ;;
        unmanaged) nmcli device set eth0 managed yes && nmcli device set wlan0 managed yes ;;
        rfkill) rfkill unblock wlan && nmcli radio wifi on ;;
        radio) nmcli radio wifi on ;;
        stray) stray | xargs -r kill && nmcli -w 0 device connect wlan0 ;;
        supplicant) systemctl unmask wpa_supplicant && systemctl restart wpa_supplicant ;;
        profile | scan | disconn) put_back ;;
        broken) rm -f /etc/NetworkManager/conf.d/50-race.conf && systemctl restart NetworkManager ;;
        *) ;;
    esac >/dev/null 2>&1
}

# --- Those who race -------------------------------------------------------------------------------

# The original: every 30 s, where NetworkManager is not active or the route table is empty.
loop() {
    while :; do
        sleep 30
        if ! systemctl -q is-active NetworkManager || [ -z "$(ip route show)" ]; then
            pkill -x dhcpcd
            pkill -f 'wpa_supplicant.*-i.*wlan0'
            systemctl restart NetworkManager
            ip link set eth0 up
            ip link set wlan0 up
            nmcli radio wifi on
            nmcli device set wlan0 managed yes
        fi
    done >/dev/null 2>&1
}

monit_conf() {
    cat <<'EOF'
set daemon 5
check process NetworkManager with pidfile /run/NetworkManager/NetworkManager.pid
    start program = "/bin/systemctl start NetworkManager"
    stop program = "/bin/systemctl stop NetworkManager"
check network eth0 interface eth0
    start program = "/sbin/ip link set eth0 up"
    if link down then start
check network wlan0 interface wlan0
    start program = "/bin/sh -c '/sbin/ip link set wlan0 up; /usr/sbin/rfkill unblock wlan; /usr/bin/nmcli radio wifi on'"
    if link down then start
check host gateway with address 192.168.50.1
    start program = "/bin/sh -c '/usr/bin/nmcli networking on; /bin/systemctl restart NetworkManager'"
    if failed ping count 2 with timeout 2 seconds then start
EOF
}

start() {
    case $1 in
        loop)
            loop &
            echo $! >"$work/loop"
            ;;
        monit)
            monit_conf >"$work/monitrc"
            chmod 600 "$work/monitrc"
            monit -c "$work/monitrc" -p "$work/monit.pid" >/dev/null 2>&1
            ;;
        netfix)
            systemctl start network-monitor
            # Until it has learnt what works.
            sleep 20
            ;;
        *) ;;
    esac
}

stop() {
    case $1 in
        loop) kill "$(cat "$work/loop")" 2>/dev/null ;;
        monit) kill "$(cat "$work/monit.pid")" 2>/dev/null ;;
        netfix) systemctl stop network-monitor ;;
        *) ;;
    esac
}

# --- Measuring ------------------------------------------------------------------------------------

hundredths() { cut -d' ' -f1 /proc/uptime | tr -d .; }

both() { sh "$world" reach eth0 >/dev/null 2>&1 && sh "$world" reach wlan0 >/dev/null 2>&1 && ip route show default | grep -q eth0 &&
    ip route show default | grep -q wlan0; }

reset() {
    rm -f /etc/NetworkManager/conf.d/50-race.conf /etc/NetworkManager/conf.d/50-race.conf.netfix-off*
    stray | xargs -r kill
    systemctl unmask NetworkManager wpa_supplicant
    systemctl reset-failed
    systemctl start wpa_supplicant NetworkManager
    nmcli networking on
    rfkill unblock wlan
    nmcli radio wifi on
    for link in eth0 wlan0; do
        ip link set "$link" up
        nmcli device set "$link" managed yes
    done
    put_back
    try=0
    while ! both && [ "$try" -lt 60 ]; do
        if [ "$try" = 20 ]; then systemctl restart NetworkManager; fi
        try=$((try + 1))
        sleep 2
    done
    sleep 5
} >/dev/null 2>&1

# one CONTENDER FAULT: seconds to both sides back, or the limit.
one() {
    reset
    start "$1"
    begun=$(hundredths)
    inject "$2"
    if [ "$1" = floor ]; then right "$2"; fi
    took=
    while [ $(($(hundredths) - begun)) -lt $((limit * 100)) ]; do
        sleep 0.2
        if both; then
            took=$(($(hundredths) - begun))
            sleep "$lasts"
            if both; then break; fi
            took=
        fi
    done
    stop "$1"
    printf '%s\n' "${took:-$((limit * 100))}"
}

contenders=${*:-nothing loop monit netfix floor}
systemctl stop network-monitor 2>/dev/null
printf '%-12s' fault
for contender in $contenders; do printf '%10s' "$contender"; done
printf '\n'
lost=
for fault in ${FAULTS:-$all}; do
    printf '%-12s' "$fault"
    for contender in $contenders; do
        if [ "$contender" = monit ] && ! command -v monit >/dev/null; then
            printf '%10s' '-'
            continue
        fi
        took=$(one "$contender" "$fault")
        if [ "$contender" = netfix ] && [ "$took" -ge $((limit * 100)) ]; then lost="$lost $fault"; fi
        printf '%10s' "$(printf '%s' "$took" | sed 's/..$/.&/; s/^\./0./')"
    done
    printf '\n'
done
reset
systemctl start network-monitor 2>/dev/null
if [ -n "$lost" ]; then
    echo "netfix did not bring back both sides in $limit s after:$lost"
    exit 1
fi
