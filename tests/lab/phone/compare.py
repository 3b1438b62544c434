#!/usr/bin/env python3
"""Shows that the stand-in does what btwifiset does: same commands, same log, same answers.

    compare.py DIR                    DIR holds the real btwifiset.py
    compare.py --live DIR ACTION…     on a virtual Pi, with its own NetworkManager;
                                      --wpa: started while that is stopped

Both programs run whole under strace and are driven by `phone`. Compared are the
exec of every nmcli, wpa_cli, ip, iwgetid and wpa_passphrase, with the shell
text that led to it; the log lines; what the phone is told; exit code and
infopi.json. Without --live the commands are stubs that print what the case
below says, on a bus and in a network namespace of their own: nothing of this
machine is touched. Needs root, strace, dbus-daemon, python3-dbus, python3-gi,
python3-cryptography.
"""

import argparse
import concurrent.futures
import difflib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WATCHED = ("nmcli", "wpa_cli", "ip", "iwgetid", "wpa_passphrase")
STRACE = ["strace", "-D", "-f", "--seccomp-bpf", "-qq", "-e", "trace=execve"]
STRACE += ["-s", "65536", "-xx", "-o"]
START_SECONDS = 120

# The known differences, all of them about Bluetooth: log lines that only one of the two writes.
ONE_SIDED = [
    r"Version date:",
    r"(GATT|[Aa]dvertisement|[Aa]pplication|De-init|De-Registering)",
    r"starting timer|decrypting attempt|crypto decrypt error|crypto Invalid tag"
    r"|nonce received|stale nonce|AES encryption|unknown encrypted",
    r"counter=\d+|path:",
]

# --- the worlds -----------------------------------------------------------------------------
# What a command prints: words -> stdout, or (stdout, stderr, exit). Anything else prints nothing.


def profile(name, ssid, key_mgmt, hidden="no"):
    """`nmcli connection show` of a Wi-Fi profile, as far as btwifiset reads it."""
    lines = f"connection.id:                          {name}\n"
    lines += f"802-11-wireless.ssid:                   {ssid}\n"
    lines += f"802-11-wireless.hidden:                 {hidden}\n"
    if key_mgmt:
        lines += f"802-11-wireless-security.key-mgmt:      {key_mgmt}\n"
        lines += "802-11-wireless-security.wep-key-type:  unknown\n"
    return lines


def nm_world(profiles, air, connected=None, **more):
    """profiles: {name: (ssid, key-mgmt)}; air: [(percent, security, ssid)]."""
    rows = "".join(f"wifi      {name}  \n" for name in profiles)
    world = {
        "nmcli": "eth0: connected to Wired connection 1\n",
        "nmcli -f TYPE,NAME con show": "TYPE      NAME  \n"
        + rows
        + "ethernet  Wired connection 1  \nloopback  lo  \n",
        "nmcli dev status": "DEVICE  TYPE      STATE         CONNECTION \n"
        + (f"wlan0   wifi      connected     {connected} \n" if connected else "")
        + "eth0    ethernet  connected     Wired connection 1 \n",
        "nmcli -f SIGNAL,SECURITY,SSID dev wifi list": "SIGNAL  SECURITY   SSID \n"
        + "".join(f"{percent:<8}{security:<11}{ssid} \n" for percent, security, ssid in air),
        "wpa_cli -i wlan0 signal_poll": "RSSI=-48\nLINKSPEED=54\nNOISE=-89\nFREQUENCY=2412\n",
    }
    for name, (ssid, key_mgmt) in profiles.items():
        # Exact words: a name with spaces is found only by who quotes it.
        world[f"nmcli --show-secrets connection show {name}"] = (
            profile(name, ssid, key_mgmt)
            if " " not in name
            else ("", f"Error: {name.split()[0]} - no such connection profile.\n", 10)
        )
    world.update(more.pop("also", {}))
    return world


def added(name):
    uuid = "1cd11139-58cd-4057-8c25-67935bd60623"
    return f"Connection '{name}' ({uuid}) successfully added.\n"


WPA_DOWN = {"nmcli": ("", "Error: NetworkManager is not running.\n", 8)}


