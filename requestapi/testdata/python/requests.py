"""As much of the module requests as the examples of the API use, over urllib."""
import json as _json
import urllib.error
import urllib.parse
import urllib.request


class Response:
    def __init__(self, answer):
        self.status_code = answer.status
        self.headers = answer.headers
        self.text = answer.read().decode()

    def json(self):
        return _json.loads(self.text)


def get(url, params=None, headers=None):
    if params:
        url += '?' + urllib.parse.urlencode(params)
    try:
        return Response(urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})))
    except urllib.error.HTTPError as refused:
        return Response(refused)
