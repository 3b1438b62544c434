#!/bin/sh
# netfix's guard of BTBerryWifi: runs the btwifiset that is installed, after NetworkManager, and gives back what a session
# with the phone takes by accident. ExecStart, folder and environment come from btwifiset.service at every start, so that its
# updates carry over. Plain sh: it has to work where Java is late or missing.
#
# Given back is only what btwifiset itself says that it took: "in conflict - delete" in a scan, and what a connection that
# failed cost. What the phone asks to delete is deleted, a network that works is kept. Copies of the profiles lie in /run,
# where no card keeps them, for root alone.
#
#   sh btwifiset-stable.sh run          ExecStart=
#   sh btwifiset-stable.sh reconcile    ExecStopPost=, however it ended
#   sh btwifiset-stable.sh hear LINE    what run does about a line of btwifiset's log
set -u
umask 077
PATH=/usr/sbin:/usr/bin:/sbin:/bin
# Not C: btwifiset inherits it, and in C nmcli gives it a name that is not ASCII with question marks.
LC_ALL=C.UTF-8
export PATH LC_ALL

kept=/run/netfix/btwifiset
profiles=/etc/NetworkManager/system-connections
runtime=/run/NetworkManager/system-connections
interfaces=/sys/class/net
by_phone=/var/lib/netfix/wifi-off-by-btwifiset
fix=/var/lib/netfix/state
recovering=/run/netfix/recovering
original=btwifiset.service
# As often as a profile is given back in one session: a scan would take it again at once.
most=2
late=

say() { printf 'guard: %s\n' "$*"; }

wifi() { # the Wi-Fi interfaces, one a line
    for folder in "$interfaces"/*; do
        if [ -e "$folder/phy80211" ]; then printf '%s\n' "${folder##*/}"; fi
    done
}

# decided: no fix is open or unconfirmed, no undo and no recovery is at work. Until then what the phone costs is only said:
# what is judged there is not to be changed here. Asked again right before every change.
decided() {
    case $(cat "$fix" 2>/dev/null) in
        open* | restoring* | undoing* | unconfirmed*)
            say "a fix is not decided yet; $1"
            return 1
            ;;
        *) ;;
    esac
    if [ -e "$recovering" ] && [ -d "/proc/$(cat "$recovering")" ]; then
        say "fix recover is at work; $1"
        return 1
    fi
}

# --- What is kept of before -----------------------------------------------------------------------

# value KEY FILE: of a keyfile, its first one. Who writes one by hand may put blanks around the sign.
value() { sed -n "s/^$1[[:blank:]]*=[[:blank:]]*//p" "$2" 2>/dev/null | head -n 1; }

# NetworkManager knows one without a type by its section.
is_wifi() { grep -qE '^(type[[:blank:]]*=[[:blank:]]*(wifi|802-11-wireless)|\[(wifi|802-11-wireless)\])[[:blank:]]*$' "$1"; }

# keyfile KEY: where the kept profile lies now; empty where it is gone. Its UUID is the key; one without, which NetworkManager
# takes as well (nm-settings-keyfile(5)), is known by its path.
keyfile() {
    case $1 in
        at-*)
            file=$(cat "$kept/profiles/$1/path")
            if [ -f "$file" ]; then printf '%s' "$file"; fi
            return
            ;;
        *) ;;
    esac
    for file in "$profiles"/* "$runtime"/*; do
        if [ -f "$file" ] && [ "$(value uuid "$file")" = "$1" ]; then
            printf '%s' "$file"
            return
        fi
    done
}

# Every Wi-Fi profile, by its key: data, and the path that it has. What a connection that failed may have left is no copy.
keep_all() {
    mkdir -p "$kept/profiles"
    for file in "$profiles"/* "$runtime"/*; do
        if [ -f "$file" ] && is_wifi "$file" && ! failed_for "$file"; then
            key=$(value uuid "$file")
            case $key in '' | *[!0-9a-fA-F-]*) key=at-$(printf '%s' "$file" | cksum | tr ' ' -) ;; *) ;; esac
            # Another profile has taken that file's place: the one before it is not missed.
            for its in "$kept"/profiles/*; do
                if [ "${its##*/}" != "$key" ] && [ "$(cat "$its/path" 2>/dev/null)" = "$file" ]; then rm -rf "$its"; fi
            done
            mkdir -p "$kept/profiles/$key"
            cp "$file" "$kept/profiles/$key/data"
            printf '%s\n' "$file" >"$kept/profiles/$key/path"
        fi
    done
}

