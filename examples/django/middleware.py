"""Records the requests of a Django project in a journal that Daybook reads.

Copy this file into a package of the project, say shop, and add to the settings

    import os
    MIDDLEWARE += ["shop.middleware.RequestLog"]
    os.environ.setdefault("REQUEST_LOG_DIR", "/var/log/shop/requests")

Make the folder, for the user that runs Django, say shop, and a group that Daybook's
user is in:

    install -d -m 2750 -o shop -g daybook /var/log/shop/requests

Where it is missing it is made, with the group and the umask of the process. The files
are their user's, and for the group to read. Any number of processes may share it.

The middleware stands behind the one that finds the user, and does not see requests
that middleware before it answers. The address is Django's REMOTE_ADDR, which behind
a proxy is the proxy's unless middleware before this one puts the client's there.
Bodies of responses are left out, and of requests all but JSON and plain forms. Of
user agents the common families are known. A record that can't be written is told to
the logger of this module.
docs/requests.md describes the format.
"""

import base64
import contextlib
import fcntl
import itertools
import json
import logging
import math
import os
import re
import time
import traceback
from datetime import datetime, timezone
from urllib.parse import unquote

LONGEST = 32 << 10  # bytes of a body, characters of a message
LONGEST_LINE = (1 << 20) - 1  # bytes, without the newline
DEEPEST = 64  # arrays and objects of a body within one another
MOST_SECRETS = 512  # texts that are looked for elsewhere in a request
SHORTEST_SECRET = 6  # characters; what is shorter stands in too many innocent words
NAME = re.compile(r"""(?<![\w.-])([\w.-]+)\\*["']?\s*[=:]\s*\\*["']?""")
VALUE = re.compile(r"""(?:bearer |token |basic )?[^\s&"'\\<>]*""", re.IGNORECASE)
# What of a record a client can have written; the path as well where it has no route.
SENT = ["query_params", "request_headers", "response_headers", "body", "exception_message", "exception_traceback"]
# What the words of a User-Agent mean; the first that is there counts.
SYSTEMS = {"iPhone": "iOS", "iPad": "iOS", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS", "Mac OS X": "macOS", "Linux": "Linux"}
BROWSERS = {"OPR/": "Opera", "Edg": "Edge", "SamsungBrowser/": "Samsung Browser", "FxiOS/": "Firefox", "Firefox/": "Firefox"}
BROWSERS.update({"CriOS/": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari", "Googlebot": "Googlebot", "bingbot": "Bingbot"})
BROWSERS.update({name + "/": name for name in ("curl", "Wget", "python-requests", "Go-http-client", "okhttp", "axios")})
BOT = re.compile("bot[/;]|crawler|spider|slurp|headless", re.IGNORECASE)
SECRET = re.compile("authorization|cookie|token|password|passwd|secret|apikey|credential|sessionid")
# Of {"name": "password", "value": "hunter2"}: members that say a name, and those that hold what has it.
SAYS = {"name", "key", "k", "field", "header", "param", "parameter", "property", "attribute", "variable", "setting", "option", "path", "type", "id"}
HOLDS = re.compile("v|val|old|new|.*values?", re.IGNORECASE)
SCHEMES = {"bearer", "digest", "negotiate", "apikey", "api-key"}  # of authorization; no secrets
URL_PASSWORD = re.compile(r"""(://[^\s/?#@:"'<>[]*:)(?!\d{1,5}(?:[/?#]|$))[^\s"'<>]{1,500}@""")


class RequestLog:
    def __init__(self, get_response):
        self.get_response = get_response
        self.folder = os.environ["REQUEST_LOG_DIR"]
        os.makedirs(self.folder, exist_ok=True)

    def __call__(self, request):
        request.failure = None
        started = datetime.now(timezone.utc)
        body = body_of(request)  # before a view reads it as a stream
        response = self.get_response(request)
        try:
            sent = SENT if request.resolver_match else SENT + ["endpoint"]
            append(self.folder, shortened(masked(record(request, response, body, started), sent)))
        except Exception as error:  # the request has been answered all the same
            # What only the system says quotes nothing of the request.
            logging.getLogger(__name__).warning("request log: %s", error if isinstance(error, OSError) else type(error).__name__)
        return response

    def process_exception(self, request, exception):
        request.failure = exception


def body_of(request):
    """Returns the body of a request, if it is JSON or a form without files. Any other is the view's to read."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not size.isdecimal() or int(size) == 0:
        return None
    if int(size) <= LONGEST:
        try:
            if request.content_type == "application/json" and depth(request.body) <= DEEPEST:
                return json.loads(request.body, parse_constant=str, parse_float=number)
            if request.content_type == "application/x-www-form-urlencoded":
                return values_of(request.POST)
        except Exception:  # which the view may not mind; it can't be told where secrets are
            pass
    return "… [%s bytes cut]" % size


def depth(text):
    """Returns how deep arrays and objects lie within one another in JSON."""
    brackets = re.sub(rb'"(?:\\.|[^"\\])*"?|[^][{}]', b"", text, flags=re.DOTALL)
    return max(itertools.accumulate(1 if c in b"[{" else -1 for c in brackets), default=0)


def number(text):
    """Returns a number of JSON that has a point or an exponent; its text where it is too great to be written again."""
    value = float(text)
    return value if math.isfinite(value) else text


def values_of(query):
    """Returns the parameters of a query or form: a list where there are several of a name."""
    return {name: values[0] if len(values) == 1 else values for name, values in query.lists()}


def record(request, response, body, started):
    """Returns what there is to say of a request, secrets and all."""
    user, route, failure = getattr(request, "user", None), request.resolver_match, request.failure
    finished = datetime.now(timezone.utc)
    return {
        "user": user_of(user) if user and user.is_authenticated else None,
        "ip": request.META.get("REMOTE_ADDR"),
        **agent_of(request.headers.get("User-Agent", "")),
        "scheme": request.scheme,
        "endpoint": "/" + route.route if route else request.path,
        "method": request.method,
        "status_code": response.status_code,
        "exception_type": type(failure).__name__ if failure else None,
        "started_at": stamp(started),
        "finished_at": stamp(finished),
        "duration": "%.6f" % (finished - started).total_seconds(),
        "query_params": values_of(request.GET),
        "request_headers": dict(request.headers),
        "response_headers": dict(response.items()),
        "body": body,
        "exception_message": str(failure) if failure else None,
        "exception_traceback": "".join(traceback.format_exception(None, failure, failure.__traceback__)) if failure else None,
    }


def agent_of(text):
    """Returns what a User-Agent says; "" is unknown. It has no text of the client's own, which could be a secret."""

    def first(words):
        return next((words[word] for word in words if word in text), "")

    system = first(SYSTEMS)
    kind = {"iOS": "mobile", "Android": "mobile" if "Mobile" in text else "tablet", "": ""}.get(system, "pc")
    return {
        "device": first({"iPhone": "iPhone", "iPad": "iPad"}),
        "device_type": "tablet" if "iPad" in text else kind,
        "is_bot": BOT.search(text) is not None,
        "os": system,
        "browser": first(BROWSERS),
    }


def user_of(user):
    full_name = getattr(user, "get_full_name", str)  # which not every model of users has
    return {
        "id": user.pk if isinstance(user.pk, int) else None,
        "username": user.get_username(),
        "full_name": full_name(),
    }


def masked(made, sent):
    """Returns a record without the values that have the name of a secret, wherever they stand in what was sent.
    Who asked for what is shown as it is, or a client could hide that by calling it a secret. Where there are too many
    secrets to look for each of them everywhere, no text that was sent is shown."""
    found = {text for text in secrets_in(made) if len(text) >= SHORTEST_SECRET and text.lower() not in SCHEMES}
    longest_first = sorted(found, key=len, reverse=True)

    def mask(value):
        if isinstance(value, dict):
            names = secret_names(value)
            return {mask(k): "***" if k in names else mask(v) for k, v in value.items()}
        if isinstance(value, list):
            return [mask(v) for v in value]
        if isinstance(value, str) and len(found) > MOST_SECRETS:
            return "***"
        if isinstance(value, str):
            for secret in longest_first:
                value = value.replace(secret, "***")
            value = without_pairs(URL_PASSWORD.sub(r"\1***@", value))
        return value

    return {**made, **{name: mask(made[name]) for name in sent}}


def shortened(made):
    """Returns a record whose texts fit into a line, which has 1 MiB at most."""
    for name in ("exception_message", "exception_traceback"):
        text = made[name]
        if text and len(text) > LONGEST:
            cut = len(text[LONGEST:].encode("utf-8", "replace"))
            made[name] = "%s… [%d bytes cut]" % (text[:LONGEST], cut)
    return made


def secret_names(members):
    """Returns the names of the members that hold secrets, with that of each: its own, or the one that another says."""
    said = next((v for k, v in members.items() if k.lower() in SAYS and isinstance(v, str) and is_secret(v)), None)
    return {k: k if is_secret(k) else said for k in members if is_secret(k) or said and HOLDS.fullmatch(k)}


def secrets_in(value, name=None):
    """Yields the texts and numbers that have the name of a secret, as they are and as views read them."""
    if isinstance(value, dict):
        names = secret_names(value)
        for k, member in value.items():
            yield from secrets_in(member, names.get(k))
    elif isinstance(value, list):
        for member in value:
            yield from secrets_in(member, name)
    elif name and "cookie" in name.lower():
        for cookie in str(value).split(";")[: 1 if "set-cookie" in name.lower() else None]:
            text = (cookie.partition("=")[2] or cookie).strip(' "')
            if len(text) > 15 or not text.isalpha():  # there is os=Windows, and no few letters are a session
                yield from (text, unquote(text))
    elif name and isinstance(value, (str, int, float)) and not name.lower().endswith(("type", "hint")):
        text = str(value).strip()
        scheme, _, token = text.partition(" ")
        yield from (text, token.strip())
        if scheme.lower() == "basic":
            with contextlib.suppress(ValueError):  # what is no base64
                yield base64.b64decode(token + "==").decode("utf-8", "replace").partition(":")[2]


def without_pairs(text):
    """Returns a text without what stands in it as token=…, "password": "…" and the like."""
    shown, at = [], 0
    for name in NAME.finditer(text):
        if is_secret(name[1]) and name.start() >= at:
            shown += [text[at : name.end()], "***"]
            at = VALUE.match(text, name.end()).end()
    return "".join(shown) + text[at:]


def is_secret(name):
    return SECRET.search(name.lower().replace("-", "").replace("_", "")) is not None


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def append(folder, made):
    """Appends one whole line to the file of the day. The lock guards the last id as well."""
    with open(os.path.join(folder, "last-id"), "r+b", buffering=0, opener=private) as last:
        fcntl.flock(last, fcntl.LOCK_EX)
        known = re.fullmatch(rb"[0-8][0-9]{15}", last.read(16))  # else it is new, or damaged
        made["id"] = max(int(known[0]) + 1 if known else 1, time.time_ns() // 1000)
        os.pwrite(last.fileno(), b"%016d" % made["id"], 0)
        now = datetime.now(timezone.utc)
        made["created_at"] = made["updated_at"] = stamp(now)
        line = encoded(made)
        if len(line) > LONGEST_LINE:
            line = encoded({**made, **dict.fromkeys(["query_params", "request_headers", "response_headers", "body"])})
        with open(os.path.join(folder, "requests-%s.jsonl" % now.date()), "a+b", buffering=0, opener=private) as file:
            size = file.seek(0, os.SEEK_END)
            if size and os.pread(file.fileno(), 1, size - 1) != b"\n":  # a process ended while it wrote
                size += file.write(b" [torn]\n")
            if file.write(line + b"\n") != len(line) + 1:
                file.truncate(size)
                raise OSError("no room for a line of %d bytes" % len(line))


def encoded(made):
    return json.dumps(made, ensure_ascii=False).encode("utf-8", "replace")


def private(path, flags):
    """Opens a file for open(). One that it makes is for its group to read, whatever the umask, and nobody else's business."""
    try:
        file = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o640)
    except FileExistsError:
        return os.open(path, flags | os.O_CREAT, 0o640)
    with contextlib.suppress(OSError):  # of a file system without modes
        os.fchmod(file, 0o640)
    return file
