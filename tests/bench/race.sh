#!/bin/sh
# The race: how long until both sides of a virtual Pi are back after a fault, with nothing, with the documentation's loop, with
# monit, with netfix, and with the floor (the right commands, given by a script at the fault). On the virtual Pi only: what
# is reachable is asked from outside, and every fault is undone between two runs. Ratios count, within one run.
#
#   sh race.sh [CONTENDER...]         nothing loop monit netfix floor; all where none is given
#   FAULTS="stop mask" sh race.sh     only these
#   LASTS=60 sh race.sh               seconds: a recovery that does not last so long is none
#   sh race.sh judge [ROWS]           the ratios of all rows of this boot's runs, or of those in that file
#
# It is watched from before the fault on. The clock begins at the fault; with the phone, which deletes a profile long after it has
# been told to scan, where a side is first seen lost. A fault that costs neither side is "kept", and no success of anybody's
# (but the floor may be too quick to be seen: then its commands' own time is its time). One that could not be injected is
# "no fault". "repair" is the last thing that was done before both sides were back, by the journal or the contender's own note;
# for nothing, which notes none, the moment when they were back. "named" is netfix's first line.
#
# Where both sides came back before netfix had done or said anything the fault has passed by itself (a phone that connects elsewhere
# costs Wi-Fi for some seconds): then its repair and its line are "kept", too, shown as "-", and count neither for it nor against it.
#
# The guard of btwifiset runs for netfix alone; the others have the btwifiset that is installed.
#
# Ends with 1 where netfix has not brought back both sides after a fault, or a fault could not be injected; judge also where
# netfix's repairs come later than a fifth of the best of the others', it takes more than 1.3 times the floor, or its line comes
# later than three times (its 0.3 s + one look by a shell).
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

limit=75
lasts=${LASTS:-60}
# So long a fault may take until it costs something.
loses=30
work=/run/race
world=/opt/lab/guest/world.sh
phone=/opt/lab/bin/phone
profiles=/etc/NetworkManager/system-connections
guarded=btwifiset-stable.service
original=btwifiset.service
all='stop kill mask eth-down wlan-down links-down addresses routes networking disconnect unmanaged rfkill radio stray supplicant
profile dhcpcd broken phone-scan phone-cancel phone-connect phone-new-password phone-wrong-password phone-hidden phone-delete
phone-disconnect phone-off phone-on'

hundredths() { cut -d' ' -f1 /proc/uptime | tr -d .; }

# --- The two networks -----------------------------------------------------------------------------

# As the Pi was before the first run: with "My Home Net", which a scan deletes. What the phone does on purpose is done in a
# network that a scan spares.
first_time() {
    if [ -d "$work/before" ]; then return; fi
    mkdir -p "$work/before"
    cp -p "$profiles"/* "$work/before/" || exit 2
    umask 077
    cat >"$work/HomeNet.nmconnection" <<'END'
[connection]
id=HomeNet
uuid=5eed0000-0000-4000-8000-00000000ace5
type=wifi

[wifi]
mode=infrastructure
ssid=HomeNet

[wifi-security]
key-mgmt=wpa-psk
psk=correct horse

[ipv4]
method=auto

[ipv6]
method=auto
END
    umask 022
    name=$(printf HomeNet | od -An -v -tx1 | tr -d ' \n')
    grep -q "^$name" /opt/lab/world/air || sh "$world" air-also "$name" wpa2 'correct horse'
}

# wanted FAULT: the profiles that belong there, in $work/wanted, and which one is up.
wanted() {
    rm -rf "$work/wanted"
    cp -rp "$work/before" "$work/wanted"
    home='My Home Net'
    case $1 in
        phone-scan | phone-cancel) ;;
        phone-*)
            home=HomeNet
            cp -p "$work/HomeNet.nmconnection" "$work/wanted/"
            # What is deleted on request stays deleted: the other one has to carry.
            if [ "$1" != phone-delete ]; then
                for file in "$work"/wanted/*; do
                    if grep -q '^ssid=My Home Net$' "$file"; then rm -f "$file"; fi
                done
            fi
            ;;
        *) ;;
    esac
}

put_back() {
    for file in "$work"/wanted/*; do
        if ! cmp -s "$file" "$profiles/${file##*/}"; then
            cp -p "$file" "$profiles/" && nmcli connection load "$profiles/${file##*/}"
        fi
    done
    nmcli -w 0 connection up "$home"
}

# --- The faults -----------------------------------------------------------------------------------

stray() { pgrep -f 'wpa_supplicant.*-c /run/race/stray.conf'; }