def wpa_world(networks, air, connected="", **more):
    """networks: [(ssid, key_mgmt)]; air: [(dBm, flags, ssid)]."""
    world = {
        **WPA_DOWN,
        "wpa_cli -i wlan0 list_networks": "network id / ssid / bssid / flags\n"
        + "".join(f"{n}\t{ssid}\tany\t\n" for n, (ssid, _) in enumerate(networks)),
        "wpa_cli -i wlan0 scan": "OK\n",
        "wpa_cli -i wlan0 scan_results": "bssid / frequency / signal level / flags / ssid\n"
        + "".join(
            f"02:00:00:00:00:{n:02x}\t2412\t{dbm}\t{flags}\t{ssid}\n"
            for n, (dbm, flags, ssid) in enumerate(air)
        ),
        "wpa_cli -i wlan0 signal_poll": "RSSI=-61\nLINKSPEED=54\n",
        "wpa_cli -i wlan0 add_network": f"{len(networks)}\n",
        "wpa_cli -i wlan0 save_config": "OK\n",
        "wpa_cli -i wlan0 reconfigure": "OK\n",
        "iwgetid --raw": f"{connected}\n" if connected else "",
        "iwgetid -r": f"{connected}\n" if connected else "",
    }
    for number, (_, key_mgmt) in enumerate(networks):
        world[f"wpa_cli -i wlan0 get_network {number} key_mgmt"] = f"{key_mgmt}\n"
        world[f"wpa_cli -i wlan0 get_network {number} scan_ssid"] = "0\n"
    world.update(more.pop("also", {}))
    return world


HOME = ("87", "WPA2", "Home")
PASSPHRASE = 'network={{\n\tssid="{0}"\n\t#psk="{1}"\n\tpsk=' + "ab" * 32 + "\n}}\n"
UP_FAILS = ("", "Error: Connection activation failed: Secrets were required.\n", 4)
ALL_NM = [
    "scan",
    "connect Home",
    "new-password Home hunter2hunter2",
    "wrong-password Home",
    "disconnect",
    "off",
    "on",
    "delete Home",
    "cancel",
]
ALL_WPA = [
    "scan",
    "connect Home",
    "new-password Home hunter2hunter2",
    "new-password Home short",
    "disconnect",
    "delete Home",
    "cancel",
]

