"""GoAccess: its own panels, not the seven reports. Lines in another layout than
the usual one fail it."""

import os

from peers.packages import unpack


def command(folder, _geo, log):
    place = unpack(folder, "goaccess", "libncursesw6", "libtinfo6",
                   "libmaxminddb0")
    libraries = os.path.join(place, "usr/lib/x86_64-linux-gnu")
    return ["env", f"LD_LIBRARY_PATH={libraries}",
            os.path.join(place, "usr/bin/goaccess"), "--no-global-config",
            "--no-progress", "--log-format=%^| %d %t %^ %^ %h %U",
            "--date-format=%Y-%m-%d", "--time-format=%H:%M:%S",
            "--output=" + os.path.join(folder, "goaccess.json"), log]