# by_hand COMMAND...: in a scope, as a login's are; not in the unit of the lab's agent.
by_hand() { systemd-run --quiet --scope "$@"; }

# tell ACTION...: the person with the phone. 1 is "tried, and not up", which is what some of these are for.
tell() {
    "$phone" --unit "$unit" "$@"
    [ $? -le 1 ]
}

# A fault, and after it what is right to do about it. Its status says whether it was done.
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
            by_hand wpa_supplicant -B -i wlan0 -c /run/race/stray.conf && stray
            ;;
        supplicant) systemctl mask --now wpa_supplicant ;;
        profile) nmcli connection delete 'My Home Net' ;;
        dhcpcd)
            command -v dhcpcd && by_hand dhcpcd -b eth0 wlan0 && sleep 1 && pgrep -x dhcpcd
            ;;
        broken)
            printf '[main]\nno key\n' >/etc/NetworkManager/conf.d/50-race.conf || return 1
            # It fails, or somebody has set the file aside by then.
            systemctl restart NetworkManager
            true
            ;;
        phone-scan) tell scan ;;
        phone-cancel) tell scan && tell cancel ;;
        phone-connect) tell connect HomeNet ;;
        phone-new-password) tell new-password HomeNet 'correct horse' ;;
        phone-wrong-password) tell wrong-password HomeNet ;;
        phone-hidden) tell hidden Nowhere 'battery staple' ;;
        phone-delete) tell delete HomeNet ;;
        phone-disconnect) tell disconnect ;;
        phone-off) tell off ;;
        phone-on) tell off && tell on ;;
        *)
            echo "race.sh: no such fault: $1" >&2
            exit 2
            ;;
    esac >/dev/null 2>&1
}

right() {
    case $1 in
        stop) systemctl start NetworkManager ;;
        kill) ;;
        mask) systemctl unmask NetworkManager && systemctl start NetworkManager ;;
        eth-down) ip link set eth0 up ;;
        wlan-down | phone-off) ip link set wlan0 up && put_back ;;
        links-down) ip link set eth0 up && ip link set wlan0 up ;;
        addresses | routes) nmcli device reapply eth0 && nmcli device reapply wlan0 ;;
        networking) nmcli networking on ;;
        disconnect) nmcli -w 0 device connect eth0 && nmcli -w 0 device connect wlan0 ;;
        unmanaged) nmcli device set eth0 managed yes && nmcli device set wlan0 managed yes ;;
        rfkill) rfkill unblock wlan && nmcli radio wifi on ;;
        radio) nmcli radio wifi on ;;
        stray) stray | xargs -r kill && nmcli -w 0 device connect wlan0 ;;
        supplicant) systemctl unmask wpa_supplicant && systemctl restart wpa_supplicant ;;
        dhcpcd) pkill -x dhcpcd && nmcli device reapply eth0 && nmcli device reapply wlan0 ;;
        broken) rm -f /etc/NetworkManager/conf.d/50-race.conf && systemctl restart NetworkManager ;;
        phone-delete)
            home='My Home Net'
            rm -f "$work/wanted/HomeNet.nmconnection"
            put_back
            ;;
        profile | phone-*) put_back ;;
        *) ;;
    esac >/dev/null 2>&1
}

# --- Those who race -------------------------------------------------------------------------------

