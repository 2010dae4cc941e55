#!/bin/sh
# Asks Daybook with nc, in the trading platform's own protocol, and follows live rows until Ctrl-C.
#
# DAYBOOK_TCP=127.0.0.1:7391 DAYBOOK_TOKEN=dbk_… sh nc.sh
set -eu

# request COMMAND DATA ID prints one request.
request() {
	printf '{"command":"%s","data":%s,"extID":"%s","__token":"%s"}\r\n' "$1" "$2" "$3" "$DAYBOOK_TOKEN"
}

{
	# The two newest errors, and the next two. Requests need not wait for answers, which
	# come in any order: extID says which is which.
	request GetLogsByFilter '{"where":[["status","=","ERROR"]],"limit":2,"offset":0}' first
	request GetLogsByFilter '{"where":[["status","=","ERROR"]],"limit":2,"offset":2}' second

	# A refusal is an answer with a status of 400 or more, and says what is wrong.
	request GetLogsByFilter '{"where":[["status","~","x"]],"limit":1,"offset":0}' refused

	# Live rows, the last error first. nc must not end: then the rows would. An event with a
	# member "ended" is the last: the token has expired, say.
	request SubscribeLogs '{"where":[["status","=","ERROR"]],"backfill":1}' live
	exec sleep 1000000
} | nc "${DAYBOOK_TCP%:*}" "${DAYBOOK_TCP##*:}"
