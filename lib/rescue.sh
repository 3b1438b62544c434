#!/bin/sh
# netfix's rescue of a Pi that nobody can reach. `fix sdcard` writes it to the boot partition, and words
# into cmdline.txt by which systemd starts it once, before any network manager (systemd-run-generator(8)).
# It needs neither Java nor netfix on the Pi.
#
# What it must not do is loop, or leave the Pi off. So: its words go first; without that it does nothing.
# Each systemd.run= begins with "-", so that whatever becomes of this file (missing, cut off, CR LF, killed)
# the next one follows, and the last starts an ordinary boot. The whole script is one `if`: sh reads it to
# its `fi` before it does anything, and with CR LF, or cut off, it finds no `then`, or no `fi`.
#
# netfix-rescue.key (the Wi-Fi network, a secret) is on the Pi's own disk before it is overwritten here.
# Before-images lie in /var/lib/netfix/rescue/NUMBER, N.path and N.data (no data: there was nothing), with
# N.after, the fingerprint of what the rescue made of it; `fix sdcard --restore` has them put back where
# nobody has edited it since. netfix-rescue-log.txt tells what was done, the verdict first.
if :; then

LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 077

R=
mode='@MODE@'
words='@WORDS@'
limit=240

self=$0
boot=$(cd "$(dirname "$self")" && pwd)
log=netfix-rescue-log.txt
key=netfix-rescue.key
run=$R/run/netfix-rescue
units=$R/etc/systemd/system
profiles=/etc/NetworkManager/system-connections
wired_file=@WIRED_FILE@
nm_state=/var/lib/NetworkManager/NetworkManager.state

did() { printf '%s\n' "$*" >>"$run/did"; }
seen() { printf '%s\n' "$*" >>"$run/seen"; }
failed() { printf '%s\n' "$*" >>"$run/failed"; }
no_wifi() { printf '%s\n' "$*" >"$run/no-wifi"; }

# --- The log on the boot partition ------------------------------------------------------------------

# publish VERDICT: the log, whole, under a name of its own before the old name goes to it. A rename on vfat
# takes the name only; where the text begins, and its length, follow when the file itself is synced again.
publish() {
    {
        printf 'VERDICT: %s\n' "$1"
        printf 'This is the log of netfix fix sdcard (to be typed in a checkout: ./jbang fix sdcard FOLDER).\n'
        printf 'The times are of the Pi, whose clock may be wrong.\n\n'
        date -u '+Written %Y-%m-%d %H:%M:%S UTC'
        if [ -s "$run/did" ]; then
            printf '\nDone:\n'
            sed 's/^/  /' "$run/did"
        fi
        if [ -s "$run/failed" ]; then
            printf '\nCould not be done:\n'
            sed 's/^/  /' "$run/failed"
        fi
        if [ -s "$run/seen" ]; then
            printf '\nSeen:\n'
            sed 's/^/  /' "$run/seen"
        fi
        if [ -s "$run/state" ]; then
            printf '\nHow the Pi was found:\n'
            sed 's/^/  /' "$run/state"
        fi
        if [ -s "$run/later" ]; then
            printf '\nWhat became of this boot:\n'
            sed 's/^/  /' "$run/later"
        fi
    } | tr -c '\n -~' '?' | head -c 100000 | sed 's/$/\r/' >"$boot/netfix-rescue-log.new" &&
        sync "$boot/netfix-rescue-log.new" && mv -f "$boot/netfix-rescue-log.new" "$boot/$log" &&
        sync "$boot/$log" "$boot"
}

# What bootdiag would ask, as far as files tell it: names and switches, and nothing that is secret.
state_of() {
    sed -n 's/^PRETTY_NAME=//p' "$R/etc/os-release"
    echo "network manager at boot: $manager"
    for unit in NetworkManager dhcpcd systemd-networkd networking systemd-resolved btwifiset hostapd wpa_supplicant; do
        if masked "$unit.service"; then
            echo "$unit: masked"
        elif enabled "$unit.service"; then
            echo "$unit: enabled"
        elif installed "$unit.service"; then
            echo "$unit: not enabled"
        fi
    done
    for file in "$R$profiles"/*; do
        if [ -f "$file" ]; then
            echo "profile $(stat -c '%a %u:%g' "$file") ${file##*/}: $(grep -h -E '^(type|autoconnect|interface-name)=' "$file" | tr '\n' ' ')"
        fi
    done
    for file in "$R"/etc/netplan/*; do
        if [ -f "$file" ]; then echo "netplan $(stat -c '%a %u:%g' "$file") ${file##*/}"; fi
    done
    for file in "$R"/etc/NetworkManager/conf.d/*; do
        if [ -f "$file" ]; then
            echo "$file: $(grep -h -v -E '^[[:space:]]*(#|$)' "$file" | grep -i -v -E 'psk|password|secret' | tr '\n' ' ')"
        fi
    done
    grep -h -E '^[A-Za-z]+Enabled=' "$R$nm_state" | sed 's/^/NetworkManager.state: /'
    for file in "$R"/var/lib/systemd/rfkill/*; do
        if [ -f "$file" ]; then echo "rfkill ${file##*/}: $(cat "$file")"; fi
    done
    for link in "$R"/sys/class/net/*; do
        if [ -e "$link/device" ]; then echo "interface ${link##*/}"; fi
    done
}

