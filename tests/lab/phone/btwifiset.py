#!/usr/bin/env python3
"""A stand-in for btwifiset.py, for the virtual Pi.

It does to the network and to the log what btwifiset of March 2025
(github.com/nksan/Rpi-SetWiFi-viaBluetooth) does, faults included, and nothing
else: no Bluetooth, no encryption, no buttons. Where this file looks wrong (a
profile name that goes unquoted through a shell, a password in the log, a
failed password that stays stored) the program it stands for is wrong in the
same way, and the scenarios need it to be. README.md says how the two were
compared and where they differ.

The phone's writes arrive on a Unix socket that only root can open, so that
every command runs inside the unit of this service, as it does on a Pi.
"""

import argparse
import json
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import syslog
import time
from dataclasses import dataclass
from datetime import datetime

HOME = os.path.dirname(os.path.abspath(__file__))
SOCKET = os.environ.get("BTWIFISET_PHONE_SOCKET", "/run/btwifiset-phone.sock")
SEPARATOR = b"\x1e"
ENCRYPTED = b"\x1d"
GOODBYE = ["#ssid-endBT#", "#pw-endBT#"]
CONNECT_SECONDS = "25"
IDLE_CHECK_SECONDS = 2.5
CHUNK_BYTES = 130


class Log:
    """One line an event, `<prefix>.<function> - <text>`, to syslog, stdout or a file.

    The prefix is mostly empty: btwifiset passes its log a second argument by
    mistake here and there, and it ends up in front.
    """

    def __init__(self):
        self.syslog = True
        self.console = False
        self.file = None

    def open(self, to_syslog, to_console, to_file):
        self.console = to_console
        self.file = to_file
        self.syslog = to_syslog or not (to_console or to_file)

    def __call__(self, function, text, prefix=""):
        line = f"{prefix}.{function} - {text}"
        # A line that a sink cannot take (a lone surrogate, say) is lost without a word there too.
        try:
            if self.syslog:
                syslog.syslog(line)
            if self.console:
                print(f"{datetime.now()} {line}")
            if self.file:
                with open(self.file, "a", encoding="utf-8") as sink:
                    print(f"{datetime.now()} {line}", file=sink)
        except (OSError, ValueError):
            pass


log = Log()


def shell(command):
    """Hands `command` to /bin/sh as it stands. The missing quotes are the point."""
    return subprocess.run(command, shell=True, capture_output=True, encoding="utf-8", check=False)


def loud(argv):
    """Runs argv with our own stdout, so that nmcli's words land in the journal."""
    with subprocess.Popen(argv) as process:
        process.wait()


@dataclass
class Known:
    """A network that the Pi has stored. `name` is the profile's, `number` is wpa_cli's."""

    ssid: str
    locked: bool = True
    name: str = ""
    number: int = -1

    def __post_init__(self):
        self.name = self.name or self.ssid


@dataclass
class Seen:
    """A network as the phone is told of it."""

    ssid: str = ""
    signal: int = 0
    locked: bool = False
    known: bool = False
    connected: bool = False

    def message(self):
        return f"{self.signal}{self.locked:d}{self.known:d}{self.connected:d}{self.ssid}"


def bars(dbm):
    """Signal strength in dBm to 0..5."""
    return 5 if dbm >= -39 else max(0, int((100 + dbm) / 10))


class Air:
    """What the last scan saw, what is stored, and which network the service believes to be up.

    All three outlive a connection attempt that fails, which is why the phone
    can be told of a connection that is no longer there.
    """

    def __init__(self):
        self.known = {}
        self.seen = []
        self.current = Known("")
        self.answer = Seen()

    def stored(self, ssid):
        return [network for network in self.known.values() if network.ssid == ssid]

    def in_sight(self, ssid):
        return any(seen.ssid == ssid for seen in self.seen)

    def forget_current(self):
        self.current = Known("")
        self.answer = Seen()

    def make_current(self, network):
        self.current = network
        if not network.ssid:
            self.answer = Seen()
            return
        strength = 3
        try:
            poll = shell("wpa_cli -i wlan0 signal_poll").stdout
            dbm = int(re.findall(r"RSSI=(\S*)\s", poll)[0])
            log("connected_network", f"connected network signal strength: {dbm}")
            strength = bars(dbm)
        except (IndexError, ValueError) as error:
            log("connected_network", f"ERROR: {error}")
        self.answer = Seen(network.ssid, strength, network.locked, True, True)


