#!/bin/sh
# Starts a script of netfix's from /usr/local/lib/netfix, built from its sources as they are now. `jbang install` writes
# this into /usr/local/bin once for each script, under its documented name and with its own name in the line below.
#
# A start costs hardly more than java does: the command line that JBang prints for the script is kept beside its build, with
# the sha256 of all that it was made of. (Hashes, because a Pi has no clock at boot.) Where one of them is another now,
# the script is built again, without a network: in place by root, in a cache of their own by everybody else.
#
#   NETFIX_BUILD=rehearsal   builds, starts once with the arguments to see which classes that takes, and makes the archive
#                            with which they are loaded faster (java(1), "Application Class Data Sharing")
#   NETFIX_BUILD=ahead       for a unit's ExecStartPre: what was edited is built, in a unit of its own, for javac takes more
#                            memory than a service may; nothing is started
#   NETFIX_BUILD=alone       the same, here
#   NETFIX_BUILD=never       for a unit's ExecStart: the last good build runs; where it is not of the sources as they are, the
#                            journal is told
#   NETFIX_JAVA_OPTIONS      options of java in the place of the script's own
#
# Exit 2: the sources do not compile (javac has said why). Exit 3: there is no Java. Otherwise the script's.
set -u

script=
netfix=/usr/local/lib/netfix