# --- First: the words ---------------------------------------------------------------------------------

# Each step leaves one line that boots: blanks in the words' place, then what follows them, then the length.
words_off() {
    file=$boot/cmdline.txt
    line=$(cat "$file") || return 1
    case $line in
        *"$words"*) ;;
        *netfix-rescue*) return 1 ;;
        *) return 0 ;;
    esac
    before=${line%%"$words"*}
    at=${#before}
    length=${#words}
    size=$(stat -c %s "$file")
    printf "%${length}s" '' |
        dd of="$file" bs="$length" iflag=fullblock oflag=seek_bytes seek="$at" conv=notrunc,fsync 2>/dev/null || return 1
    tail -c "+$((at + length + 1))" "$file" >"$run/tail" || return 1
    dd if="$run/tail" of="$file" bs=4096 oflag=seek_bytes seek="$at" conv=notrunc,fsync 2>/dev/null || return 1
    truncate -s "$((size - length))" "$file" || return 1
    sync "$file" "$boot"
    ! grep -q -F -e 'netfix-rescue' "$file"
}

# --- Who manages the network --------------------------------------------------------------------------

installed() {
    [ -f "$R/lib/systemd/system/$1" ] || [ -f "$R/usr/lib/systemd/system/$1" ] || {
        [ -f "$units/$1" ] && ! [ -L "$units/$1" ]
    }
}

masked() { [ "$(readlink "$units/$1")" = /dev/null ]; }

enabled() {
    if masked "$1"; then return 1; fi
    # What a generator has made for this boot, as netplan's for systemd-networkd, starts at every other one, too.
    for link in "$units"/*.wants/"$1" "$units"/*.requires/"$1" "$R"/run/systemd/generator*/*.wants/"$1"; do
        if [ -L "$link" ]; then return 0; fi
    done
    return 1
}

stanzas() {
    cat "$R/etc/network/interfaces" "$R"/etc/network/interfaces.d/* 2>/dev/null |
        grep -q -E '^[[:space:]]*iface[[:space:]]+(lo[a-z0-9]|[^l])'
}

# configured MANAGER: whether it is installed, and somebody has set it up.
configured() {
    installed "$1.service" || return 1
    case $1 in
        NetworkManager) set -- "$R$profiles"/* ;;
        dhcpcd) set -- "$R/etc/dhcpcd.conf" ;;
        systemd-networkd)
            set -- "$R"/etc/systemd/network/*.network
            # netplan's generator has made them for this boot.
            if ! [ -f "$1" ]; then set -- "$R"/run/systemd/network/*.network; fi
            ;;
    esac
    [ -f "$1" ]
}

# Of several that are enabled NetworkManager is taken. Where none is, none owns an interface; the one that
# somebody has set up was it. Debian brings dhcpcd.conf and /etc/systemd/network to everybody, a saved profile it
# does not; and a mask is put on what ran.
find_manager() {
    if enabled NetworkManager.service; then
        manager=NetworkManager
    elif enabled dhcpcd.service; then
        manager=dhcpcd
    elif enabled systemd-networkd.service; then
        manager=systemd-networkd
    elif enabled networking.service && stanzas; then
        manager=ifupdown
    elif configured NetworkManager; then
        manager=NetworkManager
    elif masked dhcpcd.service && configured dhcpcd; then
        manager=dhcpcd
    elif masked systemd-networkd.service && configured systemd-networkd; then
        manager=systemd-networkd
    elif masked NetworkManager.service && installed NetworkManager.service; then
        manager=NetworkManager
    elif configured dhcpcd; then
        manager=dhcpcd
    elif installed NetworkManager.service; then
        manager=NetworkManager
    elif installed dhcpcd.service; then
        manager=dhcpcd
    else
        manager=none
    fi
}

# Why what is written now is gone after this boot; nothing where it stays (proc_pid_mounts(5)). An overlay whose upper
# half is seen to lie on a disk keeps it (overlayroot=device:...); what raspi-config makes has that half in memory.
fleeting() {
    for folder in /etc /var/lib; do
        awk -v folder="$folder/" '
            function on_disk(path,   i, most, kind) {
                for (i = 1; i <= n; i++)
                    if (where[i] != "/" && index(path "/", where[i]) == 1 && length(where[i]) >= length(most)) {
                        most = where[i]
                        kind = type_of[i] " " with[i]
                    }
                return kind ~ /^(ext4|ext3|ext2|btrfs|xfs|f2fs) / && kind !~ /,ro,/
            }
            {
                at = $2 == "/" ? "/" : $2 "/"
                where[++n] = at
                type_of[n] = $3
                with[n] = "," $4 ","
            }
            index(folder, at) == 1 && length(at) >= length(most) { most = at; type = $3; options = "," $4 "," }
            END {
                name = most == "/" ? "the root" : substr(most, 1, length(most) - 1)
                upper = ""
                if (match(options, /,upperdir=[^,]*/)) upper = substr(options, RSTART + 10, RLENGTH - 10)
                if (type == "overlay" && options !~ /,ro,/ && on_disk(upper))
                    exit
                if (type == "overlay")
                    print name " is an overlay, which forgets every change at a reboot: take overlayroot=tmpfs (or boot=overlay) out of cmdline.txt"
                else if (type ~ /^(tmpfs|ramfs|aufs|squashfs)$/)
                    print name " is a " type ", which forgets every change at a reboot"
                else if (options ~ /,ro,/)
                    print name " is mounted read-only, by fstab, by cmdline.txt or because the card is failing: have it mounted writable"
            }' "$R/proc/mounts"
    done | head -n 1
}