class Nmcli:
    """What the phone asks for, done with nmcli."""

    def __init__(self, air):
        self.air = air

    def read_known(self):
        self.air.known = {}
        listing = shell("nmcli -f TYPE,NAME con show").stdout
        rows = re.findall(r"(\S+)\s+(.+)", listing)
        for name in [label.strip() for kind, label in rows if kind == "wifi"]:
            # Unquoted: of `My Home Net` nmcli is asked for three profiles and
            # finds none, so the network looks open.
            profile = shell(f"nmcli --show-secrets connection show {name}").stdout
            ssids = re.findall(r"wireless\.ssid:(.+)", profile)
            ssid = ssids[0].strip() if len(ssids) == 1 else name
            security = re.search(r"wireless-security\.key-mgmt:\s+([\w-]+)", profile)
            psk = security is not None and security.group(1) == "wpa-psk"
            self.air.known[name] = Known(ssid, psk, name)
        self.air.forget_current()
        devices = shell("nmcli dev status").stdout
        up = re.findall(r"wlan0\s+wifi\s+connected\s+(.+)", devices)
        if up and up[0].strip() in self.air.known:
            self.air.make_current(self.air.known[up[0].strip()])
            log("get_NM_Known_networks", f"WiFi Network {up[0]} is connected")

    def scan(self):
        output = shell("nmcli dev wifi rescan").stdout
        log("scan", f"rescan {output}")
        time.sleep(1)
        listing = shell("nmcli -f SIGNAL,SECURITY,SSID dev wifi list").stdout
        found = {}
        for percent, security, ssid in re.findall(
            r"^(\d+)\s+(.+?)\s{2,}(.+)", listing, re.MULTILINE
        ):
            name = ssid.strip()
            if name in found or name in ("", "--"):
                continue
            found[name] = {
                "ssid": name,
                "signal": int(int(percent) / 20),
                "encrypt": "WPA" in security,
            }
        return list(found.values())

    def remove_known(self, network):
        profile = shell(f"nmcli -f 802-11-wireless con show {network.name}").stdout
        hidden = re.search(r"hidden:\s+([a-z]+)", profile)
        was_hidden = hidden is not None and hidden.group(1) == "yes"
        log("remove_known_network", f"{network.ssid} to be removed is hidden?: {was_hidden}")
        loud(["nmcli", "connection", "delete", network.name])
        del self.air.known[network.name]
        return was_hidden

    def delete(self, ssid):
        # The list of known networks is left as it was until the phone asks again.
        for network in self.air.stored(ssid):
            loud(["nmcli", "connection", "delete", network.name])

    def disconnect(self):
        output = shell("nmcli dev disconnect wlan0").stdout
        log("disconnect", f'disconnect" {output}')

    def request(self, ssid, password):
        in_sight = self.air.in_sight(ssid)
        stored = self.air.stored(ssid)
        log(
            "request_connection",
            f"requesting connection with ssid:{ssid} in AP:{in_sight}"
            f"  in wpa:{bool(stored)} with pw: {password}",
        )
        if in_sight and stored:
            self.connect(stored[0], password)
        elif in_sight:
            is_open = any(seen.ssid == ssid and not seen.locked for seen in self.air.seen)
            secret = "" if password == "NONE" and is_open else password
            self.connect(Known(ssid, secret != ""), secret, is_new=True)
        elif stored and password == "":
            self.connect(stored[0], "", hidden=True)
        else:
            secret = "" if password == "NONE" else password
            target = stored[0] if stored else Known(ssid, secret != "")
            self.connect(target, secret, is_new=True, hidden=True)

    def connect(self, network, password, is_new=False, hidden=False):
        log(
            "connect",
            f"entering connect with network ssid:{network.ssid},"
            f" is_new:{is_new}, is_hidden: {hidden}",
        )
        if is_new:
            network = self.create(network.ssid, password, hidden)
            if network is None:
                return
        shell("nmcli dev wifi list")
        argv = ["nmcli", "--wait", CONNECT_SECONDS]
        if password and not is_new:
            # The profile's name where an SSID belongs: a renamed profile can
            # never get a new password. And the bad password stays stored.
            argv += ["dev", "wifi", "connect", network.name]
            argv += ["password", password, "hidden", "no"]
        else:
            argv += ["con", "up", network.name]
        try:
            output = subprocess.check_output(argv, stderr=subprocess.STDOUT)
        except subprocess.CalledProcessError as error:
            log("connect", f"connection error:{error.output}")
            if is_new:
                subprocess.run(
                    ["nmcli", "connection", "delete", network.name],
                    capture_output=True,
                    check=False,
                )
                time.sleep(2)
            return
        log("connect", f"connection resutl: {output}")
        if is_new:
            self.air.known[network.name] = network
            log("connect", f"added {network.ssid} to wpa list")
        self.air.make_current(network)

    def create(self, ssid, password, hidden):
        """A new profile of that SSID; every old one goes first, and is not put back on failure."""
        self.delete(ssid)
        argv = ["nmcli", "con", "add", "type", "wifi", "con-name", ssid]
        argv += ["ifname", "wlan0", "ssid", ssid]
        added = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
        match = re.search(r"'(.+?)'\s\(", added)
        if match is None:
            return None
        name = match.group(1)
        if hidden:
            loud(["nmcli", "con", "modify", name, "802-11-wireless.hidden", "yes"])
        if password:
            try:
                for key, value in (("wifi-sec.key-mgmt", "wpa-psk"), ("wifi-sec.psk", password)):
                    subprocess.check_output(
                        ["nmcli", "con", "modify", name, key, value], stderr=subprocess.STDOUT
                    )
            except subprocess.CalledProcessError as error:
                # The text of this error is the whole command line, password included.
                log("create_network", f"creation error: {error}")
                subprocess.run(
                    ["nmcli", "con", "del", name],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    check=False,
                )
                return None
        return Known(ssid, password != "", name)