# failed_for FILE: in this session a connection to its network failed, and none has worked since.
failed_for() {
    if ! [ -r "$kept/failed" ]; then return 1; fi
    while IFS= read -r ssid; do
        if ssid_is "$ssid" "$1"; then return 0; fi
    done <"$kept/failed"
    return 1
}

# worked SSID
worked() {
    if ! [ -r "$kept/failed" ]; then return; fi
    grep -vxF -e "$1" "$kept/failed" >"$kept/failed.new"
    mv -f "$kept/failed.new" "$kept/failed"
}

# Whether Wi-Fi was switched on when the session began: what was off then somebody meant.
keep_radio() {
    rm -f "$kept/radio"
    if [ "$(nmcli radio wifi 2>/dev/null </dev/null)" = enabled ]; then : >"$kept/radio"; fi
}

# What is connected now, by interface.
keep_connected() {
    : >"$kept/connected.new"
    for name in $(wifi); do
        uuid=$(nmcli -g GENERAL.CON-UUID device show "$name" 2>/dev/null </dev/null)
        if [ -n "$uuid" ]; then printf '%s %s\n' "$name" "$uuid" >>"$kept/connected.new"; fi
    done
    if [ -s "$kept/connected.new" ]; then mv -f "$kept/connected.new" "$kept/connected"; fi
}

# plain TEXT: as it was before it was written into a keyfile. GKeyFile's escapes first, then NetworkManager's own of a
# semicolon; what is no plain text is a list of bytes (nm-settings-keyfile(5)).
plain() {
    case $1 in
        *[!0-9\;]* | '' | *[!\;]) ;;
        *)
            for byte in $(printf '%s' "$1" | tr ';' ' '); do
                # shellcheck disable=SC2059  # an escape of printf's own making
                printf "\\$(printf '%03o' "$byte")"
            done
            return
            ;;
    esac
    printf '%s' "$1" | sed 's/\\\\/\x01/g; s/\\s/ /g; s/\\t/\t/g; s/\x01/\\/g; s/\\;/;/g'
}

# ssid_is TEXT FILE: the keyfile is for that network. btwifiset knows a network by its profile's name, too.
ssid_is() { [ "$(plain "$(value ssid "$2")")" = "$1" ] || [ "$(plain "$(value id "$2")")" = "$1" ]; }

# spared FILE: what of a profile btwifiset does not write: all but the key, and when it was last up.
spared() { awk '/^\[/ { key = $0 == "[wifi-security]" } !key && !/^timestamp=/ && !/^$/' "$1"; }

# --- What is given back ---------------------------------------------------------------------------

# settled: nothing is being connected or taken down; waited for, but not for ever.
settled() {
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        busy=
        for name in $(wifi); do
            case $(nmcli -g GENERAL.STATE device show "$name" 2>/dev/null) in
                [4-9][0-9]* | 110*) busy=yes ;;
                *) ;;
            esac
        done
        if [ -z "$busy" ]; then return 0; fi
        if [ "$try" != 15 ]; then sleep 2; fi
    done
    return 1
}

# in_use KEY: the profile is connected, or is being connected.
in_use() {
    case $1 in
        at-*) nmcli -e no -g FILENAME connection show --active 2>/dev/null </dev/null | grep -qxF -e "$(cat "$kept/profiles/$1/path")" ;;
        *) nmcli -g UUID connection show --active 2>/dev/null </dev/null | grep -qixF -e "$1" ;;
    esac
}

# give_back UUID WHY [failed]: the file as it was, read by NetworkManager. A file that is there is never written over; but for
# the key that a failed connection has left in it.
give_back() {
    its=$kept/profiles/$1
    place=$(keyfile "$1")
    if [ -n "$place" ]; then
        if [ "${3:-}" != failed ] || cmp -s "$its/data" "$place"; then return 0; fi
        # The phone has sent another key since, and it works, or is being tried: then it stays.
        if in_use "$1"; then return 0; fi
        if [ "$(spared "$its/data")" != "$(spared "$place")" ]; then
            say "the profile \"$(value id "$place")\" was edited during the session, and stays as it is"
            return 0
        fi
    fi
    decided 'the profile stays away for now' || return 1
    count=$(cat "$its/count" 2>/dev/null || echo 0)
    if [ "$count" -ge "$most" ]; then
        say "the profile \"$(value id "$its/data")\" was given back $most times in this session; it stays away until the end"
        return 1
    fi
    move=-f
    if [ -z "$place" ]; then
        move=-n
        place=$(cat "$its/path")
        # One of netplan's, or an automatic one, lay in /run: it would not outlive the boot.
        case $place in
            "$runtime"/*)
                place=${place##*/}
                place=$profiles/${place#netplan-}
                ;;
            *) ;;
        esac
        if [ -e "$place" ]; then place=${place%.nmconnection}-$1.nmconnection; fi
    fi
    echo $((count + 1)) >"$its/count"
    if cp "$its/data" "$place.netfix" && chmod 600 "$place.netfix" && sync "$place.netfix" &&
        mv "$move" "$place.netfix" "$place" && ! [ -e "$place.netfix" ]; then
        nmcli connection load "$place" >/dev/null 2>&1 </dev/null
        say "gave back the profile \"$(value id "$its/data")\": $2"
    else
        rm -f "$place.netfix"
        say "could not give back the profile \"$(value id "$its/data")\" ($place)"
        return 1
    fi
}