CASES = {
    "a healthy network, everything": (
        nm_world({"Home": ("Home", "wpa-psk")}, [HOME], "Home"),
        ALL_NM,
    ),
    "a name with spaces": (
        nm_world({"My Home Net": ("My Home Net", "wpa-psk")}, [("87", "WPA2", "My Home Net")]),
        ["scan", "connect 'My Home Net' hunter2hunter2", "cancel"],
    ),
    "a name with a semicolon": (
        nm_world({"a;nmcli general": ("a;nmcli general", "wpa-psk")}, [HOME]),
        ["scan", "cancel"],
    ),
    "WPA3, EAP, OWE and open": (
        nm_world(
            {"S": ("S", "sae"), "E": ("E", "wpa-eap"), "O": ("O", "owe"), "F": ("F", "")},
            [
                ("90", "WPA3", "S"),
                ("80", "WPA2 802.1X", "E"),
                ("70", "OWE", "O"),
                ("60", "--", "F"),
            ],
        ),
        ["scan"],
    ),
    "an open evil twin, stronger": (
        nm_world({"Home": ("Home", "wpa-psk")}, [("99", "--", "Home"), HOME], "Home"),
        ["scan", "cancel"],
    ),
    "a renamed profile and a second one of its SSID": (
        nm_world({"work": ("Home", "wpa-psk"), "Home": ("Home", "wpa-psk")}, [HOME], "work"),
        ["scan", "new-password Home hunter2hunter2", "delete Home", "scan"],
    ),
    "a hidden profile in conflict": (
        nm_world(
            {"H": ("H", "wpa-psk")},
            [("50", "--", "H")],
            also={"nmcli -f 802-11-wireless con show H": profile("H", "H", "", "yes")},
        ),
        ["scan"],
    ),
    "new networks, locked, open and refused": (
        nm_world(
            {},
            [("87", "WPA1 WPA2", "New"), ("33", "--", "Cafe  2"), ("20", "WPA2", "--")],
            also={
                "nmcli con add type wifi con-name New ifname wlan0 ssid New": added("New"),
                "nmcli con add type wifi con-name Cafe  2 ifname wlan0 ssid Cafe  2": added(
                    "Cafe 2"
                ),
                "nmcli --wait 25 con up New": UP_FAILS,
            },
        ),
        ["scan", "connect New hunter2hunter2", "wrong-password New", "connect 'Cafe  2'", "cancel"],
    ),
    "a password that nmcli refuses, a profile it cannot add": (
        nm_world(
            {},
            [("87", "WPA2", "New"), ("86", "WPA2", "Odd")],
            also={
                "nmcli con add type wifi con-name New ifname wlan0 ssid New": added("New"),
                "nmcli con modify New wifi-sec.psk short": ("", "Error: invalid psk.\n", 2),
            },
        ),
        ["connect New short", "connect Odd hunter2hunter2"],
    ),
    "hidden: new, known with a wrong password, open": (
        nm_world(
            {"Cave": ("Cave", "wpa-psk")},
            [HOME],
            also={
                f"nmcli con add type wifi con-name {n} ifname wlan0 ssid {n}": added(n)
                for n in ("Den", "Cave", "Lair")
            }
            | {"nmcli --wait 25 con up Cave": UP_FAILS},
        ),
        ["hidden Den hunter2hunter2", "hidden Cave wrong-password", "hidden Lair"],
    ),
    "a known network whose new password fails": (
        nm_world(
            {"Home": ("Home", "wpa-psk")},
            [HOME],
            also={
                "nmcli --wait 25 dev wifi connect Home password hunter2hunter2 hidden no": UP_FAILS,
                "nmcli --wait 25 con up Home": UP_FAILS,
            },
        ),
        ["scan", "connect Home", "new-password Home hunter2hunter2"],
    ),
    "hostile SSIDs": (
        nm_world(
            {},
            [("87", "WPA2", "$(nmcli x)"), ("80", "WPA2", "-v"), ("70", "--", "q\"'`ü雪\\")],
            also={
                "nmcli con add type wifi con-name $(nmcli x) ifname wlan0 ssid $(nmcli x)": added(
                    "$(nmcli x)"
                )
            },
        ),
        [
            "scan",
            "connect '$(nmcli x)' hunter2hunter2",
            "connect -- -v hunter2hunter2",
            "delete 'no;such\tnet'",
            r"""hidden "q\"'\`ü雪\\" 'pass"word;1'""",
        ],
    ),
    "not UTF-8": (nm_world({}, [HOME]), ["scan", b"hidden caf\xe9 hunter2hunter2", "cancel"]),
    "a list in many parts": (
        nm_world({}, [("50", "WPA2", f"network number {n:03}") for n in range(40)]),
        ["scan", "cancel"],
    ),
    "nmcli warns of another version": (
        nm_world({}, [HOME])
        | wpa_world([("Home", "WPA-PSK")], [(-48, "[WPA2-PSK-CCMP][ESS]", "Home")], "Home")
        | {"nmcli": ("eth0: connected\n", "Warning: nmcli and NetworkManager differ.\n", 0)},
        ["scan", "cancel"],
    ),
    "wpa: a healthy network, everything": (
        wpa_world(
            [("Home", "WPA-PSK"), ("Other", "NONE")],
            [(-35, "[WPA2-PSK-CCMP][ESS]", "Home"), (-95, "[ESS]", "Other")],
            "Home",
            also={
                "wpa_passphrase Home hunter2hunter2": PASSPHRASE.format("Home", "hunter2hunter2")
            },
        ),
        ALL_WPA,
    ),
    "wpa: conflicts, spaces, numbers in names": (
        wpa_world(
            [("My Home Net", "WPA-PSK"), ("Cafe 24", "NONE"), ("Home", "SAE")],
            [
                (-40, "[WPA2-PSK-CCMP][ESS]", "My"),
                (-50, "[WPA2-PSK-CCMP][ESS]", "My Home Net"),
                (-60, "[SAE-CCMP][WPA2-SAE][ESS]", "Home"),
                (-70, "[ESS]", "\\x00\\x00"),
            ],
        ),
        ["scan", "scan"],
    ),
    "wpa: new and hidden networks": (
        wpa_world(
            [("Home", "WPA-PSK")],
            [(-48, "[WPA2-PSK-CCMP][ESS]", "Home"), (-50, "[WPA2-PSK-CCMP][ESS]", "New ü")],
            "Home",
            also={
                f"wpa_passphrase {n} hunter2hunter2": PASSPHRASE.format(n, "hunter2hunter2")
                for n in ("New ü", "Den")
            },
        ),
        ["connect 'New ü' hunter2hunter2", "hidden Den hunter2hunter2", "hidden Lair", "cancel"],
    ),
    "wpa: nothing ever connects": (
        wpa_world(
            [("Home", "WPA-PSK")],
            [(-48, "[WPA2-PSK-CCMP][ESS]", "Home"), (-50, "[ESS]", "Free")],
        ),
        ["connect Home", "connect Free"],
    ),
    "wpa: known, out of sight, typed in": (
        wpa_world(
            [("Home", "WPA-PSK")],
            [],
            "Home",
            also={
                "wpa_passphrase Home hunter2hunter2": PASSPHRASE.format("Home", "hunter2hunter2")
            },
        ),
        ["hidden Home hunter2hunter2"],
    ),
    "wpa: no supplicant": (
        {
            **WPA_DOWN,
            "wpa_cli -i wlan0 add_network": (
                "Failed to connect to non-global ctrl_ifname: wlan0  error: No such file\n",
                "",
                255,
            ),
        },
        ["scan", "hidden Den hunter2hunter2", "hidden Lair"],
    ),
    "locked": ({"infopi.json": {"locked": True, "last_nonce": 7}, "nmcli": "x\n"}, ["scan"]),
    "infopi.json is garbage": ({"infopi.json": "garbage", "nmcli": "x\n"}, ["off"]),
    "no password file": (
        {"crypto": None, **nm_world({}, [HOME])},
        ["scan", b"hidden caf\xe9 hunter2hunter2"],
    ),
    "idle": ({"timeout": 0, "nmcli": "x\n"}, None),
}