class WpaCli:
    """The same done with wpa_cli, for the rest of the session, where nmcli complained at the start.

    On a Pi with NetworkManager this talks to NetworkManager's own supplicant.
    """

    def __init__(self, air):
        self.air = air

    def read_known(self):
        self.air.known = {}
        self.read_numbers()
        for network in self.air.known.values():
            answer = shell(f"wpa_cli -i wlan0 get_network {network.number} key_mgmt").stdout
            network.locked = "WPA-PSK" in answer
        ssid = shell("/sbin/iwgetid --raw").stdout.strip()
        if ssid:
            log("get_wpa_supplicant_ssids", f"iwgetid says: WiFi Network {ssid} is connected")
        self.air.forget_current()
        if ssid in self.air.known:
            self.air.make_current(self.air.known[ssid])

    def read_numbers(self):
        listing = shell("wpa_cli -i wlan0 list_networks").stdout
        log("retrieve_network_numbers", listing)
        # Reads one word for the SSID, and reads numbers wherever they stand.
        pairs = re.findall(r"(\d+)\s+(\S+)", listing)
        log("retrieve_network_numbers", f"Networks configured in wpa_supplicant.conf: {pairs}")
        for number, ssid in pairs:
            if ssid in self.air.known:
                self.air.known[ssid].number = int(number)
            else:
                self.air.known[ssid] = Known(ssid, False, number=int(number))

    def scan(self):
        shell("wpa_cli -i wlan0 scan")
        time.sleep(1)
        listing = shell("wpa_cli -i wlan0 scan_results").stdout
        rows = re.findall(r"\S+\s+\d+\s+(-?\d+)\s+(\S+)\t+(.+)", listing)
        return [
            {"ssid": ssid, "signal": bars(int(dbm)), "encrypt": "WPA" in flags}
            for dbm, flags, ssid in rows
            if "\\x00" not in ssid
        ]

    def save(self):
        for network in self.air.known.values():
            if network.number >= 0:
                shell(f"wpa_cli -i wlan0 enable_network {network.number}")
        output = shell("wpa_cli -i wlan0 save_config").stdout
        log("save_config", f"Saved wpa config to file: {output}")

    def remove_known(self, network):
        answer = shell(f"wpa_cli -i wlan0 get_network {network.number} scan_ssid").stdout
        # wpa_cli ends its answer with a newline, so this never holds.
        was_hidden = answer == "1"
        log(
            "remove_known_network",
            f"out={answer}| {network.ssid} to be removed is hidden?: {was_hidden}",
        )
        shell(f"wpa_cli -i wlan0 remove_network {network.number}")
        del self.air.known[network.ssid]
        self.save()
        shell("wpa_cli -i wlan0 reconfigure")
        self.read_numbers()
        return was_hidden

    def delete(self, ssid):
        if ssid in self.air.known:
            self.remove_known(self.air.known[ssid])

    def disconnect(self):
        output = shell("wpa_cli -i wlan0 disconnect").stdout
        log("disconnect", f'disconnect" {output}')

    def request(self, ssid, password):
        where = "request_connection"
        in_sight = self.air.in_sight(ssid)
        stored = self.air.stored(ssid)
        log(where, f"entering request - ssid:{ssid} in AP:{in_sight}  in wpa:{in_sight}")
        if stored:
            network = stored[0]
            if in_sight:
                log(where, f"requesting known network {ssid}")
                if password:
                    log(where, f"entered password {password} - calling change password")
                    if self.change_password(network, password):
                        self.connect(network)
                else:
                    log(where, "arrived with no password - nothing to change - connecting")
                    self.connect(network)
            else:
                log(
                    where,
                    f"hidden ssid {ssid} not scanned - but is a known network"
                    f" - calling change password always - password: {password}",
                )
                if self.change_password(network, password, hidden=True):
                    self.connect(network)
            return
        if in_sight:
            log(where, f"ssid was scanned {ssid} - new network with password: {password}")
        else:
            log(
                where,
                f"hidden ssid {ssid} not scanned and is Unknown:"
                f" make new network and connect - paaword is: {password} ",
            )
        network = self.create(ssid, password, hidden=not in_sight)
        if network is not None:
            self.connect(network, is_new=True, hidden=not in_sight)

    def connect(self, network, is_new=False, hidden=False):
        log(
            "connect",
            f"entering connect with network ssid:{network.ssid} number: {network.number},"
            f" is_new:{is_new}, is_hidden: {hidden}",
        )
        log(
            "connect",
            f"connecting to: {network.ssid} number:{network.number} new network is: {is_new}",
        )
        connected = self.select(network.number)
        log("connect", f"requested ssid {network.ssid} connection status = {connected} ")
        if connected:
            if is_new:
                self.air.known[network.ssid] = network
                log("connect", f"added {network.ssid} to wpa list")
                if hidden:
                    self.air.seen.append(Seen(network.ssid, 0, network.locked, True))
                    log("connect", f"added {network.ssid} to AP list")
            self.air.make_current(self.air.known[network.ssid])
            self.save()
        else:
            if is_new:
                output = shell(f"wpa_cli -i wlan0 remove_network {network.number}").stdout
                log(
                    "connect",
                    f"removing new network {network.ssid}"
                    f" from wpa_cli current configuration: {output}",
                )
            else:
                output = shell("wpa_cli -i wlan0 reconfigure").stdout
                log("connect", f"reloading supplicant conf file with wpa_cli: {output}")
            if self.air.current.ssid:
                back = self.select(self.air.current.number)
                log(
                    "connect",
                    f"re-connection to initial network {self.air.current.ssid}"
                    f" connection status = {back} ",
                )
                if not back:
                    self.air.make_current(Known(""))
        log("connect", f"Returning connection_attempt: {connected}")

    def select(self, number):
        """Selects a network, which disables all others, and waits 5 to 15 s for any SSID at all."""
        with subprocess.Popen(f"wpa_cli -i wlan0 select_network {number}", shell=True) as process:
            process.wait()
        time.sleep(5)
        tries = 0
        ssid = ""
        while tries < 10:
            ssid = shell(" iwgetid -r").stdout.strip()
            if ssid:
                break
            log("connect_wait", tries)
            tries += 1
            time.sleep(1)
        log("connect_wait", f"Wait loop exited after {tries + 5} seconds with SSID: --{ssid}--\n")
        return ssid != ""

    def psk(self, ssid, password):
        """`psk=` and 64 hex digits, `psk=NONE` for an open network, nothing for a bad length."""
        psk = "psk=NONE" if password == "NONE" else ""
        if 8 <= len(password) <= 63:
            argv = ["wpa_passphrase", ssid, password]
            output = subprocess.run(
                argv, capture_output=True, encoding="utf-8", check=False
            ).stdout
            found = re.search(r"(psk=\S+)\s+\}", output)
            psk = found.group(1) if found else psk
        log("get_psk", f"psk from get_psk: {psk}")
        return psk

    def change_password(self, network, password, hidden=False):
        where = "changePassword"
        log(where, f"changing Password for  {network.ssid} to  {password}")
        psk = self.psk(network.ssid, password)
        if not psk:
            log(where, f"Password {password} has an illegal length: 0")
            return False
        number = network.number
        if number == -1:
            log(where, f"network number for {network.ssid} not set {number}")
            return False
        if psk == "psk=NONE":
            output = shell(f"wpa_cli -i wlan0 set_network {number} key_mgmt NONE").stdout
            log(where, "set key_mgmt to NONE", output)
        else:
            output = shell(f"wpa_cli -i wlan0 set_network {number} key_mgmt WPA-PSK").stdout
            log(where, "set key_mgmt to WPA_PSK", output)
            output = shell(f"wpa_cli -i wlan0 set_network {number} psk {psk[4:]}").stdout
            log(where, "set psk", output)
        if hidden:
            output = shell(f"wpa_cli -i wlan0 set_network {number} scan_ssid 1").stdout
            log(where, f"set hidden network with scan_ssid=1: {output}")
        output = shell(f"wpa_cli -i wlan0 enable_network {number}").stdout
        log(where, f"enabling network {output}")
        return True

    def create(self, ssid, password, hidden):
        where = "add_network"
        log(where, f"adding network password:{password}, ssid:{ssid}")
        psk = self.psk(ssid, password or "NONE")
        if not psk:
            log(where, f"Password {password} has an illegal length: {len(password)}")
            return None
        number = shell("wpa_cli -i wlan0 add_network").stdout.strip()
        log(where, f"new network number = {number}")
        code = ssid.encode().hex()
        output = shell(f'wpa_cli -i wlan0 set_network {number} ssid "{code}"').stdout
        log(where, f"coded ssid: {code} - setting network ssid {output}")
        if psk == "psk=NONE":
            output = shell(f"wpa_cli -i wlan0 set_network {number} key_mgmt NONE").stdout
            log(where, f"set network to Open {output}")
        else:
            output = shell(f"wpa_cli -i wlan0 set_network {number} psk {psk[4:]}").stdout
            log(where, f" set psk: {output}")
        if hidden:
            output = shell(f"wpa_cli -i wlan0 set_network {number} scan_ssid 1").stdout
            log(where, f"set hidden network {ssid} scan_ssid=1: {output}")
        output = shell(f"wpa_cli -i wlan0 enable_network {number}").stdout
        log(where, f"enabling network {output}")
        try:
            network = Known(ssid, psk != "psk=NONE", number=int(number))
        except ValueError as error:
            # No supplicant answered, so the "number" is its complaint.
            log(where, f"ERROR: {error}")
            if number:
                output = shell(f"wpa_cli -i wlan0 remove_network {number}").stdout
            log(where, f"cleaning up on error - removing network: {output}")
            return None
        log(
            where,
            f"created temporary wpa_network ssid:{ssid} locked:{network.locked}"
            f" disabled:False num:{number}",
        )
        return network