# The original: every 30 s, where NetworkManager is not active or the route table is empty.
loop() {
    while :; do
        sleep 30
        if ! systemctl -q is-active NetworkManager || [ -z "$(ip route show)" ]; then
            hundredths >>"$work/acted"
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

# monit wants one word or a quoted line a program; a script a check notes when it was run, too. Not by its pid file, which
# NetworkManager writes only where it is no unit; and a start that fails is waited for 5 s, not monit's 30, in which it looks
# after nothing else.
monit_script() { # NAME COMMAND
    printf '#!/bin/sh\ncut -d" " -f1 /proc/uptime | tr -d . >>%s/acted\n%s\n' "$work" "$2" >"$work/monit-$1"
    chmod 755 "$work/monit-$1"
}

monit_conf() {
    monit_script start 'systemctl start NetworkManager'
    monit_script eth0 'ip link set eth0 up'
    monit_script wlan0 'ip link set wlan0 up; rfkill unblock wlan; nmcli radio wifi on'
    monit_script gateway 'nmcli networking on; systemctl restart NetworkManager'
    cat <<'EOF_MONIT'
set daemon 5
check process NetworkManager matching "/usr/sbin/NetworkManager"
    start program = "/bin/sh /run/race/monit-start" with timeout 5 seconds
    stop program = "/bin/systemctl stop NetworkManager"
check network eth0 interface eth0
    start program = "/bin/sh /run/race/monit-eth0"
    if link down then start
check network wlan0 interface wlan0
    start program = "/bin/sh /run/race/monit-wlan0"
    if link down then start
check host gateway with address 192.168.50.1
    start program = "/bin/sh /run/race/monit-gateway"
    if failed ping count 2 with timeout 2 seconds then start
EOF_MONIT
}

start() {
    rm -f "$work/acted"
    case $1 in
        loop)
            loop &
            echo $! >"$work/loop"
            ;;
        monit)
            monit_conf >"$work/monitrc"
            chmod 600 "$work/monitrc"
            monit -c "$work/monitrc" -p "$work/monit.pid" >/dev/null 2>&1 || return 1
            ;;
        netfix)
            # It has seen this Pi well, and no other round.
            rm -rf /var/lib/netfix/known-good/*
            rm -f /var/lib/netfix/monitor/memory
            systemctl start network-monitor || return 1
            # Until it has learnt what works: what is off or gone before its first look is nobody's fault to it.
            try=0
            until [ "$(find /var/lib/netfix/known-good -type f ! -name '.*' 2>/dev/null | wc -l)" -ge 2 ]; do
                try=$((try + 1))
                if [ "$try" -gt 120 ]; then return 1; fi
                sleep 1
            done
            sleep 5
            ;;
        *) ;;
    esac
}

stop() {
    case $1 in
        loop) kill "$(cat "$work/loop")" ;;
        monit) kill "$(cat "$work/monit.pid")" ;;
        netfix) systemctl stop network-monitor ;;
        *) ;;
    esac
} 2>/dev/null

# btwifiset CONTENDER FAULT: the guarded one for netfix, the installed one for the others; not both, and none from the last round.
btwifiset() {
    if [ "$1" = netfix ]; then
        unit=$guarded
        systemctl stop "$original"
        systemctl enable "$guarded"
    else
        unit=$original
        systemctl stop "$guarded"
        # As long as it is enabled the other one stays away.
        systemctl disable "$guarded"
    fi
    case $2 in
        phone-*) systemctl restart "$unit" ;;
        *) systemctl stop "$unit" ;;
    esac
} >/dev/null 2>&1

# --- Measuring ------------------------------------------------------------------------------------

both() { sh "$world" reach eth0 >/dev/null 2>&1 && sh "$world" reach wlan0 >/dev/null 2>&1 && ip route show default | grep -q eth0 &&
    ip route show default | grep -q wlan0; }

# A line a look: when it began, 1 where both sides are there, when it ended.
watch_both() {
    while :; do
        begun=$(hundredths)
        if both; then seen=1; else seen=0; fi
        echo "$begun $seen $(hundredths)"
        sleep 0.2
    done
}

# result FILE: "LOST BACK STANDING" of what watch_both has written; BACK is 0 until both sides have lasted, STANDING while they
# do not stand.
result() {
    awk -v lasts="$((lasts * 100))" '
        $2 == 0 { if (!lost) lost = $1; back = 0 }
        $2 == 1 && lost && !back { back = $3 }
        { last = $3 }
        END { print lost + 0, (back && last - back >= lasts ? back : 0), back + 0 }' "$1"
}

reset() {
    rm -f /etc/NetworkManager/conf.d/50-race.conf /etc/NetworkManager/conf.d/50-race.conf.netfix-off*
    stray | xargs -r kill
    pkill -x dhcpcd
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
    wanted "$1"
    for file in "$profiles"/*; do
        if ! [ -e "$work/wanted/${file##*/}" ]; then rm -f "$file"; fi
    done
    nmcli connection reload
    put_back
    try=0
    while ! both && [ "$try" -lt 60 ]; do
        case $try in
            10 | 30) nmcli -w 0 connection up "$home" ;;
            20) systemctl restart NetworkManager ;;
            *) ;;
        esac
        try=$((try + 1))
        sleep 2
    done
    sleep 5
} >/dev/null 2>&1

# What netfix's two services have said since then, with the time of the boot in hundredths.
said() { # SECONDS-SINCE-1970
    {
        # That a profile is kept says that it works.
        journalctl -q -o short-monotonic --since "@$1" -u network-monitor | grep -v 'is kept$'
        # The others of that unit are btwifiset's.
        journalctl -q -o short-monotonic --since "@$1" -u "$guarded" | grep 'guard: '
    } 2>/dev/null | sed -n 's/^\[ *\([0-9]*\)\.\([0-9][0-9]\)[0-9]*\] [^ ]* /\1\2 /p' | sort -n
}