# --- Changes, each with what was there before -----------------------------------------------------------

# keep PATH: the data before the path, which says that the data is whole. $image is then its name.
keep() {
    number=1
    while [ -e "$store/$number.path" ]; do
        image=$store/$number
        if [ "$(cat "$image.path")" = "$1" ]; then return 0; fi
        number=$((number + 1))
    done
    image=$store/$number
    rm -rf "$image.data"
    if [ -e "$R$1" ] || [ -L "$R$1" ]; then cp -a "$R$1" "$image.data" || return 1; fi
    sync
    printf '%s\n' "$1" >"$image.new" && mv "$image.new" "$image.path" && sync
}

# fingerprint FILE: by which an edit shows.
fingerprint() {
    if [ -L "$1" ]; then
        echo "link $(readlink "$1")"
    elif [ -f "$1" ]; then
        sha256sum <"$1"
    else
        echo nothing
    fi
}

# after FINGERPRINT: what becomes of the path that was kept, before it does.
after() { printf '%s\n' "$1" >"$image.after" && sync "$image.after"; }

# put PATH MODE <TEXT
put() {
    folder=$(dirname "$R$1")
    fresh=$folder/.netfix-new
    if keep "$1" && mkdir -p "$folder" && cat >"$fresh" && chmod "$2" "$fresh" && chown "$owner" "$fresh" &&
        sync "$fresh" && after "$(fingerprint "$fresh")" && mv -f -T "$fresh" "$R$1" && sync "$folder"; then
        return 0
    fi
    rm -f "$fresh"
    failed "$1 could not be written$(room "$1")"
    return 1
}

# A full disk is what one can do something about.
room() {
    if [ "$(df -P "$(dirname "$R$1")" 2>/dev/null | awk 'NR == 2 { print $4 }')" = 0 ]; then
        echo ': no space is left on the disk'
    fi
}

take_away() {
    if keep "$1" && after nothing && rm -f "$R$1" && sync; then return 0; fi
    failed "$1 could not be taken away$(room "$1")"
    return 1
}

# The store is one for a boot; a cut leaves it, and the next rescue takes a new number.
new_store() {
    number=1
    while [ -e "$R/var/lib/netfix/rescue/$number" ]; do number=$((number + 1)); done
    store=$R/var/lib/netfix/rescue/$number
    mkdir -p "$store"
}

# --- Wi-Fi: the secret goes from FAT to the disk ----------------------------------------------------------

section() { sed -n "/^--- $1\$/,/^--- /{/^--- /!p;}" "$boot/$key"; }