STUB = """#!/usr/bin/python3 -S
import json, os, sys
world = json.load(open(os.environ["COMPARE_WORLD"], encoding="utf-8"))
words = " ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]])
out, err, code = world.get(words, ["", "", 0])
sys.stdout.buffer.write(out.encode())
sys.stderr.buffer.write(err.encode())
sys.exit(code)
"""

BUS_CONFIG = """<busconfig><type>session</type><listen>unix:path={0}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
<allow send_interface="*"/></policy></busconfig>
"""


def bluez():
    """As much of BlueZ as lets btwifiset register itself. Runs until it is killed."""
    import dbus  # pylint: disable=import-outside-toplevel
    import dbus.mainloop.glib  # pylint: disable=import-outside-toplevel
    import dbus.service  # pylint: disable=import-outside-toplevel
    from gi.repository import GLib  # pylint: disable=import-outside-toplevel

    class Root(dbus.service.Object):
        @dbus.service.method("org.freedesktop.DBus.ObjectManager", out_signature="a{oa{sa{sv}}}")
        def GetManagedObjects(self):
            empty = dbus.Dictionary({}, signature="sv")
            managers = ("org.bluez.LEAdvertisingManager1", "org.bluez.GattManager1")
            return {"/org/bluez/hci0": {manager: empty for manager in managers}}

    class Adapter(dbus.service.Object):
        @dbus.service.method("org.freedesktop.DBus.Properties", in_signature="ssv")
        def Set(self, _interface, _name, _value):
            return

        @dbus.service.method("org.bluez.LEAdvertisingManager1", in_signature="oa{sv}")
        def RegisterAdvertisement(self, _path, _options):
            return

        @dbus.service.method("org.bluez.LEAdvertisingManager1", in_signature="o")
        def UnregisterAdvertisement(self, _path):
            return

        @dbus.service.method("org.bluez.GattManager1", in_signature="oa{sv}")
        def RegisterApplication(self, _path, _options):
            return

        @dbus.service.method("org.bluez.GattManager1", in_signature="o")
        def UnregisterApplication(self, _path):
            return

    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    name = dbus.service.BusName("org.bluez", bus)
    keep = (name, Root(bus, "/"), Adapter(bus, "/org/bluez/hci0"))
    print("ready", len(keep), flush=True)
    GLib.MainLoop().run()


