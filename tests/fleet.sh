#!/bin/sh
# Has Prometheus and Ansible themselves read what lib/fleet brings; ends with "N passed, N failed".
#
#   sh tests/fleet.sh           as root, with apt set up
#   sh tests/fleet.sh --needs   the packages that it wants installed beforehand
#
# promtool is one program of Debian's prometheus and needs none of the others: it is taken out of the package (19 MB to
# fetch), which with all that it depends on would start a server here.
set -u

if [ "${1:-}" = --needs ]; then
    echo ansible-core
    exit 0
fi
cd "$(dirname "$0")/../lib/fleet" || exit
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check COMMAND...: one that does not run at all has failed, too.
check() {
    echo "$*"
    if "$@" </dev/null; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $*"
    fi
}

promtool=$(command -v promtool) || {
    promtool=$work/promtool
    (
        chmod 755 "$work" && cd "$work" && apt-get -q download prometheus &&
            dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool && mv usr/bin/promtool promtool
    ) || echo 'promtool could not be taken out of the package prometheus'
}
check "$promtool" check rules netfix.rules.yml
check ansible-playbook --syntax-check -i localhost, netfix.yml
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
