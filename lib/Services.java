package netfix;

import java.util.List;

/**
 * The units that stay on a Pi after the fix, in the documentation's order: network-init, then
 * NetworkManager, then network-monitor and btwifiset-stable. Each names only what lies in {@link
 * Installation#FOLDER}.
 *
 * @param text of the unit file
 */
record Services(String unit, String text) {

    private static final String SCRIPTS = Installation.FOLDER + "/lib";

    /** What btwifiset-stable runs. */
    static final String GUARD = SCRIPTS + "/btwifiset-stable.sh";

    String file() {
        return Ground.UNITS + "/" + unit;
    }

    /** The link with which the next boot starts it. */
    String link() {
        return Ground.STARTED + "/" + unit;
    }

    static final Services INIT =
            new Services(
                    "network-init.service",
                    """
                    # Written by netfix (fix undo takes it back): a clean state for NetworkManager, at every boot before it starts.
                    [Unit]
                    Description=netfix: a clean state for NetworkManager
                    ConditionPathExists=%1$s/network-init.sh
                    After=local-fs.target systemd-rfkill.service netfix-boot.service
                    Wants=network-pre.target
                    Before=network-pre.target NetworkManager.service

                    [Service]
                    Type=oneshot
                    RemainAfterExit=yes
                    # What goes wrong here is no reason for a boot to fail, or to wait.
                    ExecStart=-/bin/sh %1$s/network-init.sh
                    TimeoutStartSec=15

                    [Install]
                    WantedBy=multi-user.target
                    """
                            .formatted(SCRIPTS));

    /**
     * Without a watchdog: a JVM sends systemd's message only by a process of its own, once a minute
     * for ever, and what a thread says of itself proves nothing of the loop that hangs.
     */
    static final Services MONITOR =
            new Services(
                    "network-monitor.service",
                    """
                    # Written by netfix (fix undo takes it back): watches the network and heals it. Stopped, it stays stopped:
                    # systemctl stop network-monitor
                    [Unit]
                    Description=netfix: watches the network and heals it
                    ConditionPathExists=%1$s/lib/launcher.sh
                    # No Requires=: it is needed most where one of them is not there.
                    After=NetworkManager.service network-init.service dbus.service netfix-boot.service
                    StartLimitIntervalSec=0

                    [Service]
                    Type=exec
                    # What its owner has edited is built first; where that fails, the last good build runs.
                    TimeoutStartSec=600
                    Environment=PATH=/usr/sbin:/usr/bin:/sbin:/bin
                    # Measured: compiled code is a fifth of its memory, and saves nothing where next to nothing happens.
                    Environment="NETFIX_JAVA_OPTIONS=-Xint -XX:+UseSerialGC -Xms2m -Xmn1m -Xmx24m -XX:MinHeapFreeRatio=5 -XX:MaxHeapFreeRatio=10 -Xss256k -XX:-UsePerfData -Xshare:auto -Xlog:disable"
                    ExecStartPre=-+/usr/bin/env NETFIX_BUILD=ahead /bin/sh %1$s/lib/launcher.sh monitor
                    ExecStart=/usr/bin/env NETFIX_BUILD=never /bin/sh %1$s/lib/launcher.sh monitor
                    Restart=on-failure
                    RestartSec=5
                    # The launcher's and the shell's: it cannot be built, there is no Java. Trying again mends neither, and
                    # fills the journal.
                    RestartPreventExitStatus=2 3 126 127
                    # 143 is what a JVM makes of SIGTERM.
                    SuccessExitStatus=143
                    KillMode=mixed
                    TimeoutStopSec=15
                    MemoryMax=192M
                    TasksMax=128
                    CPUQuota=80%%
                    OOMScoreAdjust=-200
                    StateDirectory=netfix
                    StateDirectoryMode=0700
                    RuntimeDirectory=netfix
                    RuntimeDirectoryPreserve=yes
                    # What a repairer can live with: it asks systemd and NetworkManager over D-Bus, writes profiles, and sees
                    # every process.
                    ProtectSystem=strict
                    ReadWritePaths=-/etc/NetworkManager -/var/log
                    ProtectHome=yes
                    PrivateTmp=yes
                    NoNewPrivileges=yes
                    ProtectKernelModules=yes
                    ProtectKernelTunables=yes
                    ProtectControlGroups=yes
                    ProtectClock=yes
                    RestrictRealtime=yes
                    RestrictSUIDSGID=yes
                    LockPersonality=yes
                    SystemCallArchitectures=native
                    DevicePolicy=closed
                    DeviceAllow=/dev/rfkill rw
                    RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6 AF_PACKET
                    CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_KILL CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_SYS_PTRACE CAP_FOWNER CAP_CHOWN

                    [Install]
                    WantedBy=multi-user.target
                    """
                            .formatted(Installation.FOLDER));

    /**
     * Neither Requires= nor BindsTo= of bluetooth: btwifiset stops it itself at its end. No
     * PrivateTmp=: wpa_cli, which it asks for the signal's strength, binds a socket in /tmp.
     */
    static final Services STABLE =
            new Services(
                    "btwifiset-stable.service",
                    """
                    # Written by netfix (fix undo takes it back): runs the btwifiset that is installed (btwifiset.service says how)
                    # after NetworkManager, and gives back what a session with the phone takes by accident.
                    [Unit]
                    Description=BTBerryWifi, guarded by netfix
                    ConditionPathExists=%1$s
                    # Whether the original runs is asked at the start: an update may have enabled it again.
                    After=NetworkManager.service bluetooth.service bluetooth.target btwifiset.service
                    Wants=NetworkManager.service bluetooth.target
                    # Where there is no Bluetooth btwifiset fails at every start: it is not tried for ever.
                    StartLimitIntervalSec=600
                    StartLimitBurst=10

                    [Service]
                    Type=simple
                    ExecStart=/bin/sh %1$s run
                    ExecStopPost=-/bin/sh %1$s reconcile
                    # 78: it refuses, because the original runs, or there is none.
                    Restart=on-failure
                    RestartPreventExitStatus=78
                    RestartSec=10
                    KillMode=mixed
                    TimeoutStopSec=180
                    MemoryMax=256M
                    TasksMax=100
                    ProtectSystem=full
                    ReadWritePaths=-/etc/NetworkManager -/usr/local/btwifiset
                    ProtectKernelModules=yes
                    ProtectKernelTunables=yes
                    ProtectClock=yes
                    RestrictRealtime=yes
                    LockPersonality=yes

                    [Install]
                    WantedBy=multi-user.target
                    """
                            .formatted(GUARD));

    static final List<Services> ALL = List.of(INIT, MONITOR, STABLE);
}
