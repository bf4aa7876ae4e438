"""trawl report against the reference on logs of bench/loggen: several seeds,
sizes and kinds, as one file, as several, compressed, of a period."""

import gzip
import json
import os
import random
import subprocess
import tempfile
import unittest

from support.build import program
from support.mixed_log import mixed_log
from support.reference import REPORTS, expected

TIMEOUT_S = 30
KINDS = (["--malformed", "20000"], ["--wide"], ["--ipv6", "70"],
         ["--categories", "60", "--days", "3"], ["--addresses", "3"],
         ["--days", "400", "--carts", "500"])


def loggen(lines, seed, *options):
    done = subprocess.run(
        [program("loggen"), "--lines", str(lines), "--seed", str(seed),
         *options], capture_output=True, timeout=TIMEOUT_S, check=True)
    return done.stdout


def zstd(data):
    """One frame of one block as it is, as RFC 8878 has it; up to 128 KB."""
    size = len(data).to_bytes(4, "little")
    block = (len(data) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\xa0" + size + block + data


class Engine(unittest.TestCase):
    maxDiff = None

    def report(self, files, *options):
        with tempfile.TemporaryDirectory(prefix="trawl-test-") as folder:
            paths = [os.path.join(folder, f"{i}.log")
                     for i in range(len(files))]
            for path, data in zip(paths, files):
                with open(path, "wb") as file:
                    file.write(data)
            done = subprocess.run(
                [program("trawl"), "report", "--json", *options, *paths],
                capture_output=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return json.loads(done.stdout)

    def check(self, documents, wanted):
        for n in REPORTS:
            self.assertEqual({k: documents[n].get(k) for k in wanted[n]},
                             wanted[n], f"report {n}")
            for field in "lines", "malformed", "from", "to":
                self.assertEqual(documents[n]["source"][field],
                                 wanted["parse"][field])

    def check_logs(self, *kind):
        for seed in 1, 2:
            for lines in 1, 7, 300, 4000:
                with self.subTest(seed=seed, lines=lines):
                    log = loggen(lines, seed, *kind)
                    self.check(self.report([log]), expected(log))

    def test_gives_the_answers_of_the_reference_to_logs_with_errors(self):
        self.check_logs("--malformed", "20000")

    def test_to_logs_without_a_usual_line(self):
        self.check_logs("--wide")

    def test_to_logs_of_ipv6(self):
        self.check_logs("--ipv6", "70")

    def test_to_logs_of_many_categories(self):
        self.check_logs("--categories", "60", "--days", "3")

    def test_to_logs_of_few_visitors(self):
        self.check_logs("--addresses", "3")

    def test_to_logs_of_many_days(self):
        self.check_logs("--days", "400", "--carts", "500")

    def test_to_logs_that_spell_what_they_ask_for_in_every_way(self):
        dice = random.Random(6)
        for unusual in .02, .3, 1:
            for lines in 3, 70, 130, 1000, 4000:
                with self.subTest(unusual=unusual, lines=lines):
                    log = mixed_log(dice, lines, unusual)
                    self.check(self.report([log]), expected(log))

    def test_gives_those_of_any_cut_into_files(self):
        dice = random.Random(7)
        for seed in range(10, 16):
            with self.subTest(seed=seed):
                log = loggen(2000, seed, *dice.choice(KINDS))
                cuts = sorted(dice.choices(range(len(log)), k=2))
                parts = (log[:cuts[0]], log[cuts[0]:cuts[1]], log[cuts[1]:])
                half = len(parts[0]) // 2
                packed = [gzip.compress(parts[0][:half]) +
                          gzip.compress(parts[0][half:]),
                          parts[1], zstd(parts[2][:100_000])]
                parts = (*parts[:2], parts[2][:100_000])
                self.check(self.report(packed), expected(parts))

    def test_gives_those_of_any_period_and_category(self):
        dice = random.Random(8)
        log = loggen(5000, 20, "--categories", "9")
        for _ in range(12):
            since, until = (f"2018-08-{day:02}" for day in
                            sorted(dice.choices(range(1, 17), k=2)))
            category = dice.choice(expected(log)["parse"]["categories"])
            with self.subTest(since=since, until=until, category=category):
                self.check(
                    self.report([log], "--from", since, "--to", until,
                                "--category", category),
                    expected(log, category=category, since=since,
                             until=until))
