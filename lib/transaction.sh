#!/bin/sh
# netfix's transaction: makes the changes of a plan, proves them, and takes them back. It is plain sh, because it has to
# work where the JVM is what is broken, late, or killed: in the unit that applies, in the rollback timer, at the next boot.
# What is to be done is decided elsewhere and lies here as files (lib/Plan.java writes them):
#
#   /var/lib/netfix/state           one line "NAME FIX BOARD BOOT": the word that the next boot goes by
#   /var/lib/netfix/FIX/ops/NNNN/   a change: kind path mode owner target data | argv inverse unit verb
#   /var/lib/netfix/FIX/ops/NNNN/before/  what was there, taken before the first change
#   /var/lib/netfix/FIX/boot        in which boot that was
#   /var/lib/netfix/FIX/paths       what worked before, and has to work afterwards
#   /var/lib/netfix/FIX/journal     "NNNN begin", "NNNN done"; every line is on the disk before the next thing happens
#   /var/lib/netfix/FIX/narration   the same for people;  FIX/result: exit status and reason
#   /var/lib/netfix/FIX/confirmed, undone   that fix is; what it changed is back already, in an undo of several
#
# States: open (being applied), restoring, undoing, unconfirmed (proved live, not yet by a boot), confirmed, rolled-back,
# none. Restoring and undoing go on at every boot until they are complete.
#
#   sh transaction.sh prepare FIX | arm FIX | apply | rollback REASON | boot | prove | confirm | undo | seal | status
#   sh transaction.sh recover FIX | again
set -u
umask 077
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

base=/var/lib/netfix
log=/var/log/netfix.log
units=/etc/systemd/system
runtime=/run/systemd/system
told=/run/netfix
conf=/etc/NetworkManager/conf.d
cards='/boot/firmware /boot'
mounts=/proc/mounts
interfaces=/sys/class/net
kernel_boot=/proc/sys/kernel/random/boot_id
# Everything here may take longer on a machine that is slow, never less than it says.
patience=1
if [ -r "$base/patience" ]; then read -r patience <"$base/patience"; fi

# --- What is on the disk, is on the disk ----------------------------------------------------------

# keep FILE: returns once FILE and its name are on the card.
keep() { sync "$1" "${1%/*}"; }

# put FILE [MODE] < text: whole or not at all.
put() {
    if cat >"$1.new" && chmod "${2:-600}" "$1.new" && sync "$1.new" && mv -f "$1.new" "$1"; then
        sync "${1%/*}"
    else
        rm -f "$1.new"
        return 1
    fi
}

# wipe FOLDER...: gone, and not to be read from an image of the card either: its file system writes in place. Trees are
# netfix itself, no secret, and many files.
wipe() {
    for gone in "$@"; do
        if [ -d "$gone" ]; then
            find "$gone" -type f ! -path '*/data/*' -exec shred -n 1 --remove=unlink -- {} +
        fi
        rm -rf "$gone"
    done
}

# One line from a file, whatever is in it; empty where there is none.
line() {
    it=
    if [ -r "$1" ]; then IFS= read -r it <"$1" || true; fi
    printf '%s' "$it"
}

now() { cut -d. -f1 /proc/uptime; }

board() {
    for file in /sys/firmware/devicetree/base/serial-number /sys/class/dmi/id/product_uuid; do
        if [ -s "$file" ]; then
            tr -d '\000\n ' <"$file"
            return
        fi
    done
    serial=$(sed -n 's/^Serial[[:space:]]*: *//p' /proc/cpuinfo | head -n 1)
    printf '%s' "${serial:-unknown}"
}

# systemctl soft-reboot (systemd 254) starts everything anew but the kernel, whose id stays.
boot_id() {
    soft=$(systemctl show -P SoftRebootsCount 2>/dev/null)
    case $soft in '' | 0) soft='' ;; *) soft=.$soft ;; esac
    printf '%s%s' "$(line "$kernel_boot")" "$soft"
}

# Sets state, fix, its_board, its_boot.
read_state() {
    state=none fix='' its_board='' its_boot=''
    if [ -s "$base/state" ]; then
        read -r state fix its_board its_boot <"$base/state" || true
    fi
    dir=$base/$fix
}

set_state() { # NAME
    state=$1
    printf '%s %s %s %s\n' "$1" "$fix" "$(board)" "$(boot_id)" | put "$base/state"
}

# --- Telling --------------------------------------------------------------------------------------

say() {
    printf '%s\n' "$*"
    if [ -n "${dir:-}" ] && [ -d "$dir" ]; then { printf '%s\n' "$*" >>"$dir/narration"; } 2>/dev/null; fi
}

# For whoever comes later: the journal, the log, bounded, and for a Pi that nobody can reach the boot partition.
note() {
    when=$(date -u '+%Y-%m-%dT%H:%M:%SZ')
    logger -t netfix -- "$*" 2>/dev/null
    if [ -f "$log" ] && [ "$(wc -c <"$log")" -gt 262144 ]; then mv -f "$log" "$log.1"; fi
    { printf '%s %s\n' "$when" "$*" >>"$log"; } 2>/dev/null
    for card in $cards; do
        if grep -q " $card vfat rw" "$mounts"; then
            note_on_card "$card/netfix-rollback.txt" "$when $*" 2>/dev/null
            break
        fi
    done
}

# For any computer's editor: ASCII, CRLF. FAT has no room for a history.
note_on_card() { # FILE LINE
    printf '%s\r\n' "$2" | tr -c '\r\n -~' '?' >>"$1" && sync "$1"
    if [ "$(wc -c <"$1")" -gt 8192 ]; then
        # From the first whole line on.
        tail -c 4096 "$1" | sed 1d >"${1%.txt}.new" && sync "${1%.txt}.new" && mv -f "${1%.txt}.new" "$1"
    fi
}

result() { # STATUS REASON...
    status=$1
    shift
    printf '%s\n%s\n' "$status" "$*" | put "$dir/result"
}

# --- Units of ours --------------------------------------------------------------------------------

# The units that must outlive a reboot, enabled before anything else and removed after everything else.
plant() {
    (
        umask 022
        mkdir -p "$units/sysinit.target.wants" "$units/multi-user.target.wants"
    ) && put "$units/netfix-boot.service" 644 <<EOF && put "$units/netfix-prove.service" 644 <<EOF2 || return 1
# netfix: restores the network's old configuration where a fix was interrupted, and forgets what it kept where the card has
# been moved to another board. Removed when everything is undone, or sealed. (The boot partition by name: mounted with
# nofail it is not part of local-fs.target, and cmdline.txt may have to come back.)
[Unit]
Description=netfix: restore the network's configuration after an interrupted fix
DefaultDependencies=no
RequiresMountsFor=$base
ConditionPathExists=$base/transaction.sh
After=systemd-remount-fs.service local-fs.target boot-firmware.mount boot.mount
Wants=network-pre.target
Before=network-pre.target NetworkManager.service dhcpcd.service networking.service
Before=systemd-networkd.service systemd-networkd.socket wpa_supplicant.service btwifiset.service
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh $base/transaction.sh boot
# The network waits for this unit. What hangs here (a dying card) goes on at the next boot.
TimeoutStartSec=$((300 * patience))

[Install]
WantedBy=sysinit.target
EOF
# netfix: judges whether the network works after the first boot with a fix. Removed when the fix is confirmed or undone.
[Unit]
Description=netfix: prove the fix by this boot
After=netfix-boot.service NetworkManager.service
ConditionPathExists=$base/transaction.sh

[Service]
Type=simple
ExecStart=/bin/sh $base/transaction.sh prove

[Install]
WantedBy=multi-user.target
EOF2
    ln -sfn "$units/netfix-boot.service" "$units/sysinit.target.wants/netfix-boot.service" &&
        ln -sfn "$units/netfix-prove.service" "$units/multi-user.target.wants/netfix-prove.service" &&
        sync "$units/sysinit.target.wants" "$units/multi-user.target.wants" "$units"
}