wifi() {
    if ! [ -f "$boot/$key" ]; then return 0; fi
    wifi_file=$(section name)
    case $(tail -n 1 "$boot/$key")/$wifi_file in
        '--- end/netfix-rescue-'*/*) no_wifi "$key is damaged" ;;
        '--- end/netfix-rescue-'*.nmconnection) add_wifi ;;
        *) no_wifi "$key is cut off" ;;
    esac
    rm -f "$run/conf"
}

# What the manager has wpa_supplicant read. Only the hook that dhcpcd has on Raspberry Pi OS, and not on Debian, takes the
# one without an interface's name; what ifupdown takes its stanza says (wpa-conf).
supplicant_conf() {
    if [ "$manager" = ifupdown ]; then
        stanzas_text | sed -n -E 's/^[[:space:]]*wpa-(conf|roam)[[:space:]]+([^[:space:]]+).*/\2/p' | head -n 1
        return 0
    fi
    named=
    if supplicant_by_hook; then named=/etc/wpa_supplicant/wpa_supplicant.conf; fi
    for file in "$R"/etc/wpa_supplicant/wpa_supplicant-wl*.conf; do
        if [ -f "$file" ]; then named=${file#"$R"}; fi
    done
    printf '%s\n' "$named"
}

supplicant_by_hook() {
    [ "$manager" = dhcpcd ] || return 1
    for hook in "$R"/lib/dhcpcd/dhcpcd-hooks "$R"/usr/lib/dhcpcd/dhcpcd-hooks "$R"/usr/libexec/dhcpcd-hooks; do
        if [ -e "$hook/10-wpa_supplicant" ]; then return 0; fi
    done
    return 1
}

netplan_has() {
    cat "$R"/etc/netplan/*.yaml "$R"/lib/netplan/*.yaml 2>/dev/null | grep -q -E "^[[:space:]]*$1"
}

add_wifi() {
    case $manager in
        NetworkManager)
            conf=$profiles/$wifi_file
            section keyfile >"$run/conf"
            ;;
        dhcpcd | ifupdown | systemd-networkd)
            conf=$(supplicant_conf)
            if [ "$manager" = systemd-networkd ] && { netplan_has wifis: || { [ -z "$conf" ] && netplan_has network:; }; }; then
                no_wifi "netplan configures systemd-networkd here, and a rescue writes no YAML: add the network to a file in /etc/netplan, or use a cable"
                return 0
            fi
            if [ -z "$conf" ] || { [ "$manager" != dhcpcd ] && ! [ -f "$R$conf" ]; }; then
                no_wifi "$manager has no configuration of wpa_supplicant here"
                return 0
            fi
            {
                if [ -s "$R$conf" ]; then
                    cat "$R$conf"
                    # An editor may have left its last line without an end.
                    if [ -n "$(tail -c 1 "$R$conf")" ]; then printf '\n'; fi
                else
                    printf 'ctrl_interface=DIR=/var/run/wpa_supplicant GROUP=netdev\nupdate_config=1\n'
                fi
                if ! grep -q -E '^[[:space:]]*country=' "$R$conf"; then section country; fi
                printf '\n'
                section supplicant
            } >"$run/conf"
            ;;
        *)
            no_wifi 'no network manager is installed'
            return 0
            ;;
    esac
    if put "$conf" 600 <"$run/conf"; then
        did "Wi-Fi network added: $conf"
        printf '%s\n' "$conf" >"$run/added"
    else
        no_wifi "$(tail -n 1 "$run/failed")"
    fi
}

secret_off() {
    if ! [ -e "$boot/$key" ]; then return 0; fi
    dd if=/dev/zero of="$boot/$key" bs="$(stat -c %s "$boot/$key")" count=1 conv=notrunc,fsync 2>/dev/null ||
        failed "$key could not be overwritten"
    rm -f "$boot/$key"
    sync "$boot"
    if [ -e "$boot/$key" ]; then failed "$key, a secret, could not be deleted: delete it"; fi
}

leftovers_off() {
    rm -f "$boot/netfix-rescue.sh" "$boot/netfix-rescue-cmdline.old"
    sync "$boot"
}

# --- The measures' rescue forms, each with its own conditions ---------------------------------------------

nm() { [ "$manager" = NetworkManager ]; }

# Nobody owns the network where no manager is enabled: then the one that had it gets it back. systemd-networkd
# leaves Wi-Fi to an instance of wpa_supplicant for each of its files.
form_networkmanager_at_boot() {
    case $manager in
        NetworkManager)
            at_boot NetworkManager.service NetworkManager.service
            supplicant_unmasked
            ;;
        dhcpcd)
            at_boot dhcpcd.service dhcpcd.service
            if ! supplicant_by_hook; then supplicant_instances; fi
            ;;
        systemd-networkd)
            at_boot systemd-networkd.service systemd-networkd.service
            supplicant_instances
            ;;
    esac
}

# One that was masked, and the one whose file has got the network that was asked for: enabled or not, nobody reads it else.
supplicant_instances() {
    for file in "$R"/etc/wpa_supplicant/wpa_supplicant-*.conf; do
        unit=${file##*/wpa_supplicant-}
        unit=wpa_supplicant@${unit%.conf}.service
        if ! [ -f "$file" ]; then continue; fi
        if masked "$unit" || [ "${file#"$R"}" = "$(cat "$run/added" 2>/dev/null)" ]; then
            at_boot "$unit" wpa_supplicant@.service
        fi
    done
}

