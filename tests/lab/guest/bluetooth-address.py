"""Exit 0 once hci0 has an address, 1 where it gets none within ten seconds.

There is no file for it, and hciconfig is not in every suite: HCIGETDEVINFO (hci.h, hci_sock.c) has it.
"""

import fcntl
import socket
import struct
import sys
import time

HCIGETDEVINFO = 0x800448D3
ADDRESS = slice(10, 16)  # struct hci_dev_info: u16 dev_id, char name[8], bdaddr_t bdaddr

controller = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW, socket.BTPROTO_HCI)
for _ in range(40):
    info = bytearray(struct.pack("H", 0).ljust(256, b"\0"))
    try:
        fcntl.ioctl(controller, HCIGETDEVINFO, info)
    except OSError:
        pass  # not there yet
    if any(info[ADDRESS]):
        sys.exit(0)
    time.sleep(0.25)
print("hci0 has no address", file=sys.stderr)
sys.exit(1)