# Before-images lie here for as long as a confirmed fix can be undone, or a file that somebody had changed when a fix was taken
# back: then the boot unit stays, and wipes them where the card comes up on another board.
keeps_images() {
    for sign in "$base"/[0-9]*/confirmed "$base"/[0-9]*/ops/*/kept; do
        if [ -e "$sign" ]; then return 0; fi
    done
    return 1
}

# wipe_taken_back FIX-FOLDER: what it took to make its changes, and to take them back, is of no use any more, and has
# passphrases in it. Undo may still have to bring back what was kept, and to take the wired profile.
wipe_taken_back() {
    for done_with in "$1"/ops/*; do
        if [ -e "$done_with/kept" ] || [ -e "$done_with/lifeline" ]; then continue; fi
        wipe "$done_with"
    done
}

uproot() {
    rm -f "$units"/netfix-*.new
    rm -f "$units/multi-user.target.wants/netfix-prove.service" "$units/netfix-prove.service"
    if ! keeps_images; then
        rm -f "$units/sysinit.target.wants/netfix-boot.service" "$units/netfix-boot.service"
        # Ours only where nobody else has put anything in: undo leaves the tree as it was.
        rmdir "$units/sysinit.target.wants" "$units/multi-user.target.wants" 2>/dev/null
    fi
    sync "$units"
    rm -f "$runtime/netfix-rollback.timer" "$runtime/netfix-rollback.service" "$runtime/netfix-apply.service"
    systemctl daemon-reload
    # Nothing of ours may have failed; then there is nothing to reset.
    systemctl reset-failed 'netfix-*' 2>/dev/null || true
}

# The units of this boot only. The timer is renewed by every journal entry, which is more often than systemd lets a unit
# start (StartLimitBurst=); a step that hangs lets it fire.
arm_now() {
    mkdir -p "$runtime" && put "$runtime/netfix-apply.service" 644 <<EOF || return 1
[Unit]
Description=netfix: apply the plan
OnFailure=netfix-rollback.service
[Service]
Type=exec
ExecStart=/bin/sh $base/transaction.sh apply
TimeoutStopSec=10
EOF
    # Killed itself, it begins again.
    put "$runtime/netfix-rollback.service" 644 <<EOF || return 1
[Unit]
Description=netfix: take back an unproved fix
StartLimitIntervalSec=0
[Service]
Type=oneshot
ExecStart=/bin/sh $base/transaction.sh rollback
Restart=on-abnormal
RestartSec=1
EOF
    put "$runtime/netfix-rollback.timer" 644 <<EOF || return 1
[Unit]
Description=netfix: take back the fix where it stops getting on
StartLimitIntervalSec=0
[Timer]
OnActiveSec=$((120 * patience))
AccuracySec=1
EOF
    systemctl daemon-reload && systemctl start netfix-rollback.timer
}

# arm FIX: the nets are spread, and the fix is open; or nothing has happened.
arm() {
    exec 9>"$base/lock"
    if ! flock -n 9; then
        echo "netfix: another fix is at work" >&2
        exit 2
    fi
    read_state
    case $state in
        open | restoring | undoing | unconfirmed)
            echo "netfix: fix $fix is $state" >&2
            exit 2
            ;;
        *) ;;
    esac
    standing=$(line "$base/state")
    fix=$1 dir=$base/$1
    if plant && set_state open && arm_now; then return; fi
    echo "netfix: what would take the fix back could not be set up" >&2
    rm -f "$base/reserve"
    if [ -n "$standing" ]; then
        printf '%s\n' "$standing" | put "$base/state"
    else
        rm -f "$base/state"
    fi
    uproot
    exit 1
}

# --- Changes --------------------------------------------------------------------------------------

# kind_of PATH: absent, file, link, folder or other.
kind_of() {
    if [ -L "$1" ]; then
        echo link
    elif [ -f "$1" ]; then
        echo file
    elif [ -d "$1" ]; then
        echo folder
    elif [ -e "$1" ]; then
        echo other
    else
        echo absent
    fi
}

# is KIND FOLDER PATH: is there now at PATH what lies in FOLDER (a change, or its before)?
is() {
    [ "$(kind_of "$3")" = "$1" ] || return 1
    case $1 in
        absent) return 0 ;;
        link) [ "$(readlink "$3")" = "$(line "$2/target")" ] ;;
        file)
            [ "$(stat -c '%a %u:%g' "$3")" = "$(line "$2/mode") $(line "$2/owner")" ] && cmp -s "$2/data" "$3"
            ;;
        folder)
            if [ -d "$2/data" ]; then
                diff -rq --no-dereference "$2/data" "$3" >/dev/null 2>&1
            else
                [ "$(stat -c '%a %u:%g' "$3")" = "$(line "$2/mode") $(line "$2/owner")" ]
            fi
            ;;
        *) return 1 ;;
    esac
}

# become KIND FOLDER PATH: makes it so. Whole or not at all; only a folder's tree may be away for a moment.
become() {
    place=${3%/*}
    new=$place/.netfix-new
    case $1 in
        absent)
            if [ -d "$3" ] && ! [ -L "$3" ]; then
                if [ -e "$2/tree" ]; then rm -rf "$3"; else rmdir "$3" 2>/dev/null || true; fi
            else
                rm -f "$3"
            fi
            ;;
        link)
            rm -f "$new"
            ln -s "$(line "$2/target")" "$new" && mv -fT "$new" "$3"
            ;;
        file)
            rm -f "$new"
            cp -p "$2/data" "$new" && chown "$(line "$2/owner")" "$new" && chmod "$(line "$2/mode")" "$new" &&
                sync "$new" && mv -fT "$new" "$3"
            ;;
        folder)
            if [ -d "$2/data" ]; then
                rm -rf "$new" && cp -a "$2/data" "$new" || return 1
                # What is staged is for root's eyes; what is installed is for everybody's.
                if [ "$(line "$2/kind")" = tree ]; then chmod -R u=rwX,go=rX "$new"; fi
                sync -f "$new"
                old=$place/.netfix-old
                rm -rf "$old"
                if [ -e "$3" ]; then mv -T "$3" "$old" || return 1; fi
                mv -T "$new" "$3" && rm -rf "$old"
            elif [ -d "$3" ]; then
                chown "$(line "$2/owner")" "$3" && chmod "$(line "$2/mode")" "$3"
            else
                rm -rf "$new"
                mkdir "$new" && chown "$(line "$2/owner")" "$new" && chmod "$(line "$2/mode")" "$new" && mv -T "$new" "$3"
            fi
            ;;
    esac || return 1
    if [ -d "$place" ]; then sync "$place"; fi
}

# in_place DATA PATH: what DATA holds becomes PATH's text, where no file can be renamed over another (FAT). A copy lies beside
# it meanwhile. What fits a sector is written at once, blanks in place of what goes, the length after it or before it:
# whenever the power goes, PATH is the old line or the new one, but for blanks at its end.
in_place() {
    copy=$2.netfix
    if ! [ -e "$2" ]; then cp "$copy" "$2" || return 1; fi
    old=$(wc -c <"$2")
    fresh=$(wc -c <"$1")
    if [ "$old" -gt 512 ] || [ "$fresh" -gt 512 ]; then
        say "$2 is longer than a sector"
        return 1
    fi
    if ! [ -e "$copy" ]; then cp "$2" "$copy" && sync -f "$copy" || return 1; fi
    if [ "$fresh" -lt "$old" ]; then
        { printf "%-${old}s" "$(tr -d '\r\n' <"$1")" | dd of="$2" bs=512 iflag=fullblock conv=notrunc,fsync status=none &&
            truncate -s "$fresh" "$2" && sync -f "$2"; } || return 1
    fi
    dd if="$1" of="$2" bs=512 conv=notrunc,fsync status=none && sync -f "$2" && rm -f "$copy" && sync -f "${2%/*}"
}

# leave OP WHAT: it is not taken back; its before-image stays for somebody who wants it after all.
leave() {
    say "kept: $2"
    kept=1
    touch "$1/kept" && keep "$1/kept"
}

# restore_in_place OP PATH: modes and owners of FAT say nothing; a copy beside it says that something was interrupted.
restore_in_place() {
    if ! [ -e "$2.netfix" ]; then
        if ! [ -e "$2" ]; then
            leave "$1" "$2 is not there now"
            return 0
        fi
        if cmp -s "$1/before/data" "$2"; then return 0; fi
        if ! cmp -s "$1/data" "$2"; then
            leave "$1" "$2, somebody has changed it since"
            return 0
        fi
    fi
    if in_place "$1/before/data" "$2"; then
        say "restored: $2"
    else
        say "NOT restored: $2"
        return 1
    fi
}

# What the change leaves at its path: a put leaves a file, and so on.
after_kind() {
    case $(line "$1/kind") in
        put | mode | in-place) echo file ;;
        link) echo link ;;
        remove) echo absent ;;
        tree | folder) echo folder ;;
        *) echo none ;;
    esac
}

ops() { # in order; with -r in reverse
    if [ -d "$dir/ops" ]; then find "$dir/ops" -mindepth 1 -maxdepth 1 | sort "$@"; fi
}

# --- What works now -------------------------------------------------------------------------------

# The next line of the paths file (on descriptor 3); lib/Paths.java says what stands where.
next_path() { read -r word iface kind address life gateway methods seconds known ssid <&3; }

# heard IFACE ADDRESS METHODS: those that ADDRESS answers to, with commas.
heard() {
    all=
    for method in $(printf '%s' "$3" | tr , ' '); do
        if answers "$1" "$2" "$method"; then all=${all:+$all,}$method; fi
    done
    printf '%s' "$all"
}

# Keeps of the paths those that work now, with the methods that their gateway answers: proof is relative to what was.
ask_paths() {
    : >"$dir/paths.new"
    while next_path; do
        case $word in
            path)
                if [ "$gateway" != - ]; then
                    methods=$(heard "$iface" "$gateway" "$methods")
                    if [ -z "$methods" ] && [ "$life" = static ]; then
                        say "$iface: the gateway $gateway does not answer now; the address and the route are to stay"
                        methods=none
                    elif [ -z "$methods" ]; then
                        say "$iface: the gateway $gateway does not answer now; nothing to be proved there"
                        continue
                    fi
                fi
                ;;
            client)
                methods=$(heard "$iface" "$address" "$methods")
                if [ -z "$methods" ]; then continue; fi
                ;;
            dns) if ! resolves; then continue; fi ;;
            *) continue ;;
        esac
        printf '%s\n' "$word $iface $kind $address $life $gateway $methods $seconds $known $ssid" >>"$dir/paths.new"
    done 3<"$dir/paths"
    mv -f "$dir/paths.new" "$dir/paths"
}

# Before-images of everything that the plan touches, before it touches anything; and in which boot that was.
images() {
    { boot_id >"$dir/boot"; } 2>/dev/null
    ops | while IFS= read -r op; do
        if [ "$(after_kind "$op")" = none ]; then continue; fi
        path=$(line "$op/path")
        rm -rf "$op/before"
        mkdir "$op/before" || exit 1
        kind=$(kind_of "$path")
        if [ "$(line "$op/kind")" = in-place ] && [ "$kind" != file ]; then
            echo "netfix: $path is no file; nothing was changed" >&2
            exit 1
        fi
        if [ "$(line "$op/kind")" = mode ]; then cp -p "$path" "$op/data" || exit 1; fi
        case $kind in
            file)
                cp -p "$path" "$op/before/data" || exit 1
                stat -c %a "$path" >"$op/before/mode" && stat -c %u:%g "$path" >"$op/before/owner" || exit 1
                ;;
            link) readlink "$path" >"$op/before/target" || exit 1 ;;
            folder)
                stat -c %a "$path" >"$op/before/mode" && stat -c %u:%g "$path" >"$op/before/owner" || exit 1
                if [ "$(line "$op/kind")" = tree ]; then cp -a "$path" "$op/before/data" || exit 1; fi
                ;;
            other)
                echo "netfix: $path is neither a file, a link nor a folder; nothing was changed" >&2
                exit 1
                ;;
            absent) if [ "$(line "$op/kind")" = tree ]; then : >"$op/before/tree" || exit 1; fi ;;
        esac
        # Without its kind a before-image is none, and what it was for would stay as it is changed.
        echo "$kind" >"$op/before/kind" || exit 1
    done
}

prepare() {
    ask_paths
    images || return 1
    # Room for the way back, should the card be full by then: the largest before-image, and something for the notes.
    most=$(du -sk "$dir"/ops/*/before 2>/dev/null | sort -n | tail -n 1 | cut -f 1)
    reserve=$((${most:-0} + 512))
    if ! fallocate -l "${reserve}K" "$base/reserve" 2>/dev/null &&
        ! head -c "${reserve}K" /dev/zero >"$base/reserve"; then
        # What there was room for would fill the card for good.
        rm -f "$base/reserve"
        return 1
    fi
    sync -f "$dir"
}

