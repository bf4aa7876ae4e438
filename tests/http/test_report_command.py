"""trawl report: the seven answers at a terminal, no server, no Redis."""

import gzip
import json
import os
import re
import resource
import signal
import subprocess
import tempfile
import time
import unittest
import zlib

from support.build import program
from support.reference import REPORTS, expected
from support.shop_log import CORNERS, MALFORMED, line, visits

TIMEOUT_S = 30


class CommandCase(unittest.TestCase):
    maxDiff = None
    log = CORNERS + visits(40, 3000) + b"".join(MALFORMED.values())

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="trawl-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, data, name="shop.log"):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def run_report(self, *arguments, data=b"", **how):
        how.setdefault("stdout", subprocess.PIPE)
        return subprocess.run(
            [program("trawl"), "report", *map(str, arguments)], input=data,
            stderr=subprocess.PIPE, timeout=TIMEOUT_S, check=False, **how)

    def answers(self, *arguments, data=b""):
        done = self.run_report("--json", *arguments, data=data)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return json.loads(done.stdout)

    def assert_answers(self, documents, wanted):
        for n in REPORTS:
            with self.subTest(report=n):
                got = documents[n]
                self.assertEqual({k: got.get(k) for k in wanted[n]},
                                 wanted[n])
                self.assertEqual(
                    {k: got["source"][k] for k in
                     ("lines", "malformed", "from", "to")},
                    {k: wanted["parse"][k] for k in
                     ("lines", "malformed", "from", "to")})


class Answers(CommandCase):
    def test_are_those_of_the_reference(self):
        documents = self.answers(self.write(self.log))
        self.assert_answers(documents, expected(self.log))
        for n in REPORTS:
            source = documents[n]["source"]
            self.assertIsNone(source["job"])
            self.assertEqual(source["files"], ["shop.log"])
            self.assertNotIn("period", documents[n])

    def test_do_not_depend_on_the_number_of_threads(self):
        log = visits(41, 45000)  # enough bytes for several stretches
        self.assertGreater(len(log), 3 << 20)
        path, wanted = self.write(log), expected(log)
        for threads in 1, 2, 3, 256:
            self.assert_answers(self.answers("--threads", threads, path),
                                wanted)

    def test_take_a_period_and_a_category(self):
        path = self.write(self.log)
        documents = self.answers("--from", "2018-08-03", "--to=2018-08-09",
                                 "--category", "caviar", path)
        self.assert_answers(documents, expected(
            self.log, category="caviar", since="2018-08-03",
            until="2018-08-09"))
        self.assertEqual(documents["1"]["period"],
                         {"from": "2018-08-03", "to": "2018-08-09"})
        documents = self.answers("--to", "2018-08-05", path)
        self.assert_answers(documents, expected(self.log, until="2018-08-05"))
        self.assertEqual(documents["7"]["period"],
                         {"from": None, "to": "2018-08-05"})

    def test_of_one_report_are_its_document_alone(self):
        path = self.write(self.log)
        wanted = expected(self.log)
        for n in REPORTS:
            got = self.answers("--report", n, path)
            self.assertEqual({k: got.get(k) for k in wanted[n]}, wanted[n])

    def test_of_several_files_are_those_of_one_log_in_this_order(self):
        parts = [self.log[:40000], self.log[40000:41000], b"",
                 self.log[41000:]]
        paths = [self.write(part, f"{i}.log")
                 for i, part in enumerate(reversed(parts))]
        paths.reverse()
        wanted = expected(tuple(parts))
        documents = self.answers(*paths)
        self.assert_answers(documents, wanted)
        self.assertEqual(documents["1"]["source"]["files"],
                         ["3.log", "2.log", "1.log", "0.log"])
        self.assert_answers(self.answers(",".join(paths)), wanted)

    def test_of_a_file_with_a_comma_in_its_name(self):
        for name in "a,b.log", ",", "a, b.log ", "[,]*.log":
            path = self.write(self.log, name)
            documents = self.answers(path, self.write(b"", "c.log"))
            self.assert_answers(documents, expected((self.log, b"")))
            self.assertEqual(documents["1"]["source"]["files"],
                             [name, "c.log"])

    def test_of_standard_input_leave_nothing_behind(self):
        before = os.listdir(self.folder)
        documents = self.answers("-", data=self.log)
        self.assert_answers(documents, expected(self.log))
        self.assertEqual(documents["1"]["source"]["files"], ["-"])
        done = self.run_report("-", data=self.log,
                               env={**os.environ, "TMPDIR": self.folder})
        self.assertEqual(done.returncode, 0)
        self.assertEqual(os.listdir(self.folder), before)

    def test_mix_files_and_standard_input(self):
        head, tail = self.log[:40000], self.log[40000:]
        documents = self.answers(self.write(head), "-", data=tail)
        self.assert_answers(documents, expected((head, tail)))

    def test_of_nothing_are_empty(self):
        self.assert_answers(self.answers(self.write(b"")), expected(b""))