# --- what happened ---------------------------------------------------------------------------


def argvs(trace):
    """The watched programs of an strace file, in order, as lists of words.

    A shell counts where its text names a watched program: its text is where
    the quotes are missing.
    """
    found = []
    begun = {}
    with open(trace, encoding="ascii") as lines:
        for line in lines:
            pid = line.split(" ", 1)[0]
            if "execve(" in line:
                begun[pid] = line
            if pid not in begun or not line.rstrip().endswith(" = 0"):
                continue
            call = begun.pop(pid)
            quoted = re.findall(r'"((?:\\x[0-9a-f]{2})*)"', call)
            words = [bytes.fromhex(w.replace("\\x", "")).decode("utf-8", "replace") for w in quoted]
            program = os.path.basename(words[0])
            if program in WATCHED:
                found.append([program, *words[2:]])
            elif program in ("sh", "dash", "bash") and words[2:3] == ["-c"]:
                if any(re.search(rf"\b{name}\b", words[3]) for name in WATCHED):
                    found.append(["sh", "-c", *words[3:]])
    return found


def plain_log(text):
    """The lines of a btwifiset log without time stamps and without the known differences."""
    entries = re.split(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? ", text, flags=re.MULTILINE)
    kept = [entry.rstrip("\n") for entry in entries if entry.strip()]
    return [entry for entry in kept if not any(re.search(p, entry) for p in ONE_SIDED)]


def differences(name, ours, theirs):
    pair = [[str(row) for row in rows] for rows in (theirs, ours)]
    diff = difflib.unified_diff(*pair, "btwifiset", "stand-in", n=2, lineterm="")
    return [f"  {name}: {row}" for row in diff]


class Record:
    """What one program did with one list of actions."""

    def __init__(self, commands, log, told, ending):
        self.commands = commands
        self.log = log
        self.told = told
        self.ending = ending

    def differences_from(self, real):
        return [
            *differences("commands", self.commands, real.commands),
            *differences("log", self.log, real.log),
            *differences("phone", self.told, real.told),
            *differences("end", [self.ending], [real.ending]),
        ]


def phone(action, environment):
    """One command of the phone; returns its words, its exit status and what it printed."""
    words = action.split(b" ") if isinstance(action, bytes) else shlex.split(action)
    result = subprocess.run(
        [sys.executable, os.path.join(HERE, "phone"), *words],
        capture_output=True,
        env=environment,
        check=False,
    )
    output = (result.stdout + result.stderr).decode("utf-8", "replace").strip()
    return [str(action), result.returncode, output]


# --- the stage with stubs --------------------------------------------------------------------


def play(world, actions, program, folder):
    """Runs one program against the stubs of one case; returns its Record."""
    os.makedirs(f"{folder}/bin")
    os.makedirs(f"{folder}/home")
    shutil.copy(program, f"{folder}/home/btwifiset.py")
    world = dict(world)
    password = world.pop("crypto", "secret")
    if password is not None:
        write(f"{folder}/home/crypto", f"{password}\n")
    info = world.pop("infopi.json", None)
    if info is not None:
        write(f"{folder}/home/infopi.json", info if isinstance(info, str) else json.dumps(info))
    minutes = world.pop("timeout", 15)
    answers = {k: [v, "", 0] if isinstance(v, str) else list(v) for k, v in world.items()}
    write(f"{folder}/world.json", json.dumps(answers))
    for name in (*WATCHED, "bluetoothctl", "hostname"):
        write(f"{folder}/bin/{name}", STUB)
        os.chmod(f"{folder}/bin/{name}", 0o755)
    write(f"{folder}/bus.conf", BUS_CONFIG.format(f"{folder}/bus"))
    environment = {
        "PATH": f"{folder}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "COMPARE_WORLD": f"{folder}/world.json",
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus",
        "BTWIFISET_PHONE_SOCKET": f"{folder}/socket",
        "BTWIFISET_PHONE_SESSION": f"{folder}/session",
    }
    started = []
    try:
        bus = ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--print-address"]
        for argv in (bus, [sys.executable, __file__, "--bluez"]):
            started.append(begin(argv, environment, f"{folder}/stderr"))
        argv = [*STRACE, f"{folder}/trace", "python3", f"{folder}/home/btwifiset.py"]
        argv += ["--logfile", f"{folder}/log", "--timeout", str(minutes)]
        with open(f"{folder}/stdout", "wb") as output:
            service = subprocess.Popen(argv, env=environment, stdout=output, stderr=output)
        started.append(service)
        await_start(folder, service)
        told = [phone(action, environment) for action in actions or []]
        if actions is not None:
            service.send_signal(signal.SIGTERM)
        code = service.wait(START_SECONDS)
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
    await_tracer(f"{folder}/trace")
    ending = [code]
    for name in sorted(os.listdir(f"{folder}/home")):
        if name.startswith("infopi"):
            ending.append([name, read(f"{folder}/home/{name}")])
    log = [line.replace(folder, "") for line in plain_log(read(f"{folder}/log"))]
    return Record(argvs(f"{folder}/trace"), log, told, ending)


def begin(argv, environment, stderr):
    """Starts a process and waits for the line with which it says that it is ready."""
    with open(stderr, "ab") as sink:
        process = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=sink)
    if not process.stdout.readline():
        raise RuntimeError(f"did not start: {shlex.join(argv)}:\n{read(stderr)}")
    return process