# entry NNNN begin|done: on the card before anything else happens; and one more period for the timer.
entry() {
    { printf '%s %s\n' "$1" "$2" >>"$dir/journal" && keep "$dir/journal"; } || return 1
    systemctl restart --no-block netfix-rollback.timer 2>/dev/null || true
}

# Runs the argv that lies in a file, one argument a line: no shell ever reads it. What it leaves running must not hold
# our lock, nor keep files of its own from everybody's eyes; nor, on the way back, end with our unit, which takes all of its
# processes along: ifup's dhclient would never renew its lease.
run_file() {
    set --
    while IFS= read -r argument; do set -- "$@" "$argument"; done <"$dir_of_argv/$argv_name"
    if [ "$argv_name" = inverse ] && systemd-run --scope --quiet --collect true 2>/dev/null 9>&-; then
        set -- systemd-run --scope --quiet --collect -- "$@"
    fi
    (
        umask 022
        exec timeout $((60 * patience)) "$@" </dev/null 9>&-
    )
}

# Without -B it stays in the foreground; as a service of its own it keeps nobody waiting.
run_stray() { # OP
    set -- "$1/stray"
    while IFS= read -r argument; do set -- "$@" "$argument"; done <"$1"
    # The file and the boot.
    shift 2
    systemd-run --quiet --collect --property=Type=exec --property=KillMode=none -- "$@" 9>&-
}

run_argv() { # FOLDER NAME
    dir_of_argv=$1 argv_name=$2
    run_file
}

# unit_job VERB UNIT: a unit that fails and is started again by itself is soon started too often (StartLimitBurst=), and systemd
# refuses the next start, which may be the one with which it would run.
unit_job() {
    case $1 in start | restart) systemctl reset-failed -- "$2" 2>/dev/null ;; *) ;; esac
    timeout $((90 * patience)) systemctl "$1" -- "$2"
}

# One try after another: a daemon that has just been started does not answer yet.
eventually() { # SECONDS COMMAND...
    until_then=$(($(now) + $1 * patience))
    shift
    while ! "$@"; do
        if [ "$(now)" -ge "$until_then" ]; then return 1; fi
        sleep 1
    done
}

# NetworkManager knows the profile of that file (make before break).
listed() {
    timeout 20 nmcli -t -f FILENAME connection show 2>/dev/null | sed 's/\\\(.\)/\1/g' | grep -qxF -e "$1"
}