class Text(CommandCase):
    def test_says_what_was_read_and_every_answer(self):
        path = self.write(self.log)
        done = self.run_report(path)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        text = done.stdout.decode()
        wanted = expected(self.log)
        self.assertTrue(text.startswith(
            f"shop.log: {wanted['parse']['lines']} lines, "
            f"{wanted['parse']['malformed']} of them malformed\n"), text)
        documents = self.answers(path)
        for n in REPORTS:
            self.assertIn(f"\n{n}. {documents[n]['question']}", text)
            for row in documents[n]["ranking"][:10]:
                self.assertRegex(text, rf"(?m)^    {re.escape(row['name'])} "
                                       rf" +{row['value']}$")

    def test_is_aligned_and_says_what_it_leaves_out(self):
        text = self.run_report("--report", 1, self.write(self.log)).stdout
        rows = re.findall(r"(?m)^    (\S.*)  ( *\d+)$", text.decode())
        countries = len(expected(self.log)["1"]["ranking"])
        self.assertEqual(len(rows), 10)
        self.assertEqual({len(name + value) for name, value in rows},
                         {len("".join(rows[0]))})
        self.assertIn(f"\n    and {countries - 10} more\n", text.decode())

    def test_never_lets_a_name_speak_to_the_terminal(self):
        log = line("/caf\u00e9\u009b31m/") + line("/caviar/g/")
        done = self.run_report("--report", 3, "--category",
                               "caf\u00e9\u009b31m", self.write(log))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("(caf\u00e9?31m)", done.stdout.decode())


class Packed(CommandCase):
    def test_members_are_read_on_in_the_same_line(self):
        cut = len(self.log) // 2
        path = self.write(gzip.compress(self.log[:cut]) +
                          gzip.compress(self.log[cut:]))
        self.assert_answers(self.answers(path), expected(self.log))

    def test_zeros_that_fill_a_block_up_are_nothing(self):
        path = self.write(gzip.compress(self.log) + bytes(10240))
        self.assert_answers(self.answers(path), expected(self.log))

    def test_memory_does_not_grow_with_what_a_file_expands_to(self):
        def peak_kb(megabytes):
            pack = zlib.compressobj(1, zlib.DEFLATED, 31)
            data = b"".join(pack.compress(bytes(1 << 20))
                            for _ in range(megabytes)) + pack.flush()
            done = self.run_report(self.write(data))
            self.assertEqual(done.returncode, 0, done.stderr)
            return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        # RUSAGE_CHILDREN is the largest of all so far.
        small = peak_kb(1)
        self.assertLess(peak_kb(100), small + 50_000)


class Progress(CommandCase):
    def test_is_shown_where_somebody_looks_and_taken_away(self):
        """Standard input that takes more than a second, errors to a terminal."""
        own, theirs = os.openpty()
        with os.fdopen(own, "rb", buffering=0) as terminal:
            process = subprocess.Popen(
                [program("trawl"), "report", "-"], stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, stderr=theirs)
            os.close(theirs)
            with process:
                process.stdin.write(self.log)
                process.stdin.flush()
                time.sleep(1.2)
                process.stdin.write(b"\n")
                process.stdin.flush()
                shown = b""
                while b"/s\x1b[K" not in shown:
                    shown += terminal.read(1000)
                process.stdin.close()
                try:
                    while more := terminal.read(1000):
                        shown += more
                except OSError:  # nobody has the other end any more
                    pass
                self.assertEqual(process.wait(TIMEOUT_S), 0)
        self.assertTrue(shown.startswith(b"\r"), shown)
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)