def await_start(folder, service):
    deadline = time.monotonic() + START_SECONDS
    while not os.path.exists(f"{folder}/log") or "starting main loop" not in read(f"{folder}/log"):
        if service.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"btwifiset did not start:\n{read(f'{folder}/stdout')}")
        time.sleep(0.05)


def await_tracer(trace):
    """strace -D outlives the program that it traces by a moment: waits until the file rests."""
    size = -1
    while size != os.path.getsize(trace):
        size = os.path.getsize(trace)
        time.sleep(0.2)


def write(file, text):
    with open(file, "w", encoding="utf-8") as sink:
        sink.write(text)


def read(file):
    with open(file, encoding="utf-8", errors="replace") as source:
        return source.read()


def with_stubs(real, only):
    chosen = {name: case for name, case in CASES.items() if not only or name in only}
    if not chosen:
        sys.exit(f"compare.py: no such case; there are: {', '.join(CASES)}")

    def one(name):
        world, actions = chosen[name]
        with tempfile.TemporaryDirectory(prefix="compare-") as folder:
            ours = play(world, actions, os.path.join(HERE, "btwifiset.py"), f"{folder}/ours")
            theirs = play(world, actions, real, f"{folder}/real")
        return name, ours.differences_from(theirs), len(theirs.commands), len(theirs.log)

    passed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        for name, rows, commands, lines in pool.map(one, chosen):
            verdict = "differs" if rows else "same   "
            print(f"{verdict} {name} ({commands} commands, {lines} log lines)")
            for row in rows:
                print(row)
            passed += not rows
    print(f"{passed} same, {len(chosen) - passed} different")
    return passed == len(chosen)


# --- the stage on a virtual Pi ---------------------------------------------------------------

CONNECTIONS = "/etc/NetworkManager/system-connections"
# What nmcli and wpa_cli say, and how long a network takes, is not the program's doing.
NOT_ITS_OWN = (
    r"(?<=connection error:).*|(?<=connection resutl: ).*|(?<=signal strength: ).*"
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=exited after )\d+"
)
DROP_IN = "/run/systemd/system/btwifiset.service.d/compare.conf"


def command(*argv):
    subprocess.run(argv, check=True)


def await_connected():
    """Both programs must find the same network: wlan0 up, by a profile that connects by itself."""
    state = ["nmcli", "-g", "GENERAL.STATE", "device", "show", "wlan0"]
    deadline = time.monotonic() + START_SECONDS
    while not subprocess.run(state, capture_output=True, check=False).stdout.startswith(b"100 "):
        if time.monotonic() > deadline:
            sys.exit("compare.py: wlan0 does not come up; it needs a profile that autoconnects")
        time.sleep(1)


