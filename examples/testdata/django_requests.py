"""Sends requests through the middleware for Django, with the standard library alone.

Stand-ins have what the middleware uses of Django: a request, a response, and the
order of calls. Eight processes share the folder.
"""

import json
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "django"))
from middleware import RequestLog  # noqa: E402

CANARY = "c4n4ry-9f8e7d"


class User:
    pk, is_authenticated = 7, True

    def get_username(self):
        return "desk"

    def get_full_name(self):
        return "The Desk"


class Stranger:
    """A user of another model: its key is no number, and it has no full name."""

    pk, is_authenticated = uuid.UUID(int=7), True

    def get_username(self):
        return "stranger"


class Values(dict):
    """Several values for each name."""

    def lists(self):
        return self.items()


class Route:
    route = "orders/<int:id>/"


class Request:
    scheme, path, resolver_match, user = "https", "/orders/17/", Route(), User()

    def __init__(self, method="GET", query=None, headers=None, content_type="", body=b"", form=None, user=User(), lost=False):
        self.method, self.GET, self.form, self.user = method, Values(query or {}), Values(form or {}), user
        self.headers, self.content_type, self.whole = headers or {}, content_type, body
        if lost:  # no route has this path
            self.path, self.resolver_match = "/reset/" + CANARY, None
        self.META = {"REMOTE_ADDR": "203.0.113.9", "CONTENT_LENGTH": str(len(body)) if body else ""}

    @property
    def body(self):
        if len(self.whole) > 1 << 20:
            raise ValueError("more than Django keeps in memory")
        return self.whole

    @property
    def POST(self):
        if self.content_type == "multipart/form-data":
            raise ValueError("a view that reads it as a stream can't any more")
        return self.form


class Response(dict):
    status_code = 200


def serve(view, request):
    """Calls the middleware as Django does."""

    def get_response(request):
        try:
            return view(request)
        except Exception as exception:
            log.process_exception(request, exception)
            response = Response()
            response.status_code = 500
            return response

    log = RequestLog(get_response)
    return log(request)


def fine(request):
    return Response({"Content-Type": "application/json", "Set-Cookie": "sid=" + CANARY})


def fails(request):
    raise PermissionError("bad token " + CANARY)


def babbles(request):
    raise ValueError("ä" * 100_000)


def quotes(request):
    raise ValueError("at https://h/?access_token=%s&a=1 not 98765432101" % CANARY)


def plain(request):
    return Response()


def main():
    for _ in range(3):
        os.fork()  # eight processes
    secret = {"a": [1.5, {"pass-word": CANARY}], "note": "it is " + CANARY, "nan": float("nan"), "half": "\ud800"}
    query, cookies = {"page": ["2", "3"], "api_key": [CANARY]}, {"Cookie": "sid=%s; theme=dark-mode; me=203.0.113.9; route=/orders/<int:id>/; name=The Desk" % CANARY}
    form = {"password": [CANARY], "name": ["Käufer 🙂"], "colour": ["red", "green"]}
    nested = {"nested": json.dumps({"password": CANARY})}
    for _ in range(10):
        serve(fine, Request("POST", query, cookies, "application/json", json.dumps(secret).encode()))
        serve(fails, Request(headers={"Authorization": "Bearer " + CANARY}))
        serve(fine, Request("POST", content_type="application/x-www-form-urlencoded", body=b"password=", form=form))
        serve(fine, Request("POST", content_type="application/json", body=b'{"password": "' + CANARY.encode()))
        serve(fine, Request("POST", content_type="application/json", body=json.dumps(["x" * 40000]).encode()))
    serve(fine, Request("POST", content_type="application/json", body=b"1" * (2 << 20)))
    serve(fine, Request("POST", content_type="multipart/form-data", body=b"--files--"))
    serve(fine, Request("PUT", user=Stranger()))
    serve(babbles, Request("DELETE", headers={str(n): "\x01" * 20_000 for n in range(10)}))
    serve(plain, Request("POST", content_type="application/json", body=json.dumps(nested).encode()))
    serve(plain, Request("HEAD", headers={"X-Token": CANARY}, lost=True))
    serve(plain, Request("PATCH", headers={"Referer": "https://h/?token=%s&a=1" % CANARY}))
    serve(quotes, Request("PURGE", content_type="application/json", body=b'{"pin_token": 98765432101}'))
    serve(plain, Request("POST", content_type="application/json", body=b"[" * 2_000))
    serve(plain, Request("POST", content_type="application/json", body=b'{"[\\"[": ' * 65 + b"1" + b"}" * 65))
    serve(plain, Request("POST", content_type="application/json", body=b'{"huge": -1e999, "small": -2.5e-3}'))
    serve(plain, Request("POST", content_type="application/json", body=b'"' + b'\\"' * 16_000))
    many = {"tokens": ["token-%d" % n for n in range(600)], "note": "it is " + CANARY}
    serve(plain, Request("POST", content_type="application/json", body=json.dumps(many).encode()))
    cookies = {"Authorization": "Bearer " + CANARY, "Cookie": "os=Windows; theme=dark-mode; key=%s%%21" % CANARY, "X-Token-Type": "Bearer"}
    words = {"token_type": "Bearer", "token_type_hint": "access_token", "note": "Bearer, access_token, Windows, theme=light, %s!" % CANARY}
    serve(plain, Request("POST", headers=cookies, content_type="application/json", body=json.dumps(words).encode()))
    pairs = [{"name": "DB_PASSWORD", "value": CANARY}, {"Value": ["red", CANARY], "key": "colour"}, {"new": "red", "path": "/token", "op": "add"}]
    serve(plain, Request("POST", content_type="application/json", body=json.dumps(pairs).encode()))
    urls = ["postgres://joe:a/c4n4ry@h/db", "https://h:8080/a@b", "https://h/@joe?a:b@c", "http://joe:c4n4ry@h"]
    serve(plain, Request("POST", content_type="application/json", body=json.dumps(urls).encode()))
    for basic in ("am9lOmM0bjRyeS05ZjhlN2Q=", "am9lOmM0bjRyeS05ZjhlN2Q", "a", "é"):  # joe and his password, and none
        serve(plain, Request("POST", headers={"Authorization": "Basic " + basic}, content_type="application/json", body=b'"c4n4ry-9f8e7d"' if len(basic) > 1 else b"1"))


if __name__ == "__main__":
    main()