# NetworkManager has it started over D-Bus, enabled or not; not where iwd is its backend.
supplicant_unmasked() {
    if ! masked wpa_supplicant.service ||
        grep -q -s -E '^[[:space:]]*wifi\.backend[[:space:]]*=[[:space:]]*iwd' \
            "$R"/etc/NetworkManager/NetworkManager.conf "$R"/etc/NetworkManager/conf.d/*.conf; then
        return 0
    fi
    take_away /etc/systemd/system/wpa_supplicant.service && did 'wpa_supplicant.service, which has Wi-Fi for NetworkManager, was masked: unmasked'
}

# at_boot UNIT FILE
at_boot() {
    if enabled "$1"; then return 0; fi
    if masked "$1"; then
        take_away "/etc/systemd/system/$1" || return 0
        did "$1 was masked: unmasked"
    fi
    if enabled "$1"; then return 0; fi
    for folder in /lib /usr/lib; do
        if [ -f "$R$folder/systemd/system/$2" ]; then
            target=$folder/systemd/system/$2
            link=/etc/systemd/system/multi-user.target.wants/$1
            if keep "$link" && after "link $target" && mkdir -p "$units/multi-user.target.wants" &&
                ln -sf "$target" "$R$link" && sync; then
                did "$1 was not enabled: enabled"
            else
                failed "$1 could not be enabled$(room "$link")"
            fi
            return 0
        fi
    done
}

# A conf.d file that it cannot read, and NetworkManager does not start.
form_readable_configuration() {
    nm || return 0
    for file in "$R"/etc/NetworkManager/NetworkManager.conf "$R"/etc/NetworkManager/conf.d/*.conf; do
        if [ -f "$file" ]; then
            awk '/^[ \t]*(#|\r?$)/ { next }
                /^[ \t]*\[.*\][ \t\r]*$/ { inside = 1; next }
                inside && /^[^=]+=/ { next }
                { bad = 1; exit }
                END { exit !bad }' "$file" || continue
        elif ! [ -L "$file" ]; then
            continue
        fi
        path=${file#"$R"}
        if keep "$path.off" && after "$(fingerprint "$file")" && keep "$path" && after nothing &&
            mv -f -T "$file" "$file.off" && sync; then
            did "$path cannot be read by NetworkManager: now $path.off"
        else
            failed "$path, which NetworkManager cannot read, could not be renamed$(room "$path")"
        fi
    done
}

form_keyfile_modes() {
    nm || return 0
    for file in "$R$profiles"/*.nmconnection; do
        if ! [ -f "$file" ] || [ -L "$file" ]; then continue; fi
        case $(stat -c '%u:%g %a' "$file") in
            "$owner 600" | "$owner 400") ;;
            *)
                if keep "${file#"$R"}" && after "$(fingerprint "$file")" && chown "$owner" "$file" &&
                    chmod 600 "$file" && sync; then
                    did "${file#"$R"}: root's now, mode 0600, so that NetworkManager reads it"
                else
                    failed "${file#"$R"} could not become root's, mode 0600$(room "${file#"$R"}")"
                fi
                ;;
        esac
    done
}

takes_any_ethernet() {
    grep -q -E '^type=(ethernet|802-3-ethernet)' "$1" &&
        ! grep -q -i -E '^(interface-name|mac-address|match)=.|^autoconnect=(false|no|0)|^method=disabled' "$1"
}

# interfaces(5), without comments.
stanzas_text() { sed '/^[[:space:]]*#/d' "$R/etc/network/interfaces" "$R"/etc/network/interfaces.d/* 2>/dev/null; }

# dhcpcd takes up any Ethernet, but for what dhcpcd.conf(5) forbids it; where ifupdown has it, that is right.
wired_by_dhcpcd() {
    conf=/etc/dhcpcd.conf
    if ! [ -f "$R$conf" ]; then return 0; fi
    if enabled networking.service && stanzas_text | grep -q -E '^[[:space:]]*iface[[:space:]]+e'; then return 0; fi
    awk '/^[ \t]*denyinterfaces[ \t]/ {
            line = ""
            n = split($0, word, /[ \t,]+/)
            for (i = 1; i <= n; i++) if (word[i] != "" && word[i] != "denyinterfaces" && word[i] !~ /^e/) line = line " " word[i]
            if ($0 ~ /[ \t,]e/) $0 = line == "" ? "# netfix-rescue: " $0 : "denyinterfaces" line
        }
        /^[ \t]*allowinterfaces[ \t]/ && !/[ \t,](e|\*)/ { $0 = $0 " e*" }
        { print }' "$R$conf" >"$run/dhcpcd.conf" || return 0
    if cmp -s "$R$conf" "$run/dhcpcd.conf"; then return 0; fi
    put "$conf" "$(stat -c %a "$R$conf")" <"$run/dhcpcd.conf" && did "$conf kept dhcpcd off Ethernet (denyinterfaces, allowinterfaces): no more"
}

# A stanza for each Ethernet that none of its files names: what they name, as a bridge's port, has its reason.
wired_by_ifupdown() {
    conf=/etc/network/interfaces
    for client in dhclient dhcpcd udhcpc; do
        if [ -x "$R/sbin/$client" ] || [ -x "$R/usr/sbin/$client" ]; then break; fi
        client=
    done
    for device in "$R"/sys/class/net/e*/device; do
        if ! [ -e "$device" ]; then continue; fi
        link=${device%/device}
        link=${link##*/}
        if ! stanzas_text | grep -q -F -w -e "$link"; then
            lines="allow-hotplug $link
iface $link inet dhcp"
        elif stanzas_text | grep -q -E "^[[:space:]]*iface[[:space:]]+${link}[[:space:]]+inet[[:space:]]+(dhcp|static)" &&
            ! stanzas_text | grep -q -E "^[[:space:]]*(auto|allow-[a-z]+)[[:space:]](.*[[:space:]])?(${link}([[:space:]]|\$)|.*[/*])"; then
            lines="allow-hotplug $link"
        else
            continue
        fi
        if [ -z "$client" ]; then
            seen "$conf: $link is not configured; no DHCP client is installed"
            continue
        fi
        {
            cat "$R$conf"
            printf '\n# Added by netfix-rescue.\n%s\n' "$lines"
        } >"$run/interfaces" 2>/dev/null
        put "$conf" 644 <"$run/interfaces" && did "$conf did not bring up $link at a boot: $(echo "$lines" | tr '\n' ';')"
    done
}

form_wired_profile() {
    case $manager in
        NetworkManager)
            for file in "$R$profiles"/*.nmconnection; do
                if [ -f "$file" ] && takes_any_ethernet "$file"; then return 0; fi
            done
            if [ -e "$R$wired_file" ]; then
                seen "$wired_file is there and is bound to one interface, or is not to connect by itself"
                return 0
            fi
            put "$wired_file" 600 <<'NETFIX_WIRED' && did "no saved profile took up any Ethernet at a boot: $wired_file"
@WIRED_TEXT@
NETFIX_WIRED
            ;;
        systemd-networkd)
            for file in "$R"/etc/systemd/network/*.network "$R"/run/systemd/network/*.network "$R"/etc/netplan/*.yaml; do
                if [ -f "$file" ]; then return 0; fi
            done
            put /etc/systemd/network/99-netfix-wired.network 644 <<'NETFIX_NETWORK' && did 'systemd-networkd had no configuration at all: /etc/systemd/network/99-netfix-wired.network'
# Written by netfix's rescue: any Ethernet, by DHCP, after every other file.
[Match]
Type=ether
Name=e*

[Network]
DHCP=yes
NETFIX_NETWORK
            ;;
        dhcpcd) wired_by_dhcpcd ;;
        ifupdown) wired_by_ifupdown ;;
        *) seen "the wired configuration of $manager is left as it is" ;;
    esac
}

# A Wi-Fi network without an address is none: where no file of networkd's takes up Wi-Fi, one that comes after every other.
form_wifi_address() {
    if [ "$manager" != systemd-networkd ] || ! [ -s "$run/added" ]; then return 0; fi
    if cat "$R"/etc/systemd/network/*.network "$R"/run/systemd/network/*.network 2>/dev/null |
        grep -q -E '^(Type=.*wlan|Name=(.*[[:space:]])?(wl|\*))'; then
        return 0
    fi
    put /etc/systemd/network/99-netfix-wifi.network 644 <<'NETFIX_WIFI' && did 'no file of systemd-networkd took up Wi-Fi: /etc/systemd/network/99-netfix-wifi.network'
# Written by netfix's rescue: Wi-Fi, by DHCP, after every other file.
[Match]
Type=wlan

[Network]
DHCP=yes
NETFIX_WIFI
}

form_networking_on() {
    if nm && grep -q -i -E '^(NetworkingEnabled|WirelessEnabled)[[:space:]]*=[[:space:]]*false' "$R$nm_state"; then
        sed -E 's/^(NetworkingEnabled|WirelessEnabled)[[:space:]]*=.*/\1=true/' "$R$nm_state" >"$run/nm-state" &&
            put "$nm_state" "$(stat -c %a "$R$nm_state")" <"$run/nm-state" &&
            did 'networking or Wi-Fi was switched off: switched on'
    fi
    for file in "$R"/var/lib/systemd/rfkill/*wlan; do
        if [ -f "$file" ] && [ "$(cat "$file")" = 1 ]; then
            echo 0 | put "${file#"$R"}" "$(stat -c %a "$file")" && did "Wi-Fi was blocked (${file##*/}): unblocked"
        fi
    done
    # systemd-rfkill keeps what is so now, too.
    for file in "$R"/sys/class/rfkill/*; do
        if [ "$(cat "$file/type" 2>/dev/null)" = wlan ] && [ "$(cat "$file/soft")" = 1 ]; then
            echo 0 >"$file/soft"
        fi
    done
}

# Which board this is, as lib/Board.java tells it; nothing where nothing does.
board() {
    for file in "$R/sys/firmware/devicetree/base/serial-number" "$R/sys/class/dmi/id/product_uuid"; do
        if [ -s "$file" ]; then
            tr -d '\000\n ' <"$file"
            return
        fi
    done
    sed -n 's/^Serial[[:space:]]*: *//p' "$R/proc/cpuinfo" | head -n 1
}