class Refusals(CommandCase):
    def assert_refused(self, status, words, *arguments, **how):
        done = self.run_report(*arguments, **how)
        errors = done.stderr.decode()
        self.assertEqual(done.returncode, status, errors)
        self.assertTrue(errors.startswith("trawl report: "), errors)
        self.assertIn(words, errors)
        self.assertFalse(done.stdout)

    def test_of_wrong_usage_name_option_value_and_remedy(self):
        path = self.write(self.log)
        for words, *arguments in (
                ("which log?",),
                ("--report 8: must be a number from 1 to 7", "--report", 8,
                 path),
                ("--report 0:", "--report=0", path),
                ("--report: wants a value", path, "--report"),
                ("--from 2018-02-30: must be a date", "--from", "2018-02-30",
                 path),
                ("--from 2018-08-07: is after --to 2018-08-01", "--to",
                 "2018-08-01", "--from", "2018-08-07", path),
                ("--threads 257: must be a number from 1 to 256",
                 "--threads", 257, path),
                ("--category caviar: report 1 has none", "--report", 1,
                 "--category", "caviar", path),
                ("--category: is empty", "--category", "", path),
                ("--colour: is no option", "--colour", path),
                ("-x: is no option", "-xy", path),
                ("--json=1: takes no value", "--json=1", path),
                ("-: standard input can be read only once", "-", "-")):
            with self.subTest(words):
                self.assert_refused(2, words, *arguments)

    def test_of_a_category_that_is_not_there_list_those_that_are(self):
        self.assert_refused(
            1, "--category whale: no view of the log names it; there are: ",
            "--category", "whale", self.write(self.log))
        many = b"".join(line(f"/c{i:02}\u009b/") for i in range(51))
        done = self.run_report("--category", "whale", self.write(many))
        self.assertEqual(done.returncode, 1)
        self.assertTrue(
            done.stderr.endswith(b"there are: " + b", ".join(
                b"c%02d?" % i for i in range(50)) + b", ...\n"), done.stderr)

    def test_of_what_cannot_be_read_name_the_file(self):
        fifo = os.path.join(self.folder, "fifo")
        os.mkfifo(fifo)
        packed = gzip.compress(self.log)
        cut = self.write(packed + packed[:-1], "cut.gz")
        for words, path in (
                ("nowhere.log: there is no such file", "nowhere.log"),
                ("*.nothing: matches no file", self.folder + "/*.nothing"),
                ("is a directory", self.folder),
                ("is a FIFO", fifo),
                ("is a device", "/dev/null"),
                (f"{cut}: is cut off: its compressed data ends at byte "
                 f"{2 * len(packed) - 1}", cut)):
            with self.subTest(words):
                self.assert_refused(1, words, self.write(self.log), path)

    def test_of_a_file_that_is_not_ours_to_read_name_the_user(self):
        path = self.write(self.log)
        os.chmod(path, 0)
        other = {"user": 65534} if os.getuid() == 0 else {}
        self.assert_refused(1, f"{path}: not readable by user "
                            f"{other.get('user', os.getuid())}", path, **other)

    def test_of_a_full_disk_are_not_silent(self):
        path = self.write(self.log)
        with open("/dev/full", "wb") as full:
            self.assert_refused(1, "standard output", path, stdout=full)
            self.assert_refused(1, "standard output", "--help", stdout=full)

    def closed(self, redirection, *arguments):
        """A shell starts it with the log as its standard input and one of its
        descriptors closed."""
        script = f'"$0" report "$@" {redirection}'
        return subprocess.run(
            ["sh", "-c", script, program("trawl"), *arguments],
            input=self.log, capture_output=True, timeout=TIMEOUT_S,
            check=False)

    def test_of_a_closed_standard_input_or_output_are_not_silent(self):
        for words, redirection in ((b"standard input", "<&-"),
                                   (b"standard output", ">&-")):
            with self.subTest(words):
                done = self.closed(redirection, "-")
                self.assertEqual(done.returncode, 1, done)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stdout, b"")

    def test_end_as_others_do_when_nobody_reads_on(self):
        """Silently, by the signal that a shell expects of a pipe's left end."""
        path = self.write(self.log)
        for options in (), ("--json",):
            with self.subTest(options):
                reader, writer = os.pipe()
                os.close(reader)
                with open(writer, "wb") as pipe:
                    done = self.run_report(*options, path, stdout=pipe)
                self.assertEqual((done.returncode, done.stderr),
                                 (-signal.SIGPIPE, b""))

    def test_need_no_standard_error(self):
        done = self.closed("2>&-", "--json", "-")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assert_answers(json.loads(done.stdout), expected(self.log))

    def test_leave_help_to_who_asks_for_it(self):
        done = self.run_report("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for option in ("--json", "--report", "--category", "--from", "--to",
                       "--threads"):
            self.assertIn(option.encode(), done.stdout)
        self.assertLess(max(map(len, done.stdout.splitlines())), 81)