class Identity:
    """The Bluetooth password (`crypto`), and `infopi.json`, which is written at every exit."""

    def __init__(self):
        self.locked = False
        self.last_nonce = 0
        self.nonce = 0
        self.password = None
        self.file = os.path.join(HOME, "infopi.json")
        try:
            with open(os.path.join(HOME, "crypto"), encoding="utf-8") as file:
                self.password = file.readline().rstrip() or None
        except (OSError, ValueError):
            pass
        try:
            with open(self.file, encoding="utf-8") as file:
                stored = json.load(file)
            self.locked = stored["locked"]
            self.last_nonce = stored["last_nonce"]
        except FileNotFoundError:
            log(
                "getInfoFromFile",
                "file {PiInfo.INFOFILE} not created yet - using default values",
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            log("getInfoFromFile", f"Error reading file {self.file}: {error}")
            os.rename(self.file, f"{self.file}_corrupted")
            self.save()
        self.nonce = self.last_nonce + 2

    def encrypts(self):
        return self.locked and self.password is not None

    def next_nonce(self):
        """The message counter is even in what the Pi sends, and only what was sent is stored."""
        self.nonce += 2 - self.nonce % 2
        self.last_nonce = self.nonce

    def save(self):
        try:
            with open(self.file, "w", encoding="utf-8") as file:
                json.dump({"locked": self.locked, "last_nonce": self.last_nonce}, file)
        except OSError as error:
            log("saveInfo", f"error writing to file {self.file}: {error}")


class Service:
    """What the phone's writes mean, and what it is told."""

    def __init__(self, identity):
        self.identity = identity
        self.air = Air()
        self.notifications = []
        self.parts = 1
        self.garbled = 0
        # Anything at all on stderr means wpa_supplicant, for the whole session.
        complaint = shell("nmcli").stderr
        log("network_manager_test", f"test: Network Manager is running = {complaint == ''}")
        self.side = Nmcli(self.air) if complaint == "" else WpaCli(self.air)

    def written(self, value):
        """A write to the characteristic: SSID, SSID + separator + password, or separator + command.

        What is not UTF-8 is taken for an encrypted message and changes nothing.
        """
        if self.identity.encrypts():
            value = SEPARATOR + b"unknown"
        else:
            try:
                log("decrypt", f" received cleat text: {value.decode()}")
            except UnicodeDecodeError:
                log("decrypt", "While unlock received apparent encrypted msg - decrypting...")
                value = SEPARATOR + b"unknown"
        received = [part.decode() for part in value.split(SEPARATOR)]
        if len(received) == 1:
            received.append("")
        log("WriteValue", f"from iphone received SSID/PW: {received}")
        log("register_SSID", f"received from iphone: registering SSID {received}")
        if received[0] == "":
            self.command(received[1])
        else:
            self.connection(received)

    def command(self, command):
        if command in ("OFF", "ON"):
            log("wifi_connect", f"Bring WiFi {'up' if command == 'ON' else 'down'}")
            state = "up" if command == "ON" else "down"
            try:
                subprocess.run(
                    f"/bin/ip link set wlan0 {state}", shell=True, timeout=10, check=False
                )
            except subprocess.TimeoutExpired:
                return
        elif command == "DISCONN":
            self.side.disconnect()
        elif command == "AP2s":
            messages = [seen.message() for seen in self.look()]
            self.notify("READY2")
            log(
                "register_SSID",
                f"READY to send AP List as Json object\n AP List: {messages}",
            )
            self.notify_json({"allAps": messages})
        elif command.startswith("DEL-"):
            self.side.delete(command[4:])
            self.notify("DELETED")
        elif command == "unknown":
            self.unknown()
        elif command == "":
            log("register_SSID", "received message is blank - ignoring it")
        else:
            log("register_SSID", f"Invalid SSID string {['', command]}")

    def unknown(self):
        """Answers what cannot be read: it is encrypted, or is not although it has to be."""
        if self.identity.encrypts():
            answer = f"Garbled{self.garbled}"
            self.garbled = min(self.garbled + 1, 2)
            log("register_SSID", f"rpi is locked - sending encrypted: {answer}")
        else:
            answer = "Unlocked" if self.identity.password else "NoPassword"
            log("register_SSID", f"RPi is unlocked - sending in clear: {answer}")
        self.notify(answer, "crypto")

    def look(self):
        """Lists what is in the air, and deletes what is stored with another kind of security."""
        where = "get_list"
        self.side.read_known()
        found = self.side.scan()
        current = self.air.current.ssid
        log(where, f"Info_AP {found}")
        self.air.seen = []
        for entry in found:
            seen = Seen(entry["ssid"], entry["signal"], entry["encrypt"])
            seen.connected = seen.ssid == current
            was_hidden = False
            stored = self.air.stored(seen.ssid)
            if stored and stored[0].locked == seen.locked:
                seen.known = True
            elif stored:
                log(
                    where,
                    f"info: {seen.ssid}: wpa locked:{stored[0].locked} ap locked:{seen.locked}",
                )
                log(
                    where,
                    f"known network {seen.ssid} in conflict - delete and move to unknown networks",
                )
                was_hidden = self.side.remove_known(stored[0])
            if not was_hidden:
                self.air.seen.append(seen)
        return self.air.seen

    def connection(self, received):
        where = "register_SSID"
        ssid, password = received[0], received[1]
        log(where, f"received requested SSID for connection: {received}")
        if [ssid, password] == GOODBYE:
            self.notify(f"3111{ssid}")
            return
        log(where, f"about to connect to ssid:{ssid}, with password:{password}")
        self.side.request(ssid, password)
        answer = self.air.answer.message()
        log(where, f"adding {answer} to notifications")
        self.notify(answer)

    def notify(self, message, target="wifi"):
        encrypted = self.identity.encrypts()
        log(
            "setNotification",
            f"sending simple notification: {target}:{message}, encrypted: {encrypted}",
        )
        if encrypted:
            # Nothing here can encrypt; the mark alone tells the phone that it should be.
            log("encryptForSending", f"current nonce is: {self.identity.nonce}")
            self.identity.next_nonce()
            self.notifications.append(ENCRYPTED)
        else:
            self.notifications.append(SEPARATOR + f"{target}:{message}".encode())

    def notify_json(self, value):
        text = json.dumps(value)
        chunks = [text[at : at + CHUNK_BYTES] for at in range(0, len(text), CHUNK_BYTES)]
        if len(chunks) == 1:
            log("setJsonNotification", f"sending simple notification: wifi:{text}")
            self.notifications.append(SEPARATOR + f"wifi:{text}".encode())
            return
        self.parts += 1
        log(
            "setJsonNotification",
            f"sending multi part message to: wifi - number of parts: {len(chunks)}",
        )
        for index, chunk in enumerate(chunks, 1):
            part = SEPARATOR + f"multiwifi:{self.parts}|{index}|{len(chunks)}|{chunk}".encode()
            log("setJsonNotification", f"sending part {index}:\n{part.decode()}")
            log("setJsonNotification", f"about to encrypt: {part.decode()}")
            self.notifications.append(part)


class Server:
    """The socket in place of Bluetooth, the idle clock, and the way out."""

    def __init__(self, identity, idle_minutes):
        self.identity = identity
        self.service = Service(identity)
        self.idle_seconds = idle_minutes * 60
        self.last_write = time.monotonic()
        self.running = True
        self.events = selectors.DefaultSelector()
        # SIGTERM must end the wait below at once, not at its next tick.
        waker, woken = socket.socketpair()
        for end in (waker, woken):
            end.setblocking(False)
        signal.set_wakeup_fd(waker.fileno())
        self.wakeup = (waker, woken)
        self.events.register(woken, selectors.EVENT_READ, lambda: woken.recv(16))
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        mask = os.umask(0o177)
        self.listener.bind(SOCKET)
        os.umask(mask)
        self.listener.listen()
        self.events.register(self.listener, selectors.EVENT_READ, self.accept)

    def accept(self):
        phone, _ = self.listener.accept()
        self.events.register(phone, selectors.EVENT_READ, lambda: self.hear(phone))

    def hear(self, phone):
        """Packets: N = notifications wanted, S = no longer, W + bytes = a write.

        Each write is answered by n + bytes for every notification, then d (done)
        or e + reason. A phone that has gone away changes nothing of what its
        write does.
        """
        try:
            packet = phone.recv(65536)
        except ConnectionError:
            packet = b""
        if not packet:
            self.events.unregister(phone)
            phone.close()
            return
        ending = b"d"
        if packet[:1] in (b"N", b"S"):
            start = packet[:1] == b"N"
            log(
                "StartNotify" if start else "StopNotify",
                f"ios has {'started' if start else 'stopped'} notifications for wifi info",
            )
            self.service.notifications.clear()
        elif packet[:1] == b"W":
            self.last_write = time.monotonic()
            try:
                self.service.written(packet[1:])
            except Exception as error:  # pylint: disable=broad-except
                # The real program's main loop survives whatever a write does to it.
                log("register_SSID", "EERROR - ", error)
                ending = b"e" + f"{type(error).__name__}: {error}".encode(errors="replace")
        try:
            while self.service.notifications:
                phone.send(b"n" + self.service.notifications.pop(0))
                log("info_wifi_callback", "notification sent")
            phone.send(ending)
        except OSError:
            self.service.notifications.clear()

    def terminated(self, *_):
        log("graceful_quit", "stopping main loop on SIGTERM received")
        self.leave()

    def leave(self):
        log("quitBT", "quitting Bluetooth - NEED_RESTART is False")
        self.identity.save()
        time.sleep(1)
        log("quitBT", "calling advertisement de-registration")
        log("quitBT", "calling application de-registration")
        time.sleep(1)
        self.running = False

    def serve(self):
        log("start", "starting main loop")
        while self.running:
            for key, _ in self.events.select(IDLE_CHECK_SECONDS):
                key.data()
            if self.running and time.monotonic() - self.last_write > self.idle_seconds:
                log("timeout_manager", "BLE Server timeout - exiting...")
                self.leave()
        os.unlink(SOCKET)


def main():
    options = argparse.ArgumentParser(prog="btwifi", description="Stand-in for btwifiset")
    options.add_argument("--timeout", type=int, default=15, help="idle minutes until exit")
    options.add_argument("--syslog", action="store_true", help="log to syslog")
    options.add_argument("--console", action="store_true", help="log to stdout")
    options.add_argument("--logfile", help="log to this file")
    chosen = options.parse_args()
    log.open(chosen.syslog, chosen.console, chosen.logfile)
    identity = Identity()
    log("start", "** Starting BTwifiSet - version 2 (nmcli/crypto)")
    log("start", "** Version date: the lab's stand-in **\n")
    log("start", f"BTwifiSet timeout: {chosen.timeout} minutes")
    log("start", "starting BLE Server")
    server = Server(identity, chosen.timeout)
    signal.signal(signal.SIGTERM, server.terminated)
    log("register", "Registering advertisement")
    server.serve()
    log("<module>", "ble manager has exited with need restart = False")
    log("<module>", "btwifiset says: So long and thanks for all the fish")


if __name__ == "__main__":
    sys.exit(main())
