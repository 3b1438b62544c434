#!/bin/sh
# How long the installed commands take from start to finish, in one run: against a shell script that runs the same commands in
# a row and a JVM that only says hello, and against the java that the launcher becomes. As root, where netfix is installed.
#
#   ROUNDS=5 sh installed.sh [--at-most COMMANDS LAUNCHER] [verify|diagnose...]      both scripts where none is named
#
# --at-most 1 1.05: exit status 1 where, in the middle one of the rounds, a script takes more than 1 times what the commands and
# hello take together, or more than 1.05 times what its java takes.
set -u
LC_ALL=C
export LC_ALL

netfix=/usr/local/lib/netfix
rounds=${ROUNDS:-5}
most_commands=
most_launcher=
if [ "${1:-}" = --at-most ]; then
    case ${2:-}/${3:-} in
        *[!0-9./]* | /* | */)
            echo 'installed.sh: --at-most wants two numbers, as in --at-most 1 1.05' >&2
            exit 2
            ;;
    esac
    most_commands=$2
    most_launcher=$3
    shift 3
fi

if ! [ -r "$netfix/builds/verify/start" ] || [ "$(id -u)" -ne 0 ]; then
    echo 'installed.sh: as root, after sudo ./jbang install' >&2
    exit 2
fi
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT

cat >"$work/Hello.java" <<'EOF'
public class Hello {
    public static void main(String[] args) {
        System.out.println("hello");
    }
}
EOF
taskset -c 0 javac -d "$work" "$work/Hello.java" || exit

# direct SCRIPT ARGUMENT...: what its launcher ends in.
direct() {
    folder=$netfix/builds/$1
    shift
    { IFS= read -r java && IFS= read -r words; } <"$folder/start"
    if [ -r "$folder/classes.jsa" ]; then words="-XX:SharedArchiveFile=$folder/classes.jsa $words"; fi
    eval "\"\$java\" $words \"\$@\""
}

# Every program on PATH as one that writes down its words and becomes the real one.
mkdir "$work/programs"
cat >"$work/program" <<'EOF'
#!/bin/sh
PATH=$NETFIX_PATH
line=
for word in "${0##*/}" "$@"; do line="$line '$(printf '%s' "$word" | sed "s/'/'\\\\''/g")'"; done
printf '%s >/dev/null 2>&1\n' "$line" >>"$NETFIX_BASELINE"
exec "${0##*/}" "$@"
EOF
chmod +x "$work/program"
search=$PATH
printf '%s:/usr/sbin:/sbin' "$search" | tr : '\n' | while IFS= read -r folder; do
    for program in "$folder"/*; do
        if [ -x "$program" ]; then ln -s ../program "$work/programs/${program##*/}" 2>/dev/null; fi
    done
done

# baseline SCRIPT ARGUMENT...: $work/SCRIPT.sh runs the commands that this start really runs.
baseline() {
    baseline=$work/$1.sh
    echo 'export LC_ALL=C' >"$baseline"
    (
        NETFIX_BASELINE=$baseline NETFIX_PATH=$search
        PATH=$work/programs:$search
        export NETFIX_BASELINE NETFIX_PATH PATH
        direct "$@"
    ) >/dev/null 2>&1 </dev/null
    echo 'exit 0' >>"$baseline"
}
# took COMMAND...: milliseconds.
took() {
    begun=$(date +%s%N)
    "$@" >/dev/null 2>&1
    echo $((($(date +%s%N) - begun) / 1000000))
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

java -version 2>&1 | head -n 1
printf '%-9s %8s %7s %7s %9s %8s   %s\n' script commands sh hello installed java \
    'installed / (sh + hello)   installed / java  (milliseconds)'
# bound SCRIPT COLUMN MOST NAME: whether the middle one of that column, of what was printed, is small enough.
bound() {
    middle=$(sort -n -k "$2,$2" "$work/$1.rounds" | awk -v column="$2" '
        { value[NR] = $column }
        END { print value[int((NR + 1) / 2)] }')
    if awk -v a="$middle" -v b="$3" 'BEGIN { exit !(a <= b) }'; then
        echo "$1: $4 $middle, at most $3: good"
    else
        echo "$1: $4 $middle, at most $3: TOO SLOW"
        slow=1
    fi
}

slow=0
scripts=${*:-verify diagnose}
for script in $scripts; do
    case $script in
        verify) set -- verify-fixes.sh ;;
        diagnose) set -- diagnose-network-failure.sh --watch 0 ;;
        *)
            echo "installed.sh: $script is neither verify nor diagnose" >&2
            exit 2
            ;;
    esac
    command=$1
    shift
    baseline "$script" "$@"
    commands=$(grep -c '/dev/null' "$work/$script.sh")
    round=0
    while [ "$round" -lt "$rounds" ]; do
        round=$((round + 1))
        sh=$(took sh "$work/$script.sh")
        hello=$(took java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$work" Hello)
        installed=$(took "$command" "$@")
        java=$(took direct "$script" "$@")
        printf '%-9s %8d %7d %7d %9d %8d   %-26s %s\n' "$script" "$commands" "$sh" "$hello" "$installed" "$java" \
            "$(ratio "$installed" $((sh + hello)))" "$(ratio "$installed" "$java")" | tee -a "$work/$script.rounds"
    done
    if [ -n "$most_commands" ]; then
        bound "$script" 7 "$most_commands" 'installed / (sh + hello)'
        bound "$script" 8 "$most_launcher" 'installed / java'
    fi
done
exit "$slow"