# When the contender did something, one a line.
acts() { # CONTENDER SECONDS-SINCE-1970
    if [ "$1" = netfix ]; then
        # monitor shows the commands with the reason behind a number sign, the guard says what it did.
        # "connected" is said once it is up; where a profile was given back, that was the repair.
        said "$2" | awk '
            /    # |guard: (gave back|switched)/ { all[++n] = $1; given = given || /gave back/; next }
            /guard: connected/ { late[++m] = $1 }
            END {
                for (i = 1; i <= n; i++) print all[i]
                if (!given) for (i = 1; i <= m; i++) print late[i]
            }' | sort -n
    else
        cat "$work/acted" 2>/dev/null
    fi
}

# one CONTENDER FAULT: "BACK REPAIR NAMED" in hundredths of a second by that clock; the limit where they are not back, "kept"
# where nothing was lost, "none" where the fault could not be injected.
one() {
    btwifiset "$1" "$2"
    reset "$2"
    if ! both || ! start "$1"; then
        stop "$1"
        echo 'none none none'
        return
    fi
    since=$(date +%s)
    watch_both >"$work/seen" &
    watcher=$!
    sleep 1
    zero=$(hundredths)
    if inject "$2"; then
        if [ "$1" = floor ]; then right "$2"; fi
        injected=$(hundredths)
        while :; do
            sleep 1
            read -r lost back standing <<END
$(result "$work/seen")
END
            now=$(hundredths)
            if [ "$back" -gt 0 ]; then break; fi
            if [ "$lost" -eq 0 ] && [ $((now - injected)) -gt $((loses * 100)) ]; then break; fi
            if [ "$lost" -gt 0 ] && [ "$standing" -eq 0 ] && [ $((now - lost)) -gt $((limit * 100)) ]; then break; fi
            if [ "$standing" -gt 0 ] && [ $((standing - lost)) -gt $((limit * 100)) ]; then break; fi
        done
        if [ "$lost" -eq 0 ] && [ "$1" = floor ]; then
            answer="$((injected - zero)) $((injected - zero)) kept"
        elif [ "$lost" -eq 0 ]; then
            answer='kept kept kept'
        else
            # What is said of it may be said before it is seen.
            from=$zero
            case $2 in phone-*) zero=$lost from=$((lost - 100)) ;; *) ;; esac
            took=$((limit * 100))
            if [ "$back" -gt 0 ] && [ $((back - zero)) -lt "$took" ]; then took=$((back - zero)); fi
            repair=$took
            if [ "$1" != nothing ] && [ "$1" != floor ] && [ "$took" -lt $((limit * 100)) ]; then
                repair=$(acts "$1" "$since" | awk -v zero="$zero" -v from="$from" -v took="$took" -v who="$1" '
                    $1 - zero < took && $1 >= from { last = $1 - zero; found = 1 }
                    END { print found ? (last < 0 ? 0 : last) : who == "netfix" ? "kept" : took }')
            fi
            named=$((limit * 100))
            if [ "$1" = netfix ]; then
                named=$(said "$since" | awk -v zero="$zero" -v from="$from" -v most="$named" -v took="$took" '
                    $1 >= from && !found { found = 1; first = $1 - zero }
                    END { print found && first < took ? (first < 0 ? 0 : first) : took < most ? "kept" : most }')
            fi
            answer="$took $repair $named"
        fi
    else
        answer='none none none'
    fi
    kill "$watcher" 2>/dev/null
    wait "$watcher" 2>/dev/null
    stop "$1"
    echo "$answer"
}

# One look at the same things by a shell, in hundredths: the measure for how soon a fault is named.
shell_look() {
    begun=$(hundredths)
    {
        for what in link addr 'route show table all' '-6 route show table all' neigh rule; do
            # shellcheck disable=SC2086  # words
            ip -j $what
        done
        nmcli -t -f all device
        nmcli -t -f all connection
        nmcli -t -f all general
        systemctl show NetworkManager wpa_supplicant systemd-networkd dhcpcd networking systemd-resolved btwifiset bluetooth
        rfkill
        iw dev
        journalctl -q -o json -b -n 200
        cat /etc/NetworkManager/NetworkManager.conf /etc/NetworkManager/conf.d/* "$profiles"/* /etc/resolv.conf
        for process in /proc/[0-9]*; do tr '\000' ' ' <"$process/cmdline"; done
    } >/dev/null 2>&1
    echo $(($(hundredths) - begun))
}

# --- The ratios -----------------------------------------------------------------------------------

# judge FILE of rows: FAULT and BACK/REPAIR/NAMED of nothing, loop, monit, netfix, floor, and the shell's look.
judge() {
    awk -v limit="$((limit * 100))" '
        function part(column, n) { split($column, its, "/"); return its[n] }
        function number(text) { return text ~ /^[0-9]+$/ }
        function median(list, n,   i, j, t) {
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && list[j] < list[j - 1]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
            return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
        }
        {
            if ($0 ~ / none\//) missed = missed " " $1
            if (part(5, 1) == "kept") kept++
            if (!number(part(5, 1))) next
            lost++
            if (part(5, 1) < limit) back++
            best = ""
            for (c = 2; c <= 4; c++)
                if (number(part(c, 2)) && (best == "" || part(c, 2) + 0 < best)) best = part(c, 2) + 0
            if (best != "" && number(part(5, 2))) {
                others += best; repairs += part(5, 2)
                first[++firsts] = part(5, 2) / (best > 0 ? best : 1)
            }
            if (number(part(6, 1))) {
                floor += part(6, 1); took += part(5, 1)
                whole[++wholes] = part(5, 1) / (part(6, 1) > 0 ? part(6, 1) : 1)
            }
            if (number(part(5, 3))) line[++lines] = part(5, 3) / (30 + $7)
        }
        END {
            printf "%d faults cost netfix a side, %d of them were healed; %d cost it none\n", lost, back, kept
            bad = back < lost || !lost
            if (firsts) {
                printf "first effective repair, netfix / best of the others: %.2f together, %.2f in the middle\n",
                    repairs / others, median(first, firsts)
                bad = bad || repairs * 5 > others
            }
            if (wholes) {
                printf "both sides back, netfix / floor: %.2f together, %.2f in the middle\n", took / floor, median(whole, wholes)
                bad = bad || took > floor * 1.3
            }
            if (lines) {
                middle = median(line, lines)
                printf "the line that names it, / (0.3 s + one look by a shell): %.2f in the middle, %.2f at the latest\n",
                    middle, line[lines]
                bad = bad || line[lines] > 3
            }
            if (missed) { print "not injected everywhere:" missed; bad = 1 }
            if (!firsts || !wholes) { print "netfix did not race against the others here"; bad = 1 }
            exit bad
        }' "$1"
}

if [ "${1:-}" = judge ]; then
    judge "${2:-$work/rows}"
    exit
fi
if ! [ -r "$world" ]; then
    echo 'race.sh: it runs on the virtual Pi of the lab only' >&2
    exit 2
fi
mkdir -p "$work"
contenders=${*:-nothing loop monit netfix floor}
systemctl stop network-monitor 2>/dev/null
first_time
printf '%-21s' fault
for contender in $contenders; do printf '%16s' "$contender"; done
printf '%10s   %s\n' named '(seconds until both sides are back, and until the repair)'

shown() { printf '%s' "$1" | sed '/^[0-9]*$/!s/.*/-/; s/^[0-9]$/0&/; s/[0-9][0-9]$/.&/; s/^\./0./'; } # HUNDREDTHS

lost='' missed=''
for fault in ${FAULTS:-$all}; do
    printf '%-21s' "$fault"
    nothing=- loop=- monit=- netfix=- floor=- line=-
    for contender in $contenders; do
        # shellcheck disable=SC2046  # three words
        set -- $(one "$contender" "$fault")
        case $1 in
            none)
                missed="$missed $contender/$fault"
                text='no fault'
                ;;
            kept) text=kept ;;
            *)
                text="$(shown "$1") $(shown "$2")"
                if [ "$contender" = netfix ]; then
                    line=$(shown "$3")
                    if [ "$1" -ge $((limit * 100)) ]; then lost="$lost $fault"; fi
                fi
                ;;
        esac
        case $contender in
            nothing) nothing=$1/$2/$3 ;;
            loop) loop=$1/$2/$3 ;;
            monit) monit=$1/$2/$3 ;;
            netfix) netfix=$1/$2/$3 ;;
            floor) floor=$1/$2/$3 ;;
            *) ;;
        esac
        printf '%16s' "$text"
    done
    printf '%10s\n' "$line"
    echo "$fault $nothing $loop $monit $netfix $floor $(shell_look)" >>"$work/rows"
done
btwifiset netfix none
reset none
systemctl start "$guarded" network-monitor 2>/dev/null
status=0
if [ -n "$missed" ]; then
    echo "could not be injected, or the contender not be started (monit and dhcpcd are packages):$missed"
    status=1
fi
if [ -n "$lost" ]; then
    echo "netfix did not bring back both sides in $limit s after:$lost"
    status=1
fi
exit "$status"
