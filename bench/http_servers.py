"""The servers that bench/http asks: trawl and its peers, each pinned to a core,
in a folder of its own that ends with them."""

import base64
import hmac
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from peers.packages import npm, unpack

HERE = os.path.dirname(os.path.realpath(__file__))
BUILD = os.path.realpath(sys.argv[1])
CACHE = os.path.join(os.path.dirname(BUILD), "bench")
SECRET = "the secret of a benchmark"
USERS, SESSIONS = 40, 100  # 4000 tokens

work = tempfile.mkdtemp(prefix="trawl-bench-")
running = []


def start(core, *command, **environment):
    log = open(os.path.join(work, "log"), "ab")
    process = subprocess.Popen(
        ["taskset", "-c", str(core), *command], cwd=work, stdout=log,
        stderr=log, env={"PATH": os.environ["PATH"], **environment})
    running.append(process)
    return process


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(what, is_so):
    end = time.monotonic() + 20
    while not is_so():
        if time.monotonic() > end:
            sys.exit(what + ": " + open(os.path.join(work, "log")).read()[-500:])
        time.sleep(0.02)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [int(p) for p in f.read().split()]


def cpu_seconds(pid, of_loop_only=False):
    """Of the process, or of its first thread: to the nanosecond, where utime and
    stime are hundredths of a second."""
    threads = [pid] if of_loop_only else os.listdir(f"/proc/{pid}/task")
    ns = 0
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/schedstat") as f:
                ns += int(f.read().split()[0])
        except FileNotFoundError:  # it has ended
            pass
    return ns / 1e9


def resident(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith("VmRSS")) * 1024


class Server:
    def __init__(self, name, port, pid, path="/report/"):
        self.name, self.port, self.pid, self.path = name, port, pid, path


def start_redis():
    path = os.path.join(work, "redis.sock")
    start(1, "redis-server", "--port", "0", "--unixsocket", path, "--save", "")
    wait("redis", lambda: os.path.exists(path))
    return path


def redis(path, *words):
    bulks = [w if isinstance(w, bytes) else str(w).encode() for w in words]
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(b"*%d\r\n" % len(bulks) + b"".join(
            b"$%d\r\n%b\r\n" % (len(b), b) for b in bulks))
        return s.recv(65536)


def start_trawl(name, redis_path, **settings):
    port = free_port()
    process = start(
        0, os.path.join(BUILD, "trawl"), port=str(port), workers="1",
        redis_url="unix://" + redis_path, secret=SECRET,
        data_dir=os.path.join(work, name.replace(" ", "-")),
        logs_file_name=os.path.join(os.path.dirname(HERE), "logs.txt"),
        **{"password_passes": "1", "password_memory": "8192", **settings})
    # The master listens before there is a worker.
    wait(name, lambda: answers(port) and children(process.pid))
    return Server(name, port, children(process.pid)[0])


def ask(client, method, path, token=None, body=None):
    headers = {"Authorization": token} if token else {}
    if body:
        headers["Content-Type"] = "application/json"
    client.request(method, path, json.dumps(body) if body else None, headers)
    answer = client.getresponse()
    data = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {data}")
    return data


def prepare(trawl, redis_path):
    """The log parsed, thousands of tokens, the seven reports."""
    client = http.client.HTTPConnection("127.0.0.1", trawl.port)
    tokens = []
    for i in range(USERS):
        user = {"login": f"user{i}", "password": "secret", "first_name": "A",
                "last_name": "B"}
        ask(client, "POST", "/user", body=user)
        for _ in range(SESSIONS):
            tokens.append(json.loads(ask(client, "POST", "/user/auth",
                                         body=user))["Authorization"])
    ask(client, "GET", "/parse", tokens[0])
    reports = [ask(client, "GET", f"/report/{n}", tokens[0])
               for n in range(1, 8)]
    # Another user each time, not a hundred times the same.
    tokens = [tokens[u * SESSIONS + s] for s in range(SESSIONS)
              for u in range(USERS)]
    for token in tokens:
        digest = hmac.digest(SECRET.encode(), token.encode(), "sha256")
        name = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        redis(redis_path, "HSET", f"bench:session:{name}", "expires",
              int(time.time()) + 86400)
    redis(redis_path, "HSET", "bench:manifest", "generation", "1")
    for n, body in enumerate(reports, 1):
        redis(redis_path, "SET", f"bench:report:{n}", body)
    with open(os.path.join(work, "tokens"), "w") as f:
        f.write("\n".join(tokens) + "\n")
    return reports