# A cloned card holds what worked on somebody else's Pi.
on_another_board() {
    theirs=$(sed -n 's/^board //p' "$R/var/lib/netfix/monitor/memory" 2>/dev/null)
    ours=$(board 2>/dev/null)
    [ -n "$ours" ] && [ -n "$theirs" ] && [ "$theirs" != - ] && [ "$theirs" != "$ours" ]
}

# Copies that network-monitor kept: a mark, the file, the interface, the time, and then the profile.
form_known_good() {
    nm || return 0
    if grep -q -E '^type=(wifi|802-11-wireless)' "$R$profiles"/*.nmconnection 2>/dev/null; then return 0; fi
    # On Trixie they are netplan's; a copy would stand before them with its old password.
    if grep -q -E '^[[:space:]]+wifis:' "$R"/etc/netplan/*.yaml 2>/dev/null; then return 0; fi
    for copy in "$R"/var/lib/netfix/known-good/*; do
        if ! [ -f "$copy" ] || [ "$(sed -n 1p "$copy")" != netfix/known-good/1 ]; then continue; fi
        path=$(sed -n 2p "$copy")
        case $path in
            "$profiles"/*/* | "$profiles"/.*) continue ;;
            "$profiles"/*.nmconnection) ;;
            *) continue ;;
        esac
        if [ -e "$R$path" ] || ! tail -n +5 "$copy" | grep -q -E '^type=(wifi|802-11-wireless)'; then continue; fi
        if on_another_board; then
            seen 'this card was moved to another board: Wi-Fi profiles that worked on that one are not put back'
            return 0
        fi
        tail -n +5 "$copy" | put "$path" 600 && did "no Wi-Fi profile was left: $path is back, as it last worked"
    done
}

# A word of the owner's stays; no rescue helps where it keeps off what the boot needs.
masked_by_kernel_line() {
    for word in $(tr '"' ' ' <"$boot/cmdline.txt"); do
        case $word in
            systemd.mask="$manager" | systemd.mask="$manager.service" | systemd.mask=wpa_supplicant | systemd.mask=wpa_supplicant.service)
                seen "cmdline.txt has $word, which keeps it off at every boot: take that word out, unless it is meant"
                ;;
        esac
    done
}

work() {
    form_networkmanager_at_boot
    form_readable_configuration
    form_keyfile_modes
    form_wired_profile
    form_wifi_address
    form_networking_on
    form_known_good
    masked_by_kernel_line
    true >"$run/finished"
}

# --- The way back: what was kept, the newest rescue first ----------------------------------------------------

restore() {
    number=1
    last=
    while [ -e "$R/var/lib/netfix/rescue/$number" ]; do
        store=$R/var/lib/netfix/rescue/$number
        if [ -e "$store/1.path" ] && ! [ -e "$store/restored" ]; then last=$number; fi
        number=$((number + 1))
    done
    if [ -z "$last" ]; then
        seen 'no rescue has changed anything, or it is restored already'
        true >"$run/finished"
        return 0
    fi
    store=$R/var/lib/netfix/rescue/$last
    number=1
    while [ -e "$store/$number.path" ]; do number=$((number + 1)); done
    while [ "$number" -gt 1 ]; do
        number=$((number - 1))
        put_back "$store/$number"
    done
    sync
    if ! [ -s "$run/failed" ]; then true >"$store/restored"; fi
    sync
    true >"$run/finished"
}

# put_back IMAGE: what somebody has edited since stays, and so does what a rescue that was cut never changed.
put_back() {
    path=$(cat "$1.path")
    now=$(fingerprint "$R$path")
    if [ "$now" != "$(cat "$1.after" 2>/dev/null)" ]; then
        if [ "$now" != "$(fingerprint "$1.data")" ]; then
            seen "$path was edited after the rescue: left as it is; before the rescue it was ${1#"$R"}.data (no such file: it was not there)"
        fi
        return 0
    fi
    if [ -e "$1.data" ] || [ -L "$1.data" ]; then
        fresh=$(dirname "$R$path")/.netfix-new
        rm -rf "$fresh"
        if cp -a "$1.data" "$fresh" && mv -f -T "$fresh" "$R$path"; then
            did "restored: $path"
        else
            rm -rf "$fresh"
            failed "$path could not be restored$(room "$path")"
        fi
    elif [ -e "$R$path" ] || [ -L "$R$path" ]; then
        if rm -f "$R$path"; then did "taken away again: $path"; else failed "$path could not be taken away"; fi
    fi
}

# --- What comes later in this boot, where it is only recorded ---------------------------------------------------

# What docker0 or a VPN has leads nobody here; a bridge's or a VLAN's address does, by the port below it.
has_address() {
    for device in "$R"/sys/class/net/*/device "$R"/sys/class/net/*/phy80211 "$R"/sys/class/net/*/lower_*/device; do
        link=${device#"$R"/sys/class/net/}
        if [ -e "$device" ] && ip -o addr show dev "${link%%/*}" scope global | grep -q .; then return 0; fi
    done
    return 1
}