# strays IFACE: ends every wpa_supplicant that was started for that interface. NetworkManager's own is started over
# D-Bus (-u, no -i) and stays. By /proc, because pkill -f "wpa_supplicant.*wlan0" finds and kills the shell that runs it.
# One that no service has started, but somebody in a session, comes back by nobody: its arguments are kept beside the
# change, one a line after the boot that it runs in, for the way back.
strays() { # OP IFACE
    for process in /proc/[0-9]*; do
        if [ "$(cat "$process/comm" 2>/dev/null)" = wpa_supplicant ] &&
            tr '\000' '\n' <"$process/cmdline" | grep -qxF -e "-i$2" -e "$2"; then
            if ! grep -q '\.service$' "$process/cgroup"; then
                { printf '%s\n' "$(boot_id)" && tr '\000' '\n' <"$process/cmdline"; } >"$1/stray" && keep "$1/stray" || return 1
            fi
            kill "${process#/proc/}"
        fi
    done
}

perform() { # OP
    kind=$(line "$1/kind")
    case $kind in
        put | link | remove | tree | folder | mode)
            become "$(after_kind "$1")" "$1" "$(line "$1/path")"
            ;;
        in-place) in_place "$1/data" "$(line "$1/path")" ;;
        unit) unit_job "$(line "$1/verb")" "$(line "$1/unit")" ;;
        reload-units) systemctl daemon-reload ;;
        run) if [ -e "$1/tolerate" ]; then run_argv "$1" argv || true; else run_argv "$1" argv; fi ;;
        listed) eventually 30 listed "$(line "$1/path")" ;;
        strays) strays "$1" "$(line "$1/device")" ;;
        *)
            say "unknown kind of change: $kind"
            return 1
            ;;
    esac
}

# --- Proof ----------------------------------------------------------------------------------------

# addressed IFACE [4|6]: it has an address that others can reach.
addressed() {
    ip -o addr show dev "$1" scope global 2>/dev/null | grep -v -e tentative -e ' 169\.254\.' | grep -q .
}

gateway_of() { # IFACE: its default route's next hop now
    ip -4 route show default dev "$1" 2>/dev/null | sed -n 's/.*via \([^ ]*\).*/\1/p' | head -n 1
}

# answers IFACE ADDRESS METHOD
answers() {
    v=-4
    case $2 in *:*) v=-6 ;; esac
    case $3 in
        icmp) ping "$v" -n -c 1 -w 5 -I "$1" "$2" >/dev/null 2>&1 ;;
        arp)
            # Only with ping is the kernel made to ask; with perl we ask ourselves.
            if ! command -v ping >/dev/null; then
                arp_probe "$1" "$2"
                return
            fi
            # Spares what the owner has made permanent, as del would not.
            ip "$v" neigh flush to "$2" dev "$1" 2>/dev/null
            ping "$v" -n -c 1 -w 3 -I "$1" "$2" >/dev/null 2>&1
            ip "$v" neigh show to "$2" dev "$1" | grep -q -e REACHABLE -e STALE -e DELAY -e PROBE
            ;;
        tcp)
            # It may go out elsewhere, and would then say nothing of this interface.
            ip "$v" route get "$2" 2>/dev/null | grep -q " dev $1 " || return 1
            # A refusal is an answer too.
            for port in 53 80 443 22; do
                # shellcheck disable=SC2016  # bash expands them: they are arguments there.
                tried=$(timeout 4 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$2" "$port" 2>&1) && return 0
                case $tried in *refused*) return 0 ;; esac
            done
            return 1
            ;;
        *) return 1 ;;
    esac
}

# dns_answers SERVER: whatever it says to a question for the root's name servers.
dns_answers() {
    # shellcheck disable=SC2016
    timeout 6 bash -c '
        exec 3<>"/dev/udp/$0/53" || exit 1
        printf "\116\146\001\000\000\001\000\000\000\000\000\000\000\000\002\000\001" >&3
        [ "$(timeout 4 head -c 2 <&3)" = Nf ]' "$1" 2>/dev/null
}

# works: does the path that next_path has read work now? Says why not in $why, and in $witness who else says so.
works() {
    witness=
    if ! addressed "$iface"; then
        why="$iface has no address"
    elif reached; then
        return 0
    fi
    # Whoever watches over SSH is a witness, wherever the gateway is.
    while read -r is_client its_iface _ client _ _ its_methods _ <&4; do
        if [ "$is_client" = client ] && [ "$its_iface" = "$iface" ] &&
            [ -n "$(heard "$iface" "$client" "$its_methods")" ]; then
            witness=" ($why; $client, which was connected over SSH, does)"
            return 0
        fi
    done 4<"$dir/paths"
    return 1
}

# reached: an address that was given by hand is there again (a lease may change), and the gateway answers, by any method
# that it answered before.
reached() {
    if [ "$life" = static ] &&
        ! ip -o addr show dev "$iface" 2>/dev/null | grep -qF -e " ${address%/*}/" -e " ${address%/*} "; then
        why="$iface has not the address $address"
        return 1
    fi
    if [ "$gateway" = - ]; then return 0; fi
    case $gateway in *:*) present=$gateway ;; *) present=$(gateway_of "$iface") ;; esac
    if [ -z "$present" ]; then
        why="$iface has no default route"
        return 1
    fi
    if [ "$methods" = none ]; then return 0; fi
    for method in $(printf '%s' "$methods" | tr , ' '); do
        if answers "$iface" "$present" "$method"; then return 0; fi
    done
    why="on $iface the gateway $present does not answer"
    return 1
}

resolves() {
    sed -n 's/^[[:space:]]*nameserver[[:space:]]*//p' /etc/resolv.conf | {
        while read -r server; do
            if dns_answers "$server"; then exit 0; fi
        done
        exit 1
    }
}

# proved: every path that worked before works, in the time that it is given. Sets why to the first reason where one does
# not, and compared where there was anything to compare with.
proved() {
    why='' compared=''
    while next_path; do
        case $word in
            path)
                compared=yes
                limit=$(($(now) + (seconds + 30 > 45 ? seconds + 30 : 45) * patience))
                case $known in
                    measured) say "  waiting for $iface, which took $seconds s before" ;;
                    *) say "  waiting for $iface (how long it took before is not known; $seconds s are assumed)" ;;
                esac
                until works; do
                    if [ "$(now)" -ge "$limit" ]; then return 1; fi
                    entry proof waiting
                    sleep 2
                done
                say "  $iface works as before$witness"
                ;;
            dns)
                limit=$(($(now) + 30 * patience))
                until resolves; do
                    if [ "$(now)" -ge "$limit" ]; then
                        why="no name server answers, and one did before"
                        return 1
                    fi
                    entry proof waiting
                    sleep 2
                done
                say "  a name server answers as before"
                ;;
            *) ;;
        esac
    done 3<"$dir/paths"
    if [ -z "$compared" ]; then say "  Nothing worked before, so there is nothing to compare with."; fi
    gained
}

# gained: names the interfaces that have an address now and did not work before. Where none did, they are waited for.
gained() {
    limit=$(($(now) + 45 * patience))
    while :; do
        fresh='' others=''
        for place in "$interfaces"/*; do
            name=${place##*/}
            if ! [ -e "$place/device" ] || grep -q "^path $name " "$dir/paths"; then continue; fi
            if addressed "$name"; then fresh="$fresh $name"; else others="$others $name"; fi
        done
        if [ -n "$compared$fresh" ] || [ -z "$others" ] || [ "$(now)" -ge "$limit" ]; then break; fi
        entry proof waiting
        sleep 2
    done
    for name in $fresh; do
        present=$(gateway_of "$name")
        if [ -z "$present" ]; then
            reach='no default route'
        elif [ -n "$(heard "$name" "$present" arp,icmp,tcp)" ]; then
            reach="gateway $present answers"
        else
            reach="gateway $present does not answer"
        fi
        say "  gained: $name, $(ip -o addr show dev "$name" scope global | sed -n 's/.* inet6* \([^ ]*\).*/\1/p' |
            head -n 1), $reach"
    done
    if [ -z "$compared$fresh" ]; then say "  No path was gained either."; fi
}