if [ -n "$script" ]; then
    # The word that was typed is what help and messages show.
    NETFIX_COMMAND=${0##*/}
    export NETFIX_COMMAND
else
    script=${1:-}
    if [ $# -gt 0 ]; then shift; fi
    # boot-diagnostic.sh, which is bootdiag's own launcher, has said its name already.
    if [ "$script" != bootdiag ]; then unset NETFIX_COMMAND; fi
fi

say() { printf 'netfix: %s\n' "$*" >&2; }

source=$netfix/$script.java
main=$script
if [ "$script" = uninstall ]; then
    source=$netfix/lib/Uninstall.java
    main=netfix.Uninstall
fi
if ! [ -r "$source" ]; then
    say "$source is not there; install netfix again (sudo ./jbang install in a checkout)"
    exit 3
fi

# A JVM takes the names of files for ASCII where the locale says so: a serial console, a cron job, a unit, or a name that
# ssh has brought along and that was never generated here (de_DE.UTF-8; macOS sends LC_CTYPE=UTF-8). C.UTF-8 is on every Debian.
LC_ALL=C.UTF-8
export LC_ALL

# kept FOLDER: reads the command line that is kept there: java, and the words after it, quoted for sh. What it names has to
# be there: java, and the build, which comes first on the class path.
kept() {
    java='' words=''
    [ -r "$1/start" ] || return 1
    { IFS= read -r java && IFS= read -r words; } <"$1/start" && [ -x "$java" ] || return 1
    eval "classpath_of $words"
    [ -r "${classpath%%:*}" ]
}

# fresh FOLDER: kept, and of the sources as they are.
fresh() { kept "$1" && sha256sum --check --status "$1/sums" 2>/dev/null; }

# shellcheck disable=SC2317 # eval calls it, by way of remember
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

# build PLACE: builds the script in PLACE, of which every file is the builder's own. One at a time: of two cold builds
# each reads the half-written jar of the other. All scripts are built at once, which takes hardly longer than one of them;
# a script whose sources are as they were goes on with the jar that it has.
build() {
    place=$1
    folder=$place/$script
    mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] || return 1
    exec 9>>"$place/lock" || return 1
    if command -v flock >/dev/null; then
        flock -n 9 || {
            if [ -t 2 ]; then say 'waiting for another start to finish its build'; fi
            flock 9
        }
        if fresh "$folder"; then
            exec 9>&-
            return 0
        fi
    fi
    # Before the build: an edit while it lasts is seen at the next start.
    sums=$(sha256sum "$source" "$netfix"/lib/*.java "$netfix"/lib/*.sh)
    status=0
    printed=$(
        exec 9>&-
        NETFIX_ONLY_PRINT=1 JBANG_DIR=$place/jbang JBANG_CACHE_DIR=$place/jbang/cache JBANG_REPO=$netfix/m2 \
            XDG_CACHE_HOME=$place CI='' JBANG_YES='' "$netfix/jbang" -o install@netfix </dev/null
    ) || status=$?
    if [ "$status" -eq 255 ]; then
        eval "remember $printed" || status=1
    elif [ -n "$printed" ]; then
        printf '%s\n' "$printed" >&2
    fi
    exec 9>&-
    if [ "$status" -ne 255 ]; then failed=$status; fi
    [ "$status" -eq 255 ]
}

# classpath_of WORD...: sets classpath to the one of that command line.
# shellcheck disable=SC2317 # eval calls it
classpath_of() {
    classpath=
    for word in "$@"; do
        if [ "$classpath" = next ]; then
            classpath=$word
            return
        fi
        case $word in -cp | -classpath) classpath=next ;; esac
    done
}

# remember JAVA WORD...: keeps the script's command line, made from the one that JBang has printed, in an order in which a
# power cut leaves either what was, or what has to be built again.
# shellcheck disable=SC2317 # eval calls it
remember() {
    java=$1
    classpath_of "$@"
    words="$(sed -n 's|^//JAVA_OPTIONS ||p' "$source" | tr '\n' ' ')-classpath $(quoted "$classpath") $main"
    rm -f "$folder/sums" "$folder/classes.jsa"
    printf '%s\n%s\n' "$java" "$words" >"$folder/start.new" && mv "$folder/start.new" "$folder/start" || return 1
    {
        printf '%s\n' "$sums"
        # An archive of classes, and the build too, is for one JVM.
        sha256sum "${java%/bin/java}/release" 2>/dev/null
    } >"$folder/sums.new" && mv "$folder/sums.new" "$folder/sums" || return 1
    for old in "$place"/jbang/cache/jars/*; do
        if ! grep -q -s -F "$old/" "$place"/*/start; then rm -rf "$old"; fi
    done
    if [ -s "$folder/classes" ]; then
        # Those of the build before are all but the same. Nobody waits for it.
        ({ flock 8; eval "archive $words"; } 8>>"$folder/archive.lock" </dev/null >/dev/null 2>&1 9>&- &)
    fi
}

# archive WORD...: makes the archive of the classes that are listed, for a start with these words.
# shellcheck disable=SC2317 # eval calls it
archive() {
    classpath_of "$@"
    rm -f "$folder/classes.jsa"
    # With G1, because no other collector of JDK 17 can put ready-made objects into an archive.
    if nice "$java" -XX:+UseG1GC -Xlog:disable -Xshare:dump "-XX:SharedClassListFile=$folder/classes" \
        "-XX:SharedArchiveFile=$folder/classes.new" -cp "$classpath"; then
        mv "$folder/classes.new" "$folder/classes.jsa"
    else
        rm -f "$folder/classes.new"
    fi
}

# listable FOLDER ARGUMENT...: this start needs the classes that others will need.
listable() {
    shift
    case " $* " in
        *' --help '* | *' -h '* | *' --version '* | *' -V '* | *' status '*) return 1 ;;
        *) return 0 ;;
    esac
}

# run FOLDER ARGUMENT...: becomes the script.
run() {
    shared=-Xlog:disable
    if [ -n "${NETFIX_JAVA_OPTIONS:-}" ]; then
        eval "classpath_of $words"
        words="$NETFIX_JAVA_OPTIONS -classpath $(quoted "$classpath") $main"
    elif [ -r "$1/classes.jsa" ]; then
        # shellcheck disable=SC2034 # eval reads it
        shared=-XX:SharedArchiveFile=$1/classes.jsa
    elif [ -e "$netfix/builds/flashed" ] && [ -w "$1" ]; then
        # netfix came with the image, and nobody has rehearsed here: the first start lists its classes, the next one makes
        # the archive.
        if [ -s "$1/classes" ]; then
            folder=$1
            ({ flock -n 8 && eval "archive $words"; } 8>>"$1/archive.lock" </dev/null >/dev/null 2>&1 &)
        elif listable "$@"; then
            # shellcheck disable=SC2034 # eval reads it
            shared=-XX:DumpLoadedClassList=$1/classes
        fi
    fi
    shift
    # So that netfix can say how it is started again.
    JBANG_LAUNCH_CMD=$netfix/jbang
    export JBANG_LAUNCH_CMD
    unset NETFIX_BUILD NETFIX_JAVA_OPTIONS
    eval "exec \"\$java\" \"\$shared\" $words \"\$@\""
}

