"""Programs of others, unpacked into a folder of ours and never installed: no
service is started, nothing else on the machine changes."""

import os
import subprocess
import tempfile


def unpack(folder, *packages):
    """Debian's packages; returns the folder that holds their usr/."""
    place = os.path.join(folder, packages[0])
    if not os.path.isdir(place):
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory() as debs:
            subprocess.run(["apt-get", "download", "-q", *packages], cwd=debs,
                           check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            for deb in os.listdir(debs):
                subprocess.run(["dpkg-deb", "-x", deb, place], cwd=debs,
                               check=True)
    return place


def npm(folder, *packages):
    """npm's packages, as name@version; returns the folder that holds their
    node_modules/. Each list of packages has a folder of its own: npm takes
    away what it was not asked for."""
    name = packages[0].replace("/", "-").lstrip("@")
    place = os.path.join(folder, "node-" + name)
    if not os.path.isdir(place):
        with tempfile.TemporaryDirectory(dir=folder) as new:
            subprocess.run(["npm", "install", "--no-save", "--no-package-lock",
                            "--no-audit", "--no-fund", "--silent", "--prefix",
                            new, *packages], check=True,
                           stdout=subprocess.DEVNULL)
            os.mkdir(place)
            os.rename(os.path.join(new, "node_modules"),
                      os.path.join(place, "node_modules"))
    return place