# arp_probe IFACE ADDRESS: somebody there has that address. Asked in no name (sender 0.0.0.0, RFC 5227), because an address
# lent to the interface for the question makes NetworkManager take it for somebody else's ("connected (externally)") and
# leave it alone. perl-base is essential in Debian; without it nothing is heard, and that is no failure.
arp_probe() {
    # shellcheck disable=SC2016  # perl's variables
    timeout 10 perl -e '
        my ($if, $ip) = @ARGV;
        sub slurp { open(my $f, "<", $_[0]) or exit 1; my $l = <$f>; chomp $l; $l }
        my $mac = pack("H*", slurp("/sys/class/net/$if/address") =~ s/://gr);
        my $to = pack("C4", split(/[.]/, $ip));
        my $arp = unpack("S", pack("n", 0x0806));
        socket(my $s, 17, 3, $arp) or exit 1;
        bind($s, pack("S n i S C C a8", 17, 0x0806, slurp("/sys/class/net/$if/ifindex"), 0, 0, 6, "")) or exit 1;
        for (1 .. 3) {
            my $ask = "\xff" x 6 . $mac . pack("n n n C C n", 0x0806, 1, 0x0800, 6, 4, 1)
                . $mac . "\0" x 4 . "\0" x 6 . $to;
            send($s, $ask, 0) or exit 1;
            my $end = time + 2;
            while ((my $left = $end - time) > 0) {
                my $read = "";
                vec($read, fileno($s), 1) = 1;
                next unless select($read, undef, undef, $left);
                recv($s, my $frame, 128, 0);
                exit 0 if substr($frame, 20, 2) eq "\0\2" && substr($frame, 28, 4) eq $to;
            }
        }
        exit 1' "$1" "$2" 2>/dev/null
}

# alive: the network is there, whether we reach it or not. The gateway that was known answers ARP, or the known network
# is in a scan.
alive() {
    while next_path; do
        if [ "$word" != path ] || ! [ -e "$interfaces/$iface" ]; then continue; fi
        ip link set "$iface" up 2>/dev/null
        if [ "$kind" = wifi ]; then
            if [ "$ssid" != - ] && timeout 30 iw dev "$iface" scan 2>/dev/null | ssid_in_scan "$ssid"; then return 0; fi
            continue
        fi
        case $gateway in - | *:*) continue ;; esac
        if arp_probe "$iface" "$gateway"; then return 0; fi
    done 3<"$dir/paths"
    return 1
}

# The paths file has an SSID as iw prints it (iw's print_ssid_escaped: \xNN for what is no plain text).
ssid_in_scan() { sed -n 's/^[[:space:]]*SSID: //p' | grep -qxF -e "$1"; }

# --- The verbs ------------------------------------------------------------------------------------

# hold_lifeline OP PATH BEFORE: PATH is not taken back, because the old configuration leaves this Pi without it at the next
# boot; or, where the fix has taken PATH away, with it. Where the fix did not get that far (a cut, or a full card, in what
# comes before it) it is put there, or taken away, now.
hold_lifeline() {
    case $(after_kind "$1") in
        absent) done='taken away' held='kept away' stays='stays away' ;;
        *) done='put there' held=kept stays=stays ;;
    esac
    if is "$3" "$1/before" "$2"; then
        if ! { mkdir -p "${2%/*}" && become "$(after_kind "$1")" "$1" "$2"; }; then
            say "NOT $done: $2, for this Pi to be reachable after a boot"
            return 1
        fi
        say "$done: $2, for this Pi to be reachable after a boot"
    elif is "$(after_kind "$1")" "$1" "$2"; then
        say "$held: $2, for this Pi to be reachable after a boot"
    else
        leave "$1" "$2, somebody has changed it since"
        return 0
    fi
    lifeline="${lifeline:+$lifeline, }$2 $stays"
}

# Files first, then units and the rest: nothing starts on half a configuration. Safe to do again from the start.
restore_files() { # FIX-FOLDER [automatic]
    dir=$1
    reload=
    bad=0
    for op in $(ops -r); do
        after=$(after_kind "$op")
        if [ "$after" = none ]; then continue; fi
        if ! [ -e "$op/before/kind" ]; then continue; fi
        path=$(line "$op/path")
        if [ "$(line "$op/kind")" = in-place ]; then
            restore_in_place "$op" "$path" || bad=1
            continue
        fi
        # Of a boot that is over: it was in memory, whatever it was. In the same one a mask in there may have to come back.
        case $path in
            "${runtime%/systemd/system}"/*)
                if [ "$(kind_of "$path")" = absent ] && [ "$(line "$dir/boot")" != "$(boot_id)" ]; then continue; fi
                ;;
            *) ;;
        esac
        # What a power cut left half-made.
        rm -rf "${path%/*}/.netfix-new" "${path%/*}/.netfix-old"
        before=$(line "$op/before/kind")
        if [ -e "$op/lifeline" ] && [ -e "$dir/lifeline" ] && [ "${2:-}" = automatic ]; then
            hold_lifeline "$op" "$path" "$before" || bad=1
            continue
        fi
        if is "$before" "$op/before" "$path"; then continue; fi
        # A cut in the middle of an exchange of trees leaves neither.
        if ! is "$after" "$op" "$path" && ! [ -e "$op/volatile" ] &&
            ! { [ "$(line "$op/kind")" = tree ] && [ "$(kind_of "$path")" = absent ]; }; then
            leave "$op" "$path, somebody has changed it since"
            continue
        fi
        if become "$before" "$op/before" "$path"; then
            say "restored: $path"
            reload=1
        else
            say "NOT restored: $path"
            bad=1
        fi
    done
    # Units, and what generators make of other files.
    if [ -n "$reload" ]; then systemctl daemon-reload; fi
    return "$bad"
}

# What ran before runs again. At boot only the units, and without waiting: they start after us.
restore_running() { # FIX-FOLDER now|undo|boot
    dir=$1
    # Cut before its first change.
    if ! [ -e "$dir/journal" ]; then return; fi
    # What the fix started is stopped before anything is started: dhcpcd's hook starts no wpa_supplicant on an
    # interface that NetworkManager's still holds, and Wi-Fi would stay away until the next boot. (NetworkManager
    # leaves wired addresses where they are when it stops.)
    for pass in stop start; do
        for op in $(ops -r); do
            if [ "$2" != boot ] && ! grep -q "^${op##*/} begin" "$dir/journal" 2>/dev/null; then continue; fi
            case $pass.$(line "$op/kind") in
                *.unit)
                    verb=$(line "$op/inverse")
                    case $pass.$verb in
                        *.none | start.stop) ;;
                        stop.stop)
                            # It was stopped by hand then, and every boot starts it: stopped in this one, or when the fix is
                            # long forgotten, the Pi would be gone until the next.
                            if [ "$2" != now ] && systemctl -q is-enabled -- "$(line "$op/unit")"; then
                                say "left running: $(line "$op/unit"), which every boot starts"
                            else
                                restore_unit "$2"
                            fi
                            ;;
                        start.*) restore_unit "$2" ;;
                        *) ;;
                    esac
                    ;;
                start.run)
                    if [ "$2" != boot ] && [ -s "$op/inverse" ]; then
                        say "$(line "$op/inverse-shown")"
                        run_argv "$op" inverse || say "  that did not work"
                    fi
                    ;;
                start.strays)
                    # In the boot that it ran in: the next one would not have it either.
                    if [ "$(line "$op/stray")" = "$(boot_id)" ]; then
                        say "$(sed 1d "$op/stray" | tr '\n' ' ')"
                        run_stray "$op" || say "  that did not work"
                    fi
                    ;;
                *) ;;
            esac
        done
    done
}