# usable NAME: waits for what was switched on a moment ago; until NetworkManager and the supplicant have it, "connection up" fails.
usable() {
    for try in 1 2 3 4 5; do
        case $(nmcli -g GENERAL.STATE device show "$1" 2>/dev/null </dev/null) in
            20*) if [ "$try" != 5 ]; then sleep 1; fi ;;
            *) return ;;
        esac
    done
}

# free NAME: nothing is connected there, and nobody is connecting anything: the phone may have begun anew meanwhile.
free() {
    case $(nmcli -g GENERAL.STATE device show "$1" 2>/dev/null </dev/null) in
        30* | 20* | 120*) ;;
        *) return 1 ;;
    esac
}

# reconnect: what was connected before the session, where nothing is connected now.
reconnect() {
    if ! [ -r "$kept/connected" ]; then return; fi
    while read -r name uuid; do
        usable "$name"
        free "$name" || continue
        decided "$name is not connected again" || return
        if nmcli -w 45 connection up uuid "$uuid" ifname "$name" >/dev/null 2>&1 </dev/null; then
            say "connected $name again, as it was before"
        elif free "$name" && nmcli -w 45 device connect "$name" >/dev/null 2>&1 </dev/null; then
            say "connected $name again"
        fi
    done <"$kept/connected"
}

# gone_for SSID WHY [failed]: gives back every kept profile of that network that is gone; or, after a connection that failed,
# the key that it had.
gone_for() {
    for its in "$kept"/profiles/*; do
        if [ -r "$its/data" ] && ssid_is "$1" "$its/data"; then give_back "${its##*/}" "$2" "${3:-}"; fi
    done
}

# quoted TEXT: what Python shows of it, as it is: it puts a backslash before one, and before the quote that it took.
quoted() { printf '%s' "$1" | sed "s/\\\\\\([\\\\'\"]\\)/\\1/g"; }

# The phone's owner meant it.
forget() { # SSID
    for its in "$kept"/profiles/*; do
        if [ -r "$its/data" ] && ssid_is "$1" "$its/data"; then rm -rf "$its"; fi
    done
}

superseded() { # SSID
    for its in "$kept"/profiles/*; do
        if [ -r "$its/data" ] && ssid_is "$1" "$its/data" && [ -z "$(keyfile "${its##*/}")" ]; then rm -rf "$its"; fi
    done
}

# --- What btwifiset says --------------------------------------------------------------------------