later() {
    {
        ip -o addr show scope global
        ip route show
        nmcli -t -f DEVICE,TYPE,STATE,CONNECTION device status
        systemctl --no-pager --plain --failed --no-legend
    } >"$run/later" 2>&1
    if has_address; then
        publish 'RECORDED ONLY. The Pi had an address two and a half minutes after this boot began.'
    else
        publish 'RECORDED ONLY. NOT REACHABLE: no interface had an address after two and a half minutes. Next: fix sdcard without --diagnose-only'
    fi
}

# --- One boot -----------------------------------------------------------------------------------------------------

owner=$(stat -c %u:%g "$R/etc")
case ${1:-} in
    work)
        store=$2
        manager=$3
        case ${4:-} in
            restore) restore ;;
            *) work ;;
        esac
        exit 0
        ;;
    later)
        boot=$2
        later
        exit 0
        ;;
esac

mkdir -p "$run"
rm -f "$run/did" "$run/seen" "$run/failed" "$run/no-wifi" "$run/added" "$run/finished" "$run/state" "$run/later"
# Not with `:`, a special builtin: where its redirection fails, dash ends.
if ! true 2>/dev/null >>"$boot/cmdline.txt"; then
    mount -o remount,rw "$boot"
fi
if ! words_off; then
    # It would be started at every boot, and must then not do anything, least of all reboot.
    echo 'netfix: cmdline.txt on the boot partition cannot be changed; nothing was done' >&2
    exit 1