restore_unit() { # now|undo|boot
    case $verb in
        start | restart)
            # Its files are back: it would not get its network back, and lose what it has.
            if [ "$1" != boot ] && ! startable "$(line "$op/unit")"; then
                say "not ${verb}ed: $(line "$op/unit"), which does not start with its configuration as it is"
                return
            fi
            ;;
        *) ;;
    esac
    say "systemctl $verb $(line "$op/unit")"
    if [ "$1" = boot ]; then
        if [ "$verb" = restart ]; then verb=start; fi
        systemctl --no-block "$verb" -- "$(line "$op/unit")"
    else
        unit_job "$verb" "$(line "$op/unit")" || say "  that did not work"
    fi
}

# startable UNIT: NetworkManager ends at once with a configuration that it cannot read. One that runs had read it before it
# became so, and restarted for an interface that is missing it would take along those that work.
startable() {
    case $1 in
        NetworkManager.service)
            ! timeout 20 NetworkManager --print-config 2>&1 >/dev/null | grep -q '^Failed to read configuration'
            ;;
        *) ;;
    esac
}

# networking_off UNIT: NetworkManager's switch for everything is off. It outlives a restart: NetworkManager.state keeps it.
networking_off() {
    [ "$1" = NetworkManager.service ] && [ "$(timeout 20 nmcli networking 2>/dev/null </dev/null)" = disabled ]
}

# After files and units are back: what worked before is waited for, and where it stays away the managers start afresh.
# (A profile that is gone takes its connection along, and the automatic wired one is made at a start only.)
revive() {
    if ! [ -e "$dir/paths" ]; then return; fi
    # Eight seconds first: a lease that is only renewed comes back at once, one whose profile is gone never does.
    for span in 8 60; do
        limit=$(($(now) + span * patience))
        missing=yes
        while [ -n "$missing" ] && [ "$(now)" -lt "$limit" ]; do
            missing=
            while next_path; do
                if [ "$word" = path ] && ! works; then missing="$missing $why;"; fi
            done 3<"$dir/paths"
            if [ -n "$missing" ]; then sleep 1; fi
        done
        if [ -z "$missing" ]; then
            say "What worked before works again."
            return
        fi
        if [ "$span" = 8 ]; then
            refused='' afresh=''
            for unit in NetworkManager.service systemd-networkd.service dhcpcd.service; do
                if ! systemctl -q is-active "$unit"; then
                    # Enabled, and not there: its configuration is why, or something that takes its time.
                    if systemctl -q is-enabled -- "$unit" && ! startable "$unit"; then refused=yes; fi
                    continue
                fi
                if ! startable "$unit"; then
                    say "not restarted: $unit, which does not start with its configuration as it is"
                    refused=yes
                    continue
                fi
                if networking_off "$unit"; then
                    say "not restarted: $unit, whose networking is switched off; to switch it on: sudo nmcli networking on"
                    refused=yes
                    continue
                fi
                say "systemctl restart $unit    #$missing"
                timeout $((90 * patience)) systemctl restart "$unit" || say "  that did not work"
                afresh=yes
            done
            # Nothing that could bring it back is left to wait for.
            if [ "$refused.$afresh" = yes. ]; then break; fi
        fi
    done
    say "Not back yet:$missing"
}

# take_back now|boot|reboot REASON...: the automatic way back.
take_back() {
    at=$1
    shift
    its=$dir
    complete=yes lifeline=
    rm -f "$base/reserve" "$its/confirmed"
    # Until all of it is done: what cuts it short makes it begin again.
    set_state restoring || complete=
    restore_files "$its" automatic || complete=
    if [ "$at" != reboot ]; then restore_running "$its" "$at"; fi
    if [ "$at" = now ]; then revive; fi
    if [ -z "$complete" ] || ! set_state rolled-back; then
        note "netfix could not take back fix $fix completely ($*). To be done by hand: sudo sh $base/transaction.sh rollback"
        say "The rollback is not complete. Look above for what was not restored, and run: sudo sh $base/transaction.sh rollback"
        result 5 "$*"
        return 5
    fi
    left=${lifeline:+; but $lifeline, for this Pi to be reachable after a boot}
    note "netfix took back fix $fix: $*$left"
    say "The old configuration is back: $*$left"
    wipe_taken_back "$its"
    result 4 "$*"
    return 4
}

apply() {
    read_state
    if [ "$state" != open ]; then
        echo "netfix: no fix is open" >&2
        exit 2
    fi
    # A list with a name: the loop must not be a subshell, or its failure would be nobody's.
    for op in $(ops); do
        number=${op##*/}
        entry "$number" begin || give_up "the journal of the fix cannot be written (is the card full?)"
        say "$(line "$op/shown")"
        perform "$op" >>"$dir/narration" 2>&1 || give_up "this did not work: $(line "$op/shown")"
        entry "$number" "done" || give_up "the journal of the fix cannot be written (is the card full?)"
    done
    say "Proof:"
    if ! proved; then
        give_up "$why"
    fi
    entry proof "done"
    set_state unconfirmed || give_up "its state cannot be written (is the card full?)"
    systemctl stop netfix-rollback.timer
    if [ -n "$compared" ]; then
        say "Proved: everything that worked before works. The next boot confirms it."
    else
        say "Done: nothing is worse than before. The next boot confirms it."
    fi
    result 0 "proved; the next boot will confirm it"
}

give_up() {
    say "FAILED: $*"
    printf '%s\n' "$*" | put "$dir/reason"
    systemctl stop netfix-rollback.timer
    take_back now "$*"
    status=$?
    if [ "$status" = 4 ]; then
        uproot
    fi
    # The exit status of the unit is for systemctl status only: what happened is in result.
    exit 0
}

rollback() {
    # First the whole unit, whatever it is doing: two hands on one configuration are worse than none.
    systemctl stop netfix-rollback.timer netfix-apply.service 2>/dev/null
    exec 9>"$base/lock"
    flock 9
    read_state
    case $state in
        open | restoring) ;;
        *)
            # Done, and killed before it could say so.
            if [ "$state" = unconfirmed ] && ! [ -e "$dir/result" ]; then
                result 0 "proved; the next boot will confirm it"
            elif [ "$state" = rolled-back ]; then
                wipe_taken_back "$dir"
                if ! [ -e "$dir/result" ]; then result 4 "$(line "$dir/reason")"; fi
                uproot
            fi
            echo "netfix: there is nothing to take back ($state)" >&2
            exit 0
            ;;
    esac
    reason=$(line "$dir/reason")
    if [ -z "$reason" ]; then reason=${1:-"the fix was interrupted, or stopped getting on"}; fi
    take_back now "$reason"
    status=$?
    if [ "$status" = 4 ]; then uproot; fi
    exit 0
}

boot() {
    read_state
    # "-" is a card that was fixed while it was mounted elsewhere: its board is not known, and need not be.
    if [ "$its_board" != - ] && [ "$its_board" != "$(board)" ] && [ "$state" != none ]; then
        # A cloned card: what lies here was true of another Pi.
        say "netfix: this card has been moved to another board; fix $fix counts as confirmed"
        forget
        set_state confirmed
        uproot
        return
    fi
    case $state in
        open | restoring | undoing)
            # Of this very boot: whoever is at it goes on.
            if [ "$its_boot" = "$(boot_id)" ]; then return; fi
            if [ "$state" = undoing ]; then
                undo_now boot
                return
            fi
            reason=$(line "$dir/reason")
            take_back boot "${reason:-the Pi was switched off, or booted, in the middle of the fix}"
            status=$?
            if [ "$status" = 4 ]; then uproot; fi
            ;;
        rolled-back | none | confirmed)
            rm -f "$units"/netfix-*.new
            # Cut off in the middle of it.
            if [ "$state" = rolled-back ]; then wipe_taken_back "$dir"; fi
            if [ -e "$units/netfix-prove.service" ] || ! keeps_images; then uproot; fi
            ;;
        *) ;;
    esac
}