# hear LINE: of its log, ".function - text". What it says stands in lines of Python, with the network's name as it is: an
# access point's name that holds such words is not what btwifiset says, so they have to stand at the beginning. Where $late is
# set it is all over: what was lost and what is not to come back is noted, and no more.
hear() {
    case ${1%%' - '*} in *[!A-Za-z0-9_.]*) return ;; *) ;; esac
    text=${1#*' - '}
    case $text in
        # The app is opened: btwifiset says so before it looks, and deletes then. What a person has done since the start counts.
        "received from iphone: registering SSID ['', 'AP2s'"* | "received from iphone: registering SSID ['', 'APs'"*)
            if [ -n "$late" ]; then return; fi
            keep_all
            keep_radio
            # What a session has cost already is not what was there before it.
            if ! [ -s "$kept/evidence" ] && ! [ -s "$kept/failed" ]; then keep_connected; fi
            ;;
        'known network '*' in conflict - delete'*)
            ssid=${text#known network }
            ssid=${ssid% in conflict - delete*}
            printf '%s\n' "$ssid" >>"$kept/evidence"
            if [ -n "$late" ]; then return; fi
            # It says so first and deletes then.
            for try in 1 2 3 4 5 6; do
                sleep 1
                if [ "$try" = 6 ] || lost "$ssid"; then break; fi
            done
            if settled; then
                gone_for "$ssid" 'a scan from the phone had deleted it'
                reconnect
            fi
            ;;
        'requesting connection with ssid:'*)
            ssid=${text#requesting connection with ssid:}
            printf '%s\n' "${ssid%%  in wpa:*}" | sed 's/ in AP:[A-Za-z]*$//' >"$kept/asked"
            ;;
        # A network that is given anew loses its old profiles first, whether the new one can be brought up or not even be made.
        'connection error:'* | 'creation error:'*)
            if [ -r "$kept/asked" ]; then cat "$kept/asked" >>"$kept/failed"; fi
            if [ -n "$late" ]; then return; fi
            # It deletes the new profile and waits two seconds.
            sleep 3
            if settled && [ -r "$kept/asked" ]; then
                gone_for "$(cat "$kept/asked")" 'the new connection to that network failed' failed
                reconnect
            fi
            ;;
        'connection resutl:'* | 'connection result:'*)
            # It works: this is what a failure is to come back to, and what it took the place of is not missed.
            if [ -n "$late" ]; then
                if [ -r "$kept/asked" ]; then worked "$(cat "$kept/asked")"; fi
                return
            fi
            if [ -r "$kept/asked" ]; then
                superseded "$(cat "$kept/asked")"
                worked "$(cat "$kept/asked")"
            fi
            keep_all
            keep_connected
            ;;
        'test: Network Manager is running = False'*)
            # Once: taken for absent again, it stays as it is.
            if [ -z "$late" ] && ! [ -e "$kept/wrong-mode" ] && [ -r "$kept/pid" ]; then wait_for_manager "$(cat "$kept/pid")" & fi
            ;;
        "received from iphone: registering SSID ['', 'DEL-"*)
            ssid=${text#*"registering SSID ['', 'DEL-"}
            forget "$(quoted "${ssid%"']"*}")"
            ;;
        "received from iphone: registering SSID ['', \"DEL-"*)
            ssid=${text#*"registering SSID ['', \"DEL-"}
            forget "$(quoted "${ssid%'"]'*}")"
            ;;
        'Bring WiFi down'*)
            mkdir -p "${by_phone%/*}"
            : >"$by_phone"
            ;;
        'Bring WiFi up'*) rm -f "$by_phone" ;;
        *) ;;
    esac
}

# wait_for_manager PID: ends btwifiset, which run starts once more, as soon as it will find NetworkManager: that may come long
# after the boot, by somebody's hand or monitor's. Where it does not, btwifiset's own end is the end of this, too.
wait_for_manager() {
    while kill -0 "$1" 2>/dev/null; do
        if systemctl -q is-active NetworkManager.service && [ -z "$(nmcli 2>&1 >/dev/null </dev/null)" ] &&
            decided 'btwifiset stays in the wrong mode' >/dev/null; then
            : >"$kept/wrong-mode"
            kill "$1" 2>/dev/null
            return
        fi
        sleep 5
    done
}

# lost SSID: a kept profile of it is gone.
lost() {
    for its in "$kept"/profiles/*; do
        if [ -r "$its/data" ] && ssid_is "$1" "$its/data" && [ -z "$(keyfile "${its##*/}")" ]; then return 0; fi
    done
    return 1
}

# --- A session ------------------------------------------------------------------------------------

# property NAME: of the installed unit.
property() { systemctl show --value -p "$1" "$original" 2>/dev/null; }

# The words of its ExecStart, as systemd shows them: "{ path=… ; argv[]=python3 /x/btwifiset.py --syslog ; ignore_errors=no …".
command_line() {
    property ExecStart | sed -n 's/.*argv\[\]=\(.*\) ; ignore_errors=.*/\1/p' | head -n 1
}