def start_nginx(reports):
    place = unpack(CACHE, "nginx", "nginx-common")
    port = free_port()
    locations = ""
    for n, body in enumerate(reports, 1):
        # nginx reads 4 KiB of configuration in one piece at most.
        texts = [body[i:i + 3000].decode().replace("'", "\\'")
                 for i in range(0, len(body), 3000)]
        sets = "".join(f"set $r{n}_{i} '{text}';\n"
                       for i, text in enumerate(texts)) if texts[1:] else ""
        answer = ("".join(f"${{r{n}_{i}}}" for i in range(len(texts)))
                  if sets else texts[0])
        locations += (f"location = /report/{n} {{ default_type "
                      f"application/json;\n{sets}return 200 '{answer}'; }}\n")
    path = os.path.join(work, "nginx.conf")
    with open(path, "w") as f:
        f.write(f"""daemon off; master_process on; worker_processes 1;
pid {work}/nginx.pid; error_log {work}/nginx.log crit;
events {{ worker_connections 12000; }}
http {{
access_log off; keepalive_requests 1000000000; keepalive_timeout 300;
client_body_temp_path {work}/nb; proxy_temp_path {work}/np;
fastcgi_temp_path {work}/nf; uwsgi_temp_path {work}/nu;
scgi_temp_path {work}/ns;
server {{ listen 127.0.0.1:{port}; {locations}
location /busy {{ return 503; }} }}
}}
""")
    process = start(0, os.path.join(place, "usr/sbin/nginx"), "-c", path,
                    "-p", work)
    wait("nginx", lambda: answers(port))
    return Server("nginx return 200", port, children(process.pid)[0])


def start_constant(reports):
    port = free_port()
    files = []
    for n, body in enumerate(reports, 1):
        files.append(os.path.join(work, f"answer{n}"))
        with open(files[-1], "wb") as f:
            f.write(b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2026 00:00:00 GMT"
                    b"\r\nContent-Type: application/json\r\nContent-Length: "
                    b"%d\r\nETag: \"1-1\"\r\n\r\n%b" % (len(body), body))
    process = start(0, os.path.join(BUILD, "uvconstant"), str(port), *files)
    wait("uvconstant", lambda: answers(port))
    return Server("bare libuv", port, process.pid)


def start_fastify(redis_path):
    place = npm(CACHE, "fastify@4", "ioredis@5")
    port = free_port()
    process = start(0, "node", os.path.join(HERE, "peers/fastify.mjs"),
                    str(port), redis_path, SECRET, place)
    wait("fastify", lambda: answers(port))
    return Server("fastify + ioredis", port, process.pid)


def start_webdis(redis_path):
    place = unpack(CACHE, "webdis", "libevent-2.1-7", "libb64-0d")
    port = free_port()
    path = os.path.join(work, "webdis.json")
    with open(path, "w") as f:
        json.dump({"redis_host": redis_path, "redis_port": 0,
                   "http_host": "127.0.0.1", "http_port": port, "threads": 1,
                   "pool_size": 4, "daemonize": False, "verbosity": 0,
                   "logfile": "/dev/null"}, f)
    process = start(0, os.path.join(place, "usr/bin/webdis"), path,
                    LD_LIBRARY_PATH=os.path.join(
                        place, "usr/lib/x86_64-linux-gnu"))
    wait("webdis", lambda: answers(port))
    return Server("webdis", port, process.pid, "/GET/bench:report:")


def end_all():
    for process in reversed(running):
        process.send_signal(signal.SIGTERM)
    for process in running:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    shutil.rmtree(work, ignore_errors=True)
