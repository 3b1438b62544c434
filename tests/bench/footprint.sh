#!/bin/sh
# What network-monitor costs: the memory (PSS, proc(5)) of its whole cgroup after many incidents against a JVM beside it that
# only says hello and waits; the CPU of both and what the monitor writes to the disk while nothing happens. On the virtual
# Pi only: it breaks the network.
#
#   INCIDENTS=100 EVERY=36 EVENTS=10000 IDLE=600 sh footprint.sh
#
# 20 incidents, one every 36 seconds, 10000 events of the kernel's and 300 idle seconds where nothing is said. Ends with 1 where an
# incident was not healed, where the memory is more than 1.4 times the other JVM's or has grown by a twentieth over the events, or
# the CPU while nothing happens is more than twice its, or where something was written.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

incidents=${INCIDENTS:-20}
idle=${IDLE:-300}
every=${EVERY:-36}
events=${EVENTS:-10000}
world=/opt/lab/guest/world.sh
unit=network-monitor.service

if ! [ -r "$world" ]; then
    echo 'footprint.sh: it runs on the virtual Pi of the lab only' >&2
    exit 2
fi
work=$(mktemp -d) || exit
trap 'kill "$hello" 2>/dev/null; rm -rf "$work"' EXIT

# That the figures are those of one and the same process: one that died has no memory, and another one has not grown.
main_pid() { systemctl show -p MainPID --value "$unit"; }

of_unit() { cat "/sys/fs/cgroup$(systemctl show -p ControlGroup --value "$unit")/cgroup.procs"; }

# sum FILE KEY PID...: of that line of that file in proc(5)
sum() {
    file=$1 key=$2 total=0
    shift 2
    for pid in "$@"; do
        value=$(sed -n "s/^$key: *\\([0-9]*\\).*/\\1/p" "/proc/$pid/$file" 2>/dev/null)
        total=$((total + ${value:-0}))
    done
    printf '%s\n' "$total"
}

pss() { sum smaps_rollup Pss "$@"; } # PID...: kB

written() { sum io write_bytes "$@"; } # PID...: bytes that reached the disk

