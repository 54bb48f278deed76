#!/bin/sh
# Measures the service under load: requests a second, requests for a second of
# its processor time, latencies, memory, start-up time. Linux; needs wrk, curl
# and a database that may be filled (DB_* as for the service; its table must be
# empty). Settings: SECONDS_EACH (10), CONNECTIONS (32), BINARY.
set -eu

folder=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$folder/../target/release/addressbook}
each=${SECONDS_EACH:-10}
connections=${CONNECTIONS:-32}
PORT=${PORT:-3000}
export PORT
url=http://127.0.0.1:$PORT
log=$(mktemp)

"$binary" migrate

start=$(date +%s%N)
"$binary" serve > "$log" &
pid=$!
trap 'kill "$pid" 2> /dev/null || true; rm -f "$log"' EXIT
until curl --silent --fail --output /dev/null "$url/ready"; do
    kill -0 "$pid" || exit 1
done
echo "ready after $((($(date +%s%N) - start) / 1000000)) ms (with the time that curl takes)"

if [ "$(curl --silent "$url/all?limit=1")" != "[]" ]; then
    echo "the table is not empty: give a database that may be filled" >&2
    exit 1
fi
for number in $(seq 100); do
    curl --silent --fail --output /dev/null --request PUT \
        --data "firstName=Sammy$number&lastName=David Jr" "$url/person"
done

# User and system time of the process, in clock ticks of 1/100 s.
ticks() {
    # The command's name, in parentheses, may hold spaces: cut it away.
    sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }'
}

measure() {
    name=$1
    path=$2
    shift 2
    before=$(ticks)
    output=$(wrk --threads 1 --connections "$connections" --duration "${each}s" \
        --latency "$@" "$url$path")
    used=$(($(ticks) - before))
    echo "$output" | awk -v name="$name" -v used="$used" '
        /requests in/ { requests = $1 }
        /Requests\/sec/ { rate = $2 }
        $1 == "50%" { half = $2 }
        $1 == "99%" { most = $2 }
        /Non-2xx/ { errors = $NF }
        /Socket errors/ { sockets = $0 }
        END {
            printf "%-24s %7.0f/s  %7.0f per CPU second  p50 %-8s p99 %-8s", name, rate, requests * 100 / used, half, most
            if (errors) printf "  %s answers without success", errors
            print sockets
        }'
}

measure "GET /ready" /ready
measure "GET /person/{id}" /person/7
measure "GET /all (100 rows)" /all
measure "PUT /person" /person --script "$folder/put.lua"
awk '/VmHWM/ { print "memory (RSS) at most " $2 / 1024 " MB" }' "/proc/$pid/status"
