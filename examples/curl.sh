#!/bin/sh
# Asks Daybook with curl. Live rows need a connection that stays: see nc.sh.
#
# DAYBOOK_URL=http://127.0.0.1:7390/rpc DAYBOOK_TOKEN=dbk_… sh curl.sh
set -eu

# call METHOD PARAMS prints the answer, and fails where it is a refusal: that has "error" in
# place of "result". The token does not show in the list of processes.
call() {
	answer=$(printf 'header = "Authorization: Bearer %s"\n' "$DAYBOOK_TOKEN" |
		curl --silent --show-error --fail-with-body --max-time 30 --config - "$DAYBOOK_URL" \
			--header 'Content-Type: application/json' \
			--data "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\",\"params\":$2}")
	printf '%s\n' "$answer"
	case $answer in
	'{"jsonrpc":"2.0","id":1,"result":'*) ;;
	*) return 1 ;;
	esac
}

# The two newest errors.
call GetLogsByFilter '{"where":[["status","=","ERROR"]],"limit":2,"offset":0}'

# All errors in pages of two, of the moment of the first page: it names that moment in "cursor".
page=$(call GetLogsByFilter '{"where":[["status","=","ERROR"]],"limit":2,"offset":0,"cursor":true}')
at=$(printf '%s' "$page" | sed 's/.*"cursor":"\([^"]*\)".*/\1/')
offset=0
until printf '%s' "$page" | grep -q '"rows":\[\]'; do
	printf '%s\n' "$page"
	offset=$((offset + 2))
	page=$(call GetLogsByFilter '{"where":[["status","=","ERROR"]],"limit":2,"offset":'$offset',"at":"'"$at"'"}')
done

# What the server does not understand.
if ! refusal=$(call GetLogsByFilter '{"where":[["status","~","x"]],"limit":1,"offset":0}'); then
	printf 'refused: %s\n' "$refusal"
fi