# PID...: microseconds of CPU of all their threads. (In proc(5)'s hundredths of a second both would be next to nothing; the
# first number of schedstat is in nanoseconds: the kernel's Documentation/scheduler/sched-stats.rst.)
cpu_of() {
    for pid in "$@"; do cat "/proc/$pid/task"/*/schedstat 2>/dev/null; done | awk '{ total += $1 } END { printf "%d\n", total / 1000 }'
}

# What has ended meanwhile counts, too: a look's threads, and the commands that it asks. Documentation/admin-guide/cgroup-v2.rst.
unit_cpu() { sed -n 's/^usage_usec //p' "/sys/fs/cgroup$(systemctl show -p ControlGroup --value "$unit")/cpu.stat"; }

# Not the ping alone: an interface whose routes are gone may answer its neighbours.
reached() {
    sh "$world" reach eth0 >/dev/null 2>&1 && sh "$world" reach wlan0 >/dev/null 2>&1 &&
        ip route show default | grep -q eth0 && ip route show default | grep -q wlan0
}

# A class in a jar would be as well; a JDK is there.
cat >"$work/Hello.java" <<'EOF'
public class Hello {
    public static void main(String[] args) throws Exception {
        System.out.println("hello");
        Thread.sleep(Long.MAX_VALUE);
    }
}
EOF
taskset -c 0 javac -d "$work" "$work/Hello.java" || exit
java -XX:+UseSerialGC -cp "$work" Hello >/dev/null &
hello=$!
sleep 10

systemctl start "$unit"
sleep 30
its=$(main_pid)
# shellcheck disable=SC2046
echo "before: $(pss $(of_unit)) kB in $(of_unit | wc -l) processes, hello $(pss "$hello") kB"
# One fault again and again would be a relapse, for which the monitor waits longer each time: they take turns, and so far apart
# that the one before it has lasted.
fault() { # NUMBER
    case $(($1 % 5)) in
        0) nmcli device disconnect eth0 ;;
        1) ip link set wlan0 down ;;
        2) ip addr flush dev eth0 ;;
        3) nmcli radio wifi off ;;
        *) ip route flush dev eth0 ;;
    esac >/dev/null 2>&1
}
healed=0
n=0
while [ "$n" -lt "$incidents" ]; do
    next=$(($(cut -d. -f1 /proc/uptime) + every))
    fault "$n"
    n=$((n + 1))
    sleep 2
    latest=$(($(cut -d. -f1 /proc/uptime) + 73))
    back=
    while [ -z "$back" ] && [ "$(cut -d. -f1 /proc/uptime)" -lt "$latest" ]; do
        if reached; then back=yes; else sleep 1; fi
    done
    if [ -n "$back" ]; then healed=$((healed + 1)); else echo "not healed: fault $(((n - 1) % 5)), incident $n"; fi
    while [ "$(cut -d. -f1 /proc/uptime)" -lt "$next" ]; do sleep 1; done
done
echo "$healed of $incidents incidents healed"
sleep 30

# The kernel's events, as many as it is told of: an address comes and goes. The first flood is for the JVM to settle by.
ip link add name flood type dummy
ip link set flood up
flood() {
    i=0
    while [ "$i" -lt $((events / 2)) ]; do
        i=$((i + 1))
        echo "address add 10.77.$((i / 250 % 250)).$((i % 250 + 1))/32 dev flood"
        echo "address del 10.77.$((i / 250 % 250)).$((i % 250 + 1))/32 dev flood"
    done | ip -batch -
    sleep 30
    # shellcheck disable=SC2046
    pss $(of_unit)
}
settled=$(flood)
grown=$(flood)
ip link del flood
# That, too, is looked at.
sleep 60
echo "memory after $events events: $settled kB, after as many again: $grown kB"

# shellcheck disable=SC2046
memory=$(pss $(of_unit))
beside=$(pss "$hello")
awk -v own="$memory" -v other="$beside" 'BEGIN { printf "memory: %d kB, hello %d kB, ratio: %.2f\n", own, other, own / other }'
# shellcheck disable=SC2046
set -- $(of_unit)
cpu=$(unit_cpu)
other=$(cpu_of "$hello")
bytes=$(written "$@")
sleep "$idle"
cpu=$(($(unit_cpu) - cpu))
other=$(($(cpu_of "$hello") - other))
bytes=$(($(written "$@") - bytes))
awk -v idle="$idle" -v own="$cpu" -v other="$other" -v bytes="$bytes" 'BEGIN {
    printf "idle for %d s: %.1f ms of CPU, hello %.1f ms, ratio: %.2f; %d bytes written to the disk\n",
        idle, own / 1000, other / 1000, (other ? own / other : 0), bytes }'
failed=0
if [ "$its" = 0 ] || [ "$(main_pid)" != "$its" ]; then
    echo "the monitor has not run all the time: its process was $its, and is $(main_pid)"
    failed=1
fi
if [ "$other" -le 0 ]; then
    echo "the other JVM's CPU could not be read (/proc/$hello/task/*/schedstat)"
    failed=1
fi
if [ "$cpu" -gt $((other * 2)) ]; then
    echo "too much CPU while nothing happens: $cpu us are more than twice $other us"
    failed=1
fi
if [ "$healed" -lt "$incidents" ]; then
    echo "too few: $healed of $incidents incidents healed"
    failed=1
fi
if [ $((memory * 10)) -gt $((beside * 14)) ]; then
    echo "too much memory: $memory kB are more than 1.4 times $beside kB"
    failed=1
fi
if [ $((grown * 20)) -gt $((settled * 21)) ]; then
    echo "the memory grows: $settled kB, and $grown kB after $events more events"
    failed=1
fi
if [ "$bytes" -gt 0 ]; then
    echo 'something was written while nothing happened'
    failed=1
fi
exit "$failed"