if ! [ -e "$netfix/.jbang/jbang.jar" ] && [ -d "$netfix/jars" ]; then
    # A fix put this here, and nobody has installed netfix: there is nothing to build with.
    if [ "${NETFIX_BUILD:-}" = ahead ]; then exit 0; fi
    options=${NETFIX_JAVA_OPTIONS:-$(sed -n 's|^//JAVA_OPTIONS ||p' "$source")}
    # shellcheck disable=SC2086 # a list of words
    exec java $options -cp "$netfix/jars/*" "$main" "$@"
fi

ours=$netfix/builds/$script
if [ "${NETFIX_BUILD:-}" = rehearsal ]; then
    failed=3
    # Listed anew: a build that finds a list makes an archive by it, at the same time.
    rm -f "$ours/classes"
    fresh "$ours" || build "$netfix/builds" || exit "$failed"
    folder=$ours
    eval "\"\$java\" \"-XX:DumpLoadedClassList=\$folder/classes\" $words \"\$@\"" </dev/null >/dev/null 2>&1 || true
    if ! [ -s "$folder/classes" ]; then
        say "$script was built and does not start: sh $netfix/lib/launcher.sh $script shows why"
        exit 3
    fi
    eval "archive $words" </dev/null >/dev/null 2>&1
    exit 0
fi

if [ "${NETFIX_BUILD:-}" = ahead ]; then
    if fresh "$ours"; then exit 0; fi
    exec systemd-run --quiet --wait --collect --property=Nice=10 --setenv=NETFIX_BUILD=alone \
        /bin/sh "$netfix/lib/launcher.sh" "$script"
fi
if [ "${NETFIX_BUILD:-}" = alone ]; then
    failed=3
    if fresh "$ours" || build "$netfix/builds"; then exit 0; fi
    if [ "$failed" -eq 3 ]; then exit 3; fi
    exit 2
fi

if fresh "$ours"; then run "$ours" "$@"; fi

if [ "${NETFIX_BUILD:-}" = never ]; then
    if ! kept "$ours"; then
        say "$script was never built; sudo NETFIX_BUILD=alone sh $netfix/lib/launcher.sh $script"
        exit 3
    fi
    say "what lies in $netfix is not what runs: it was not built (see the journal); the last build that was goes on"
    run "$ours" "$@"
fi

failed=
if build "$netfix/builds"; then run "$ours" "$@"; fi
if [ -z "$failed" ]; then
    # Not root, or nothing can be written there: a cache of one's own.
    home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
    mine=${XDG_CACHE_HOME:-$home/.cache}/netfix/builds
    # What lies there is run: under sudo HOME may still be the caller's.
    if mkdir -p "$mine" 2>/dev/null && [ "$(stat -c %u "$mine")" = "$(id -u)" ]; then
        if fresh "$mine/$script" || build "$mine"; then run "$mine/$script" "$@"; fi
    fi
fi
if [ -z "$failed" ]; then
    # Nor is there a home that can be written: for this once.
    once=$(mktemp -d) || exit 3
    trap 'rm -rf "$once"' EXIT
    trap 'exit 130' HUP INT TERM
    if build "$once"; then
        status=0
        eval "\"\$java\" $words \"\$@\"" || status=$?
        exit "$status"
    fi
fi
say "$script could not be built from what lies in $netfix; what is wrong stands above"
if kept "$ours"; then say "the last build that was good: sudo NETFIX_BUILD=never sh $netfix/lib/launcher.sh $script"; fi
if [ "${failed:-3}" -eq 3 ]; then exit 3; fi
exit 2