def perform(real_folder, actions, saved, trace, wpa):
    """Installs one program (without a folder the stand-in), drives its unit; returns its Record."""
    command("systemctl", "stop", "btwifiset.service")
    command("sh", os.path.join(HERE, "install.sh"), *([real_folder] if real_folder else []))
    with open("/etc/systemd/system/btwifiset.service", encoding="utf-8") as unit:
        start = re.search(r"^ExecStart=(.+)$", unit.read(), re.MULTILINE).group(1)
    os.makedirs(os.path.dirname(DROP_IN), exist_ok=True)
    prefix = shlex.join([shutil.which("strace"), *STRACE[1:], trace])
    write(DROP_IN, f"[Service]\nExecStart=\nExecStart={prefix} {start}\n")
    shutil.rmtree(CONNECTIONS)
    shutil.copytree(saved, CONNECTIONS)
    command("ip", "link", "set", "wlan0", "up")
    command("systemctl", "daemon-reload")
    command("systemctl", "stop" if wpa else "restart", "NetworkManager.service")
    environment = dict(os.environ)
    told = []
    words = [sys.executable, os.path.join(HERE, "phone"), "--start", "status"]
    status = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    pid = re.search(r"pid (\d+)", status).group(1)
    command("systemctl", "start", "NetworkManager.service")
    await_connected()
    for action in actions:
        told.append(phone(action, environment))
        print("  ", *told[-1], flush=True)
    command("systemctl", "stop", "btwifiset.service")
    show = ["systemctl", "show", "-p", "Result,ExecMainCode,ExecMainStatus", "btwifiset.service"]
    ending = subprocess.run(show, capture_output=True, text=True, check=True).stdout.split()
    await_tracer(trace)
    journal = ["journalctl", "-q", "-o", "json", "-a", f"_PID={pid}"]
    journal.append("SYSLOG_IDENTIFIER=btwifiset.py")
    rows = subprocess.run(journal, capture_output=True, text=True, check=True).stdout.splitlines()
    messages = [json.loads(row)["MESSAGE"] for row in rows]
    texts = [bytes(m).decode("utf-8", "replace") if isinstance(m, list) else m for m in messages]
    kept = [text.rstrip("\n") for text in texts if not any(re.search(p, text) for p in ONE_SIDED)]
    log = [re.sub(NOT_ITS_OWN, "…", text, flags=re.DOTALL) for text in kept]
    return Record(argvs(trace), log, told, ending)


def live(real, actions, wpa):
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        shutil.copytree(CONNECTIONS, f"{folder}/saved")
        try:
            ours = perform(None, actions, f"{folder}/saved", f"{folder}/ours", wpa)
            theirs = perform(
                os.path.dirname(real), actions, f"{folder}/saved", f"{folder}/real", wpa
            )
        finally:
            if os.path.exists(DROP_IN):
                os.unlink(DROP_IN)
            command("systemctl", "daemon-reload")
        rows = ours.differences_from(theirs)
    print("\n".join(rows))
    verdict = "different" if rows else "same"
    print(f"{verdict}: {len(theirs.commands)} commands, {len(theirs.log)} log lines")
    return not rows


def main():
    if sys.argv[1:] == ["--bluez"]:
        return bluez()
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("real", metavar="DIR", help="the folder with the real btwifiset.py")
    parser.add_argument(
        "actions", metavar="ACTION", nargs="*", help="phone commands (--live), or names of cases"
    )
    parser.add_argument("--live", action="store_true", help="with this Pi's own NetworkManager")
    parser.add_argument("--wpa", action="store_true", help="start it with NetworkManager stopped")
    options = parser.parse_args()
    real = os.path.join(options.real, "btwifiset.py")
    if not os.path.isfile(real):
        sys.exit(f"compare.py: no btwifiset.py in {options.real}")
    if options.live:
        return 0 if live(real, options.actions or ["scan", "cancel"], options.wpa) else 1
    if not os.environ.get("COMPARE_ALONE"):
        # `/bin/ip link set wlan0 down` is really run: not in this machine's own network.
        alone = ["unshare", "--net", sys.executable, *sys.argv]
        os.execvpe("unshare", alone, {**os.environ, "COMPARE_ALONE": "1"})
    return 0 if with_stubs(real, options.actions) else 1


if __name__ == "__main__":
    sys.exit(main())