run() {
    if systemctl -q is-active "$original"; then
        say "$original runs already, and two of them are one too many: systemctl disable --now $original"
        exit 78
    fi
    words=$(command_line)
    if [ -z "$words" ]; then
        say "btwifiset is not installed here ($original has no ExecStart)"
        exit 78
    fi
    # It is heard by the journal, where it says nothing if it is told to write to a file.
    case " $words " in
        *' --syslog '*) ;;
        *' --console '* | *' --logfile'*) words="$words --syslog" ;;
        *) ;;
    esac
    rm -rf "$kept"
    mkdir -p "$kept"
    echo "${INVOCATION_ID-}" >"$kept/invocation"
    # It asks nmcli once, at its start, and goes by that until its end.
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        if [ -z "$(nmcli 2>&1 >/dev/null)" ] || [ "$try" = 15 ]; then break; fi
        sleep 2
    done
    keep_all
    keep_connected
    cd "$(property WorkingDirectory | grep '^/' || echo /)" || exit 1
    for pair in $(property Environment); do
        case $pair in *=*) export "${pair?}" ;; *) ;; esac
    done
    tries=0
    # One, for both tries: two of them would do everything twice.
    follow &
    while :; do
        tries=$((tries + 1))
        # shellcheck disable=SC2086  # its words
        (set -f && exec $words) &
        child=$!
        echo "$child" >"$kept/pid"
        trap 'kill "$child" 2>/dev/null' TERM INT HUP
        wait "$child"
        status=$?
        # A signal ends the waiting, not the child.
        while kill -0 "$child" 2>/dev/null; do
            wait "$child"
            status=$?
        done
        if ! [ -e "$kept/wrong-mode" ] || [ "$tries" -gt 1 ]; then break; fi
        say 'btwifiset took NetworkManager for absent; it is started once more'
    done
    # What hears is ended by systemd, with the unit; what it has not come to, reconcile does.
    exit "$status"
}

# session WORD...: what was said in this run of the unit, with these words of journalctl. By its number and not by time: a Pi
# without a clock takes the lines of an earlier boot for later ones.
session() { journalctl -q -o cat "_SYSTEMD_INVOCATION_ID=$(cat "$kept/invocation")" "$@" 2>/dev/null; }

# follow: hears what btwifiset says, and keeps count of it: what it hears may take it a minute to do.
follow() {
    count=0
    session -f --no-tail | while IFS= read -r said; do
        count=$((count + 1))
        echo "$count" >"$kept/heard"
        case $said in 'guard: '*) ;; *) hear "$said" ;; esac
    done
}

# What was said and not heard any more: the end came first, or a signal did.
catch_up() {
    if ! [ -r "$kept/invocation" ]; then return; fi
    late=yes
    journalctl --sync 2>/dev/null
    session >"$kept/all"
    tail -n "+$(($(cat "$kept/heard" 2>/dev/null || echo 0) + 1))" "$kept/all" >"$kept/unheard"
    while IFS= read -r said; do
        case $said in 'guard: '*) ;; *) hear "$said" ;; esac
    done <"$kept/unheard"
    late=
}

# Nothing of btwifiset's switches the radio off; whoever did it while the phone was there, it was on before.
radio_on() {
    if [ -z "$(wifi)" ] || [ "$(nmcli radio wifi 2>/dev/null)" != disabled ]; then return; fi
    if ! [ -e "$kept/radio" ] && a_way_out; then return; fi
    decided 'Wi-Fi stays off' || return
    if command -v rfkill >/dev/null; then rfkill unblock wlan; fi
    nmcli radio wifi on && say 'switched Wi-Fi on'
}

a_way_out() { [ -n "$(ip -4 route show default)$(ip -6 route show default)" ]; }

reconcile() {
    if ! [ -d "$kept" ]; then exit 0; fi
    catch_up
    radio_on
    for name in $(wifi); do
        case $(cat "$interfaces/$name/flags" 2>/dev/null) in
            *[13579bdfBDF]) ;;
            *) decided "$name stays off" && ip link set dev "$name" up && say "switched $name on" ;;
        esac
    done
    if decided 'what the session has cost stays away' >/dev/null; then rm -f "$by_phone"; fi
    settled
    # What the session was too short for, and what was given back too often while it went on.
    rm -f "$kept"/profiles/*/count
    if [ -r "$kept/evidence" ]; then
        while IFS= read -r ssid; do gone_for "$ssid" 'the session had cost it'; done <"$kept/evidence"
    fi
    if [ -r "$kept/failed" ]; then
        while IFS= read -r ssid; do gone_for "$ssid" 'the session had cost it' failed; done <"$kept/failed"
    fi
    # Somebody unknown: only where no way out is left.
    if ! a_way_out; then
        for its in "$kept"/profiles/*; do
            if [ -r "$its/data" ] && [ -z "$(keyfile "${its##*/}")" ]; then
                give_back "${its##*/}" 'it was gone at the end of the session, and no other way out was left'
            fi
        done
    fi
    reconnect
    rm -rf "$kept"
}

case ${1:-} in
    run) run ;;
    reconcile) reconcile ;;
    hear) hear "$2" ;;
    *)
        echo 'usage: btwifiset-stable.sh run|reconcile|hear LINE' >&2
        exit 2
        ;;
esac