# What was kept of before, and of other moments.
forget() {
    # shellcheck disable=SC2046  # their names are numbers
    wipe "$base/reserve" "$base/known-good" "$base/gone" "$base/rescue" $(fixes)
}

fixes() { # the oldest first; with -r the newest
    find "$base" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*' | sort "$@"
}

# A key handshake that fails once ends Wi-Fi under NetworkManager until somebody brings it up again: it takes the key for
# a wrong one and has nobody to ask for another ("no secrets: No agents were available for this request"). wpa_supplicant
# alone would try for ever, so after a take-over this is ours to do; only with what connects by itself anyway.
reconnect() { # INTERFACE
    case $(nmcli -g GENERAL.STATE device show "$1" 2>/dev/null) in
        30*) ;;
        *) return ;;
    esac
    for uuid in $(nmcli -g UUID,TYPE,AUTOCONNECT connection show 2>/dev/null | sed -n 's/:802-11-wireless:yes$//p'); do
        if nmcli -w 30 connection up uuid "$uuid" ifname "$1" >/dev/null 2>&1 </dev/null; then
            say "nmcli connection up uuid $uuid ifname $1    # NetworkManager would not have tried again"
            return
        fi
    done
}

# The judge of the first boot. It fails a boot only where nothing that worked before works and the network is
# there all the same. Silence, no cable, a router that is slower than the Pi are unknown, and unknown is no failure.
prove() {
    read_state
    if [ "$state" != unconfirmed ] || [ "$its_boot" = "$(boot_id)" ]; then exit 0; fi
    # The boot unit forgets it; where it was cut short the next boot's does.
    if [ "$its_board" != - ] && [ "$its_board" != "$(board)" ]; then exit 0; fi
    longest=0
    while next_path; do
        if [ "$word" = path ] && [ "$seconds" -gt "$longest" ]; then longest=$seconds; fi
    done 3<"$dir/paths"
    span=$((longest * 3 > 300 ? longest * 3 : 300))
    started=$(now)
    alive_since=
    minute=0
    while :; do
        # Not for ever: later on somebody may have disconnected it by hand.
        again=
        if [ $((($(now) - started) / 60)) -gt "$minute" ] && [ "$minute" -lt 10 ]; then
            minute=$((minute + 1)) again=yes
        fi
        working='' broken='' count=0
        while next_path; do
            if [ "$word" != path ]; then continue; fi
            count=$((count + 1))
            if works; then
                working="$working $iface"
                continue
            fi
            broken="$broken $iface ($why)"
            if [ "$again.$kind" = yes.wifi ]; then reconnect "$iface"; fi
        done 3<"$dir/paths"
        if [ "$count" = 0 ] || [ -n "$working" ] && { [ -z "$broken" ] || [ $(($(now) - started)) -ge "$span" ]; }; then
            confirm "the boot proved it:${working:- nothing worked before, nothing to compare with}${broken:+; unproved:$broken}"
            return
        fi
        if [ -n "$working" ]; then
            sleep 10
            continue
        fi
        # Not at once: a network that is just coming up is not to be disturbed by questions.
        if [ $(($(now) - started)) -ge $((60 * patience)) ] && alive; then
            : "${alive_since:=$(now)}"
            if [ $(($(now) - alive_since)) -ge "$span" ]; then
                exec 9>"$base/lock"
                if ! flock -n 9; then
                    # Somebody is at work (fix recover): what comes of it is judged anew.
                    flock 9
                    exec 9>&-
                    alive_since=
                    continue
                fi
                read_state
                if [ "$state" != unconfirmed ]; then exit 0; fi
                printf '%s\n' "after the boot nothing that worked before works:$broken" | put "$dir/reason"
                take_back reboot "$(line "$dir/reason")"
                status=$?
                if [ "$status" = 4 ]; then
                    uproot
                    systemctl reboot
                fi
                exit 0
            fi
        else
            alive_since=
        fi
        sleep 10
    done
}

confirm() { # [HOW]
    exec 9>"$base/lock"
    flock 9
    read_state
    if [ "$state" != unconfirmed ]; then
        echo "netfix: there is no unconfirmed fix ($state)" >&2
        exit 2
    fi
    if [ "$verb" != prove ]; then systemctl stop netfix-prove.service 2>/dev/null; fi
    rm -f "$base/reserve"
    touch "$dir/confirmed" && keep "$dir/confirmed"
    set_state confirmed || exit 1
    uproot
    say "Confirmed: ${1:-by hand}"
    { printf '%s netfix: fix %s is confirmed, %s\n' "$(date -u '+%Y-%m-%dT%H:%M:%SZ')" "$fix" "${1:-by hand}" >>"$log"; } \
        2>/dev/null
}

# free_or_exit: the lock is ours, or somebody else is at work.
free_or_exit() {
    if [ "${netfix_locked:-}" = yes ]; then return; fi
    exec 9>"$base/lock"
    if ! flock -n 9; then
        echo "netfix: another fix is at work" >&2
        exit 2
    fi
}

# An interface that has no address yet, though a cable or a radio is there.
expected() {
    for place in "$interfaces"/*; do
        if ! [ -e "$place/device" ] || addressed "${place##*/}"; then continue; fi
        if [ -e "$place/phy80211" ] || [ "$(line "$place/carrier" 2>/dev/null)" != 0 ]; then return 0; fi
    done
    return 1
}

refuse() { # FIX REASON
    dir=$base/$1
    say "Nothing was done: $2"
    result 2 "$2"
    exit 2
}

# recover FIX: the emergency commands of a person. Each is tried whatever became of the one before, and there is no proof: what
# helped is not to go because something else did not. Only undo takes it back. A fix that is not confirmed yet stays so, and
# where its boot fails it alone goes: what was changed here since, a restore leaves.
recover() { # FIX
    exec 9>"$base/lock"
    # The judge of a boot holds it for a moment only.
    if ! flock -w 30 9; then
        refuse "$1" "another fix is at work"
    fi
    read_state
    case $state in open | restoring | undoing) refuse "$1" "fix $fix is $state" ;; *) ;; esac
    before=$state
    fix=$1 dir=$base/$1
    mkdir -p "$told"
    trap 'rm -f "$told/recovering"' EXIT
    echo "$$" >"$told/recovering"
    # No room for a before-image is no reason to leave the Pi as it is; undo leaves alone what has none.
    images || say "Not all of what was there could be kept (is the card full?): undo will not bring it back."
    touch "$dir/confirmed" && keep "$dir/confirmed"
    if [ "$before" != unconfirmed ]; then
        plant
        set_state confirmed
        uproot
    fi
    netfix_locked=yes
    export netfix_locked
    for op in $(ops); do
        { printf '%s begin\n' "${op##*/}" >>"$dir/journal" && keep "$dir/journal"; } || true
        say "$(line "$op/shown")"
        perform "$op" >>"$dir/narration" 2>&1 || say "  that did not work"
    done
    if expected; then
        say "Waiting for addresses, at most $((45 * patience)) s"
        limit=$(($(now) + 45 * patience))
        while expected && [ "$(now)" -lt "$limit" ]; do sleep 2; done
    fi
    rm -f "$told/recovering"
    result 0 "done"
}

