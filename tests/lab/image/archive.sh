#!/bin/sh
# Makes the archives of loaded classes from which the Java of one suite starts netfix's scripts:
#
#   archive.sh BASE.IMG ROOT KIT CAPTURES OUT    with a line "SCRIPT ARGUMENT..." on standard input for each start
#
# ROOT is made where it is missing: the suite's own programs, taken out of its disk BASE.IMG. KIT is what will be
# /opt/lab/netfix, OUT gets a SCRIPT.jsa for each script. It runs on this machine's processor, because an emulated one
# needs minutes for it; a virtual Pi takes the archives nevertheless, as its Java is the same file and finds the jars
# with the same path, size and time (java(1), "Application Class Data Sharing").
#
# ClassArchives.java calls it inside `unshare --mount --pid --net --kill-child`: what is mounted here nobody else sees,
# there is no network to be looked at, and nothing is left behind.
set -eu

base=$1
root=$2
kit=$3
captures=$4
out=$5

# Reading the disk file needs neither root nor a mount. debugfs complains where it may not give a file to root, who is
# its owner on the disk; here that makes no difference.
take_out() {
    mkdir -p "$root.making"
    cd "$root.making"
    mkdir -p usr/lib dev proc sys tmp run var mnt opt/lab/netfix opt/lab/captures
    for folder in bin sbin lib lib64; do ln -sf "usr/$folder" "$folder"; done
    debugfs -f - "$base" <<END
rdump /etc .
rdump /usr/bin usr
rdump /usr/sbin usr
rdump /usr/lib64 usr
rdump /usr/lib/jvm usr/lib
rdump /usr/lib/systemd usr/lib
rdump /usr/lib/x86_64-linux-gnu usr/lib
END
    cd /
    mv "$root.making" "$root"
}

in_root() {
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@" </dev/null
}

if [ ! -d "$root" ]; then
    rm -rf "$root.making"
    take_out
fi

# A script that writes where it should only look finds nothing that it could change.
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
for folder in dev tmp run var; do mount -t tmpfs tmpfs "$root/$folder"; done
for device in null zero random urandom; do
    : > "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t proc -o ro proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --bind "$kit" "$root/opt/lab/netfix"
mount --bind "$captures" "$root/opt/lab/captures"
mount --bind "$out" "$root/mnt"

# The classes that the script loads. It may find problems (1) and things that it cannot tell (3); whatever else it says
# means that this was not the start that was meant.
scripts=
while read -r script arguments; do
    case " $scripts " in *" $script "*) ;; *) scripts="$scripts $script" ;; esac
    echo "== $script $arguments"
    # shellcheck disable=SC2086 # words
    in_root JDK_JAVA_OPTIONS=-XX:DumpLoadedClassList=/mnt/list timeout 120 /opt/lab/netfix/"$script" $arguments ||
        case $? in 1 | 3) ;; *) exit 1 ;; esac
    # From JDK 18 on a class has a number of its own in each list; those without a "source:" do without it.
    sed -e '/^#/d' -e '/ source: /d' -e 's/ id: [0-9]*$//' "$out/list" >> "$out/$script.all"
    rm "$out/list"
done

for script in $scripts; do
    classpath=$(cat "$kit/$script.classpath")
    # And all of netfix's own: what only a change on a Pi loads was not loaded here.
    in_root jar -t -f "${classpath%%:*}" | sed -n 's/\.class$//p' >> "$out/$script.all"
    awk '!seen[$0]++' "$out/$script.all" > "$out/$script.list"
    rm "$out/$script.all"
    echo "== $script: $(wc -l < "$out/$script.list") lines"
    # With G1, because no other collector of JDK 17 can put ready-made objects into an archive.
    in_root java -XX:+UseG1GC -Xshare:dump "-XX:SharedClassListFile=/mnt/$script.list" \
        "-XX:SharedArchiveFile=/mnt/$script.jsa" -cp "$classpath"
    rm "$out/$script.list"
    chmod 644 "$out/$script.jsa"
done
