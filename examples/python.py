#!/usr/bin/env python3
# Asks Daybook over HTTP and follows live rows over TCP; Python's standard library only.
#
# DAYBOOK_URL=http://127.0.0.1:7390/rpc DAYBOOK_TCP=127.0.0.1:7391 DAYBOOK_TOKEN=dbk_… python3 python.py
import json
import os
import socket
import sys
import urllib.request

URL, TCP, TOKEN = os.environ["DAYBOOK_URL"], os.environ["DAYBOOK_TCP"], os.environ["DAYBOOK_TOKEN"]
ERRORS = {"where": [["status", "=", "ERROR"]]}


class Ended(Exception):
    """The server ended the subscription, and says why: the token has expired, say."""


class Refused(Exception):
    """The server's refusal: code, message and data, as docs/api.md lists them."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.code, self.data = error["code"], error.get("data")


def call(method, **params):
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + TOKEN}
    with urllib.request.urlopen(urllib.request.Request(URL, json.dumps(message).encode(), headers), timeout=30) as response:
        answer = json.load(response)
    if "error" in answer:
        raise Refused(answer["error"])
    return answer["result"]


def pages(size, **conditions):
    """Yields all matches, of the moment of the first page, page by page."""
    params = dict(conditions, limit=size, offset=0, cursor=True)
    while (page := call("GetLogsByFilter", **params))["rows"]:
        yield page["rows"]
        params.update(at=page["cursor"], offset=params["offset"] + size)


def live(**params):
    """Yields rows as they are written; what is lost with a connection comes after=cursor."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "SubscribeLogs", "params": params, "__token": TOKEN}
    with socket.create_connection(TCP.rsplit(":", 1)) as connection:
        connection.sendall(json.dumps(request).encode() + b"\n")
        for line in connection.makefile("rb"):
            message = json.loads(line)
            if "error" in message:
                raise Refused(message["error"])
            event = message.get("params", {})
            yield from event.get("rows", [])
            if "ended" in event:
                raise Ended(event["ended"])


def main():
    for time, _, _, action, _, _, detail in call("GetLogsByFilter", limit=2, offset=0, **ERRORS)["rows"]:
        print(time, action, detail)
    print(sum(len(rows) for rows in pages(2, **ERRORS)), "errors in pages of 2")
    try:
        call("GetLogsByFilter", limit=1, offset=0, where=[["status", "~", "x"]])
    except Refused as refused:
        print("refused:", refused, refused.code)
    for time, _, _, action, _, _, detail in live(backfill=1, **ERRORS):
        print("live:", time, action, detail, flush=True)


try:
    main()
except Ended as ended:
    sys.exit(f"ended: {ended}")
except KeyboardInterrupt:
    sys.exit(130)  # Ctrl-C, as shells say it
