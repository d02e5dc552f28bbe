"""The servers of the mirror: olah, nginx before it, git's own server beside it; each a process that is ended with its context."""

import getpass
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import environments

OLAH = "olah==0.5.4"
SYSTEM = ("/usr/sbin", "/sbin", "/usr/local/sbin")
PATIENCE = 60.0
"""Seconds within which a server has to answer."""

OLAH_SETTINGS = """
[basic]
host = "127.0.0.1"
port = {port}
repos-path = "{folder}/olah-cache"
hf-scheme = "http"
hf-netloc = "127.0.0.1:9"
hf-lfs-netloc = "127.0.0.1:9"
mirrors-path = ["{repositories}"]

[accessibility]
offline = true
"""
"""Nothing answers at the address of the Hub: what is served is what lies in the repositories."""

NGINX_SETTINGS = """
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  log_format named escape=json '{{"time":"$time_iso8601","remote_addr":"$remote_addr","method":"$request_method",'
    '"uri":"$request_uri","status":$status,"bytes":$body_bytes_sent,"ua":"$http_user_agent",'
    '"range":"$http_range","dlc":"$http_x_hf_download_counter"}}';
  access_log {folder}/access.log combined;
  access_log {folder}/access.jsonl named;
  proxy_set_header Host $http_host;
  server {{
    listen 127.0.0.1:{port};
    # olah knows no repository without a revision: the newest is meant, as on the Hub
    location ~ ^/api/models/[^/]+/[^/]+$ {{
      proxy_pass http://127.0.0.1:{olah}$uri/revision/main;
    }}
    # olah sends the whole file where a part is asked for: parts come from the working tree
    location ~ ^/(?<repository>[^/]+/[^/]+)/resolve/[^/]+/(?<file>.+)$ {{
      if ($http_range) {{ rewrite ^ /parts/$repository/$file last; }}
      proxy_pass http://127.0.0.1:{olah};
    }}
    location /parts/ {{
      internal;
      alias {repositories}/models/;
    }}
    # olah does not speak git
    location ~ ^/(?<git>[^/]+/[^/]+/(info/refs|git-upload-pack))$ {{
      fastcgi_pass unix:{folder}/git.sock;
      fastcgi_param SCRIPT_FILENAME {git};
      fastcgi_param GIT_PROJECT_ROOT {repositories}/models;
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param GIT_PROTOCOL $http_git_protocol;
      fastcgi_param PATH_INFO /$git;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_ADDR $remote_addr;
    }}
    location / {{
      proxy_pass http://127.0.0.1:{olah};
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Mirror:
    """A running mirror. `url` is that of nginx, `olah` that of the server behind it."""

    url: str
    olah: str
    folder: Path

    @property
    def combined(self) -> Path:
        """nginx's log in the format of that name."""
        return self.folder / "access.log"

    @property
    def named(self) -> Path:
        """nginx's log as JSON with named fields."""
        return self.folder / "access.jsonl"

    @property
    def olah_log(self) -> Path:
        return self.folder / "logs" / "olah.log"


@contextmanager
def mirror(folder: Path, repositories: Path) -> Iterator[Mirror]:
    """A mirror of the git repositories `models/NAMESPACE/NAME` of a folder; its logs are whole when the context ends."""
    olah_program = environments.python(OLAH) / "olah-cli"
    nginx, gateway = environments.program("nginx", *SYSTEM), environments.program("fcgiwrap", *SYSTEM)
    git = Path(subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip())
    ports = free_ports(2)
    places = {"folder": folder, "repositories": repositories, "user": getpass.getuser(), "olah": ports[0]}
    (folder / "olah.toml").write_text(OLAH_SETTINGS.format(**places, port=ports[0]))
    (folder / "nginx.conf").write_text(NGINX_SETTINGS.format(**places, port=ports[1], git=git / "git-http-backend"))
    running = Mirror(f"http://127.0.0.1:{ports[1]}", f"http://127.0.0.1:{ports[0]}", folder)
    with ExitStack() as servers:
        for command in (
            [str(olah_program), "-c", str(folder / "olah.toml"), "--log-path", str(folder / "logs")],
            [gateway, "-s", f"unix:{folder}/git.sock"],
            [nginx, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")],
        ):
            servers.enter_context(server(command, folder))
        answers(running.url)
        yield running


@contextmanager
def server(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen]:
    """A program that runs as long as the context."""
    with (folder / f"{Path(command[0]).name}.out").open("w") as told:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, "TZ": "UTC"}, stdin=subprocess.DEVNULL, stdout=told, stderr=told
        )  # olah's log states no zone
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def answers(url: str) -> None:
    """Wait until olah answers through nginx; an error when it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/no/repository", timeout=PATIENCE):
                return
        except urllib.error.HTTPError as said:
            if said.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"no answer from {url} within {PATIENCE:g} s")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def alone(home: Path) -> dict[str, str]:
    """The environment of a client that has neither a login nor anything in its cache."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING", "PYTHON", "VIRTUAL_ENV"))}
    return {**kept, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1", "GIT_TERMINAL_PROMPT": "0"}