fi
find_manager
lost=$(fleeting)
state_of >"$run/state" 2>/dev/null
if [ "$mode" = repair ]; then
    if [ -z "$lost" ]; then
        new_store
        wifi
    elif [ -e "$boot/$key" ]; then
        failed "no Wi-Fi network was added, and its key is deleted here: give --wifi again then"
    fi
fi
secret_off
timeout -k 5 20 journalctl -q --no-pager -b -1 -u NetworkManager -p warning -n 40 -o short-monotonic >>"$run/state" 2>/dev/null
if [ "$mode" = record ]; then
    if [ -n "$lost" ]; then seen "$lost"; fi
    masked_by_kernel_line
    publish 'RECORDED ONLY; what becomes of this boot follows in two and a half minutes.'
    cp "$self" "$run/rescue.sh"
    systemd-run --quiet --collect --unit=netfix-rescue-record --on-active=150 /bin/sh "$run/rescue.sh" later "$boot"
    leftovers_off
    exit 0
fi
if [ -n "$lost" ]; then
    leftovers_off
    publish "NOTHING WAS CHANGED: $lost; then run fix sdcard again. The Pi boots on as it is."
    exit 0
fi
publish 'BEGUN, and not finished: if this is all, the power went. Run fix sdcard again.'
if [ "$mode" = restore ]; then
    timeout -k 9 "$limit" /bin/sh "$self" work none "$manager" restore
else
    timeout -k 9 "$limit" /bin/sh "$self" work "$store" "$manager"
    # Where nothing was changed there is nothing to restore either.
    rmdir "$store" 2>/dev/null
fi
leftovers_off
next='the Pi boots on as it is'
if ! [ -e "$run/finished" ]; then
    next="the rest was NOT FINISHED within $limit s, and the Pi boots on"
elif [ -s "$run/did" ]; then
    next='what is below was done, and the Pi reboots once'
fi
if [ -s "$run/no-wifi" ]; then
    publish "THE WI-FI NETWORK WAS NOT ADDED: $(cat "$run/no-wifi"); $next. Its key is deleted here: then run fix sdcard --wifi again."
elif ! [ -e "$run/finished" ]; then
    publish "NOT FINISHED within $limit s; what is below was done. The Pi boots on."
elif [ -s "$run/failed" ]; then
    publish "NOT EVERYTHING COULD BE DONE, see below; $next."
elif [ "$mode" = restore ]; then
    if ! [ -s "$run/did" ]; then
        publish 'NOTHING WAS RESTORED, see below; the Pi boots on as it is.'
    elif [ -s "$run/seen" ]; then
        publish 'RESTORED, but for what was edited since the last rescue, see below; the Pi reboots once.'
    else
        publish 'RESTORED: what the last rescue changed is as it was before; the Pi reboots once.'
    fi
elif ! [ -s "$run/did" ]; then
    publish 'NOTHING TO MEND was found; the Pi boots on as it is. fix sdcard --diagnose-only records what becomes of a boot.'
else
    publish 'MENDED, see below; the Pi reboots once. If it cannot be reached in five minutes: fix sdcard --diagnose-only'
fi
if [ -e "$run/finished" ] && [ -s "$run/did" ]; then
    systemctl --no-block reboot
fi
exit 0

fi
