"""A stand-in for the IPinfo API on a loopback port, which answers, omits,
delays, truncates, refuses or limits as a case tells it."""

import ipaddress
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CODES = ["US", "DE", "SE", "JP", ""]


def country_of(address):
    """What it says of an address: any rule does that no table has."""
    return CODES[int(ipaddress.ip_address(address)) % len(CODES)]


class IPinfo:
    def __init__(self, token):
        self.token = token
        self.behave = None  # a function (handler, answers) instead of an answer
        self.lock = threading.Lock()
        self.batches = []  # the addresses of each request
        self.wrong = []  # what no client should send
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.serve(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def asked(self):
        return [address for batch in self.batches for address in batch]

    def serve(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        questions = json.loads(body)
        batch = [question.removesuffix("/country") for question in questions]
        with self.lock:
            self.batches.append(batch)
            if (handler.path != "/batch" or
                    handler.headers["Authorization"] != f"Bearer {self.token}"
                    or len(questions) > 1000 or
                    not all(q.endswith("/country") for q in questions)):
                self.wrong.append((handler.path, dict(handler.headers)))
        answers = {q: country_of(a) for q, a in zip(questions, batch)}
        try:
            if self.behave:
                self.behave(handler, answers)
            else:
                say(handler, 200, json.dumps(answers).encode())
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has waited long enough


def say(handler, status, body=b"", headers=()):
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", len(body))
    handler.end_headers()
    handler.wfile.write(body)


def refuse(status):
    return lambda handler, answers: say(handler, status, b"{}")


def omit(handler, answers):
    """All but one."""
    answers.popitem()
    say(handler, 200, json.dumps(answers).encode())


def truncate(handler, answers):
    body = json.dumps(answers).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", len(body))
    handler.end_headers()
    handler.wfile.write(body[:len(body) // 2])


def cut_short(handler, answers):
    """Half of it, as if it were all."""
    body = json.dumps(answers).encode()
    say(handler, 200, body[:len(body) // 2])


def names(handler, answers):
    """Countries by their names."""
    say(handler, 200, json.dumps(dict.fromkeys(answers, "Sweden")).encode())


def no_text(handler, answers):
    """Something of nobody whose name is no UTF-8."""
    say(handler, 200, b'{"\xff": true}')


def delay(handler, answers):
    time.sleep(3)
    say(handler, 200, json.dumps(answers).encode())


def slowly(handler, answers):
    """Within its time, but other tasks come to the same addresses."""
    time.sleep(0.2)
    say(handler, 200, json.dumps(answers).encode())


def limit(requests):
    """So many answers, then 429."""
    left = [requests]

    def behave(handler, answers):
        left[0] -= 1
        if left[0] < 0:
            say(handler, 429)
        else:
            say(handler, 200, json.dumps(answers).encode())
    return behave


class hold:
    """Each answer waits until it is let go."""

    def __init__(self):
        self.free = threading.Semaphore(0)

    def let_one(self):
        self.free.release()

    def __call__(self, handler, answers):
        self.free.acquire()
        say(handler, 200, json.dumps(answers).encode())
