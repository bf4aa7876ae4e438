"""Runs the cases of one folder: a line for each that fails or is skipped, a
line a file, and `N passed, N failed` at the end. A skipped case is neither."""

import os
import signal
import sys
import time
import traceback
import unittest

CASE_LIMIT_S = 60  # a case that takes longer hangs, unless its limit_s says more


class CaseHangs(BaseException):
    """Raised inside a case by the alarm; no `except Exception` may eat it."""


def on_alarm(signum, frame):
    raise CaseHangs("longer than its limit")


def where_and_why(error):
    """('test_users.py:31', 'what differs, in one line')"""
    kind, value, trace = error
    frames = [f for f in traceback.extract_tb(trace)
              if os.path.basename(f.filename).startswith("test_")]
    place = frames[-1] if frames else traceback.extract_tb(trace)[-1]
    why = " ".join(str(value).split()) or kind.__name__
    if not issubclass(kind, AssertionError):
        why = f"{kind.__name__}: {why}"
    return f"{os.path.basename(place.filename)}:{place.lineno}", why[:600]


class Report(unittest.TestResult):
    passed = failed = skipped_count = 0

    def startTest(self, test):
        super().startTest(test)
        self.is_good, self.is_skipped = True, False
        signal.alarm(getattr(test, "limit_s", CASE_LIMIT_S))

    def stopTest(self, test):
        signal.alarm(0)
        self.skipped_count += self.is_skipped and self.is_good
        self.passed += self.is_good and not self.is_skipped
        self.failed += not self.is_good
        super().stopTest(test)

    def say(self, test, error):
        self.is_good = False
        place, why = where_and_why(error)
        name = str(test.id() if hasattr(test, "id") else test)
        print(f"FAIL {name} ({place}): {why}", flush=True)

    def addFailure(self, test, error):
        self.say(test, error)

    def addError(self, test, error):
        self.say(test, error)
        if not isinstance(test, unittest.TestCase):  # setUpClass and its like
            self.failed += 1

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.say(subtest, error)

    def addSkip(self, test, reason):
        self.is_skipped = True
        print(f"SKIP {test.id()}: {reason}", flush=True)


def cases(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from cases(item)
        else:
            yield item


def main(folder, arguments):
    if not arguments:
        print("usage: run BUILD_DIR [part of a case's name]...")
        return 2
    os.environ["BUILD_DIR"] = os.path.abspath(arguments[0])
    signal.signal(signal.SIGALRM, on_alarm)
    sys.path.insert(0, folder)
    passed = failed = 0
    for file in sorted(os.listdir(folder)):
        if not file.startswith("test_"):
            continue
        found = unittest.defaultTestLoader.loadTestsFromName(file[:-3])
        wanted = [c for c in cases(found) if len(arguments) == 1 or
                  any(name in c.id() for name in arguments[1:])]
        if not wanted:
            continue
        report, began = Report(), time.monotonic()
        unittest.TestSuite(wanted).run(report)
        print(f"{file[:-3]:24} {report.passed:4} passed {report.failed:4} "
              f"failed {report.skipped_count:4} skipped "
              f"{time.monotonic() - began:6.1f} s", flush=True)
        passed += report.passed
        failed += report.failed
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1
