"""Where the programs under test are: the build directory that run was given."""

import os


def program(name):
    return os.path.join(os.environ["BUILD_DIR"], name)