# superseded FIX-FOLDER PATH: a later fix has changed it as well, and its word counts.
superseded() {
    for later in $(fixes); do
        if [ "${later##*/}" -gt "${1##*/}" ] && cat "$later"/ops/*/path 2>/dev/null | grep -qxF -e "$2"; then return 0; fi
    done
    return 1
}

# again: what confirmed fixes left here is put back where it is gone, or as it was before them. What somebody has changed
# since stays. Ends with 1 where there was nothing to put back.
again() {
    free_or_exit
    read_state
    if [ "$state" != confirmed ]; then
        echo "netfix: no fix is confirmed ($state)" >&2
        exit 1
    fi
    back=
    for folder in $(fixes); do
        if ! [ -e "$folder/confirmed" ] || [ -e "$folder/undone" ]; then continue; fi
        dir=$folder
        for op in $(ops); do
            after=$(after_kind "$op")
            # The kernel's line is no part of what runs, and what daemons rewrite is theirs.
            case $after.$(line "$op/kind") in none.* | *.in-place) continue ;; *) ;; esac
            if [ -e "$op/volatile" ] || ! [ -e "$op/before/kind" ]; then continue; fi
            path=$(line "$op/path")
            if is "$after" "$op" "$path" || superseded "$folder" "$path"; then continue; fi
            if [ "$(kind_of "$path")" != absent ] && ! is "$(line "$op/before/kind")" "$op/before" "$path"; then
                say "kept: $path, somebody has changed it since"
            elif become "$after" "$op" "$path"; then
                say "put back: $path"
                back=yes
            else
                say "NOT put back: $path"
            fi
        done
    done
    if [ -z "$back" ]; then
        echo "netfix: nothing of the confirmed fix is missing" >&2
        exit 1
    fi
    systemctl daemon-reload
}

# What monitor or recover renamed beside itself, because NetworkManager could not start with it.
bring_back() {
    for file in "$conf"/*.netfix-off "$conf"/*.netfix-off.[0-9]*; do
        if [ "$(kind_of "$file")" = absent ]; then continue; fi
        path=${file%.netfix-off*}
        if [ "$(kind_of "$path")" != absent ]; then
            say "kept: $file, because there is another $path"
            kept=1
        elif mv -T "$file" "$path" && sync "$conf"; then
            say "restored: $path"
        else
            say "NOT restored: $path"
            failed=1
        fi
    done
}

# Everything that netfix ever changed here, the newest fix first. In a unit of its own, as a fix is: what it tells and
# how it ended lie in /run/netfix, where they outlive it and not the boot.
undo() {
    mkdir -p "$told"
    rm -f "$told/undo.result"
    touch "$told/undo.at-work"
    # shellcheck disable=SC2154  # status is set in the trap itself
    trap 'status=$?; rm -f "$told/undo.at-work"; echo "$status" >"$told/undo.new"; mv -f "$told/undo.new" "$told/undo.result"' EXIT
    systemctl stop netfix-rollback.timer netfix-apply.service netfix-prove.service 2>/dev/null
    exec 9>"$base/lock"
    flock 9
    read_state
    if [ -z "$fix" ]; then
        echo "netfix: there is nothing to undo" >&2
        exit 0
    fi
    rm -f "$base/reserve"
    # A boot in the middle goes on with it.
    if ! { plant && set_state undoing; }; then
        echo "netfix: nothing was undone: a boot in the middle of it could not go on with it" >&2
        exit 1
    fi
    undo_now now || exit 5
}

# undo_now now|boot: safe to do again from the start, after a cut anywhere.
undo_now() {
    kept='' failed=0 fresh=''
    for folder in $(fixes -r); do
        # Once each: what an older one has put back is not what a newer one left.
        if [ -e "$folder/undone" ]; then
            if [ "$1" = now ]; then fresh="$fresh $folder"; fi
            continue
        fi
        fresh="$fresh $folder"
        restore_files "$folder" || failed=1
        if [ "$failed" = 0 ]; then touch "$folder/undone" && keep "$folder/undone"; fi
    done
    bring_back
    case $1 in now) running=undo ;; *) running=boot ;; esac
    for folder in $fresh; do restore_running "$folder" "$running"; done
    dir=$base/$fix
    if [ "$1" = now ]; then revive; fi
    if [ "$failed" = 1 ]; then
        note "netfix could not undo its fixes completely. To be done by hand: sudo sh $base/transaction.sh undo"
        echo "netfix: not everything could be restored (see above); run it again once the reason is gone" >&2
        return 5
    fi
    # Out of the way in one step each, so that no half of one is ever taken for a whole.
    for folder in $(fixes -r); do
        wipe "$base/gone"
        mv -T "$folder" "$base/gone"
    done
    wipe "$base/gone" "$base/known-good" "$base/rescue"
    rm -f "$base/state"
    sync "$base"
    state=none dir=
    note "netfix undid its fixes${kept:+; what somebody changed since was kept}"
    uproot
    # This file too: sh has it open and reads on.
    rm -rf "$base"
    sync "${base%/*}"
}

# Before a card is imaged: what is here is for good, and no secret of the builder's stays in a before-image.
seal() {
    systemctl stop netfix-prove.service 2>/dev/null
    exec 9>"$base/lock"
    flock 9
    read_state
    case $state in
        open | restoring | undoing)
            echo "netfix: a fix is being applied or taken back; wait for it to end" >&2
            exit 1
            ;;
        unconfirmed) set_state confirmed || exit 1 ;;
        *) ;;
    esac
    # monitor would write down again what it knows of profiles.
    watched=
    if systemctl -q is-active network-monitor.service; then
        watched=yes
        systemctl stop network-monitor.service
    fi
    for source in "$base"/sealed/*; do
        if [ -e "$source/path" ]; then blank "$source" "$(line "$source/path")" || exit 1; fi
    done
    forget
    rm -f "$base/state"
    uproot
    rm -rf "$base"
    sync "${base%/*}"
    say "Sealed: there is no way back, and nothing is kept of before."
    if [ -n "$watched" ]; then
        say "network-monitor.service is stopped until the next boot, because it keeps copies of profiles. Switch off now, and image the card; where this Pi has booted again before that, seal it again."
    fi
}

# blank FOLDER PATH: what FOLDER's data holds is written over what is there, where it lies, so that nothing of it stays in any
# block; lib/SealedSources.java made it as long.
blank() {
    if [ "$(wc -c <"$1/data")" != "$(wc -c <"$2")" ] ||
        ! dd if="$1/data" of="$2" bs=64k conv=notrunc,fsync status=none; then
        echo "netfix: $2 has changed meanwhile, or cannot be written; nothing more was sealed" >&2
        return 1
    fi
}

verb=${1:-}
shift || true
case $verb in
    prepare)
        fix=$1 dir=$base/$1
        prepare
        ;;
    arm) arm "$1" ;;
    apply)
        exec 9>"$base/lock"
        flock 9
        # To systemd a SIGTERM is a good end; but whoever stops a fix half-way leaves half a fix. (Not undo, which stops
        # it and takes back everything.)
        trap 'if [ -e "$told/undo.at-work" ]; then exit 0; else exit 143; fi' TERM
        apply
        ;;
    rollback) rollback "$@" ;;
    boot)
        boot
        # What could not be restored is to be seen in systemctl --failed.
        case $state in restoring | undoing) if [ "$its_boot" != "$(boot_id)" ]; then exit 1; fi ;; *) ;; esac
        exit 0
        ;;
    prove) prove ;;
    recover) recover "$1" ;;
    again) again ;;
    confirm) confirm "$@" ;;
    undo) undo ;;
    seal) seal ;;
    status)
        read_state
        echo "$state $fix"
        ;;
    *)
        echo "usage: transaction.sh prepare|arm FIX, apply, rollback [REASON], boot, prove, confirm, undo, seal, status, recover FIX, again" >&2
        exit 2
        ;;
esac
