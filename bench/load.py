"""What the rows of bench/ingest have in common: questions, readers, Redis."""

import json
import os
import subprocess
import time

from support.http_client import request

PATIENCE_S = 600


def row(what, measured, asked=""):
    print(f"| {what} | {measured} | {asked} |", flush=True)


def timed(call):
    """What it returns, and the seconds that it took."""
    began = time.perf_counter()
    result = call()
    return result, time.perf_counter() - began


def ask(client, path):
    """The document; an error ends the benchmark."""
    with client.connect() as connection:
        connection.socket.settimeout(PATIENCE_S)
        connection.send(request("GET", path, token=client.token))
        answer = connection.read_answer()
    if answer.status >= 300:
        raise SystemExit(f"bench: {path}: {answer}")
    return answer.json


def number_of(redis, section, name):
    for line in redis.ask("INFO", section).split():
        if line.startswith(name + ":"):
            return int(line.split(":")[1])
    raise SystemExit(f"bench: Redis does not tell {name}")


def used_memory(redis):
    return number_of(redis, "memory", "used_memory")


class Load:
    """Many readers of /report/1 with one token."""

    def __init__(self, build, service, client):
        self.program = os.path.join(build, "httpload")
        self.port = service.address[1]
        self.tokens = service.path("tokens")
        with open(self.tokens, "w", encoding="ascii") as file:
            file.write(client.token + "\n")

    def run(self, *options):
        said = subprocess.run(
            [self.program, str(self.port), "tokens", self.tokens,
             "path", "/report/1?reader=", *map(str, options)],
            check=True, stdout=subprocess.PIPE)
        return json.loads(said.stdout)

    def most(self):
        """Answers a second when everybody asks all the time."""
        return self.run("connections", 64, "seconds", 3)["rate"]

    def paced(self, rate, seconds):
        return self.run("connections", 64, "seconds", seconds, "rate", rate)
