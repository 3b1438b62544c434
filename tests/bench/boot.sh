#!/bin/sh
# What network-init.service costs a boot, beside the boot's own noise: the time from systemd's start until NetworkManager, which
# waits for it, has started, over some boots with the unit and some without, in turn. On the virtual Pi: whoever drives it reboots.
#
#   sh boot.sh next with|without      for the boot to come
#   sh boot.sh note                   of the boot that was
#   sh boot.sh judge [NOTES]          of all boots that were noted, or of those in that file
#
# judge ends with 1 where the middle of the boots with it is later than that of those without it by more than those differ among
# themselves, or where there are fewer than three of each.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

unit=network-init.service
kept=/var/tmp/boot-times

# at PROPERTY [UNIT]: microseconds since the kernel's start; systemd's own where no unit is named.
at() { systemctl show --value -p "$1" ${2:+"$2"}; }

note() {
    begun=$(at UserspaceTimestampMonotonic)
    there=$(at ActiveEnterTimestampMonotonic NetworkManager.service)
    from=$(at InactiveExitTimestampMonotonic "$unit")
    to=$(at ActiveEnterTimestampMonotonic "$unit")
    kind=without
    if systemctl -q is-active "$unit"; then kind=with; fi
    if [ "${there:-0}" -le "${begun:-0}" ]; then
        echo 'boot.sh: NetworkManager has not started in this boot' >&2
        exit 1
    fi
    echo "$kind $((there - begun)) $((${to:-0} - ${from:-0}))" | tee -a "$kept"
    sync "$kept"
}

judge() { # FILE
    sort -k1,1 -k2,2n "$1" | awk '
        { n[$1]++; total[$1, n[$1]] = $2 / 1000; if ($1 == "with") own[n[$1]] = $3 / 1000 }
        function middle(kind,   k) {
            k = n[kind]
            return k % 2 ? total[kind, (k + 1) / 2] : (total[kind, k / 2] + total[kind, k / 2 + 1]) / 2
        }
        END {
            if (n["with"] < 3 || n["without"] < 3) { print "too few boots: " n["with"] + 0 " with it, " n["without"] + 0 " without"; exit 1 }
            noise = total["without", n["without"]] - total["without", 1]
            cost = middle("with") - middle("without")
            for (i = 1; i <= n["with"]; i++) sum += own[i]
            printf "%d boots with network-init, %d without: NetworkManager is there after %.0f ms and %.0f ms\n",
                n["with"], n["without"], middle("with"), middle("without")
            printf "difference %.0f ms, boots without it differ by %.0f ms; the unit itself takes %.0f ms on average\n",
                cost, noise, sum / n["with"]
            exit cost > noise
        }'
}

case ${1:-} in
    next)
        case ${2:-} in
            with) systemctl enable "$unit" ;;
            without) systemctl disable "$unit" ;;
            *) exit 2 ;;
        esac
        ;;
    note) note ;;
    judge) judge "${2:-$kept}" ;;
    *)
        echo 'usage: boot.sh next with|without | note | judge [NOTES]' >&2
        exit 2
        ;;
esac
