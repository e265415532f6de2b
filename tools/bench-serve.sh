#!/bin/bash
# Measures `couplet serve` against its model alone, on this machine. Needs wrk, curl and hey.
#   mvn -q test-compile && tools/bench-serve.sh EXPORT SECONDS
# Prints images/s of the model in a loop, then for several numbers of clients that ask again as soon
# as they have an answer (closed loop) and for clients that ask once a second each, at a half and at
# four fifths of what that gave, and at one and a half (open loop): requests/s, images/s, latencies,
# answers other than 200, the server's memory. Then the same while new versions appear and while
# other clients hang up.
set -eu
if [[ $# != 2 ]]; then
  echo "usage: tools/bench-serve.sh EXPORT SECONDS" >&2
  exit 2
fi
for tool in wrk curl hey; do
  if ! command -v "$tool" >/dev/null; then
    echo "bench-serve: needs $tool" >&2
    exit 2
  fi
done
home=$(dirname "$(dirname "$(readlink -f "$0")")")
seconds=$2
rows=16
port=8591
folder=$(mktemp -d)
mkdir "$folder/shapes"
cp -r "$1" "$folder/shapes/1"
url="http://127.0.0.1:$port/v1/images?count=$rows&format=zip&seed=1"

"$home/tools/couplet" serve --model "$folder/shapes" --port "$port" >"$folder/log" 2>&1 &
server=$!  # The launcher becomes the server.
# A stopped process would not see that it should end.
trap 'kill $(jobs -p) 2>/dev/null; kill -CONT "$server" 2>/dev/null; wait; rm -rf "$folder"' EXIT
for ((i = 0; i < 600; i++)); do
  curl -sf "http://127.0.0.1:$port/readyz" >/dev/null && break
  sleep 0.2
done

memory() { awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$server/status"; }

# The model's own pace with nothing around it: kept out of the server's way.
alone() { # ROWS
  kill -STOP "$server"
  TF_ENABLE_ONEDNN_OPTS=1 TF_CPP_MIN_LOG_LEVEL=2 java -Xmx2g -XX:+UseSerialGC \
    -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
    -cp "$home/target/test-classes:$home/target/launcher/couplet.jar:$home/target/launcher/lib/*" \
    org.couplet.serving.ModelLoop "$1" "$2" "$seconds" 2>"$folder/loop" || {
    cat "$folder/loop" >&2
    exit 1
  }
  kill -CONT "$server"
}

closed() { # CLIENTS
  wrk -t1 -c"$1" -d"${seconds}s" --timeout 60s --latency "$url" >"$folder/wrk"
  awk -v clients="$1" -v seconds="$seconds" -v rows="$rows" -v memory="$(memory)" '
    /50%/ {half = $2} /99%/ {most = $2} /requests in/ {all = $1}
    /Non-2xx/ {bad = $NF} /Socket errors/ {sockets = $0}
    END {rate = (all - bad) / seconds
         printf "closed, %3d clients: %.1f requests/s, %.0f images/s, p50 %s, p99 %s, errors %d %s, %d MB\n",
         clients, rate, rate * rows, half, most, bad, sockets, memory}' "$folder/wrk"
  pace=$(awk -v seconds="$seconds" '/requests in/ {all = $1} /Non-2xx/ {bad = $NF}
    END {print (all - bad) / seconds}' "$folder/wrk")
}

open() { # REQUESTS A SECOND
  hey -z "${seconds}s" -t 60 -c "$1" -q 1 "$url" >"$folder/hey"
  awk -v rate="$1" -v rows="$rows" -v memory="$(memory)" '
    /Total:/ {took = $2} /50%/ {half = $3} /99%/ {most = $3}
    /^ *\[200\]/ {good = $2} /^ *\[[45]..\]/ {bad += $2} /Error distribution/ {errors = 1}
    END {got = good / took
         printf "open, %d requests/s asked: %.1f answers/s, p50 %s s, p99 %s s, %d refused%s, %d MB\n",
         rate, got, half, most, bad, errors ? " and broken connections" : "", memory}' "$folder/hey"
}

alone "$folder/shapes/1" 64
closed 4 >"$folder/warm"
for clients in 1 4 16 48; do closed "$clients"; done
alone "$folder/shapes/1" 64
for share in 0.5 0.8 1.5; do open "$(awk "BEGIN {print int($pace * $share)}")"; done

echo "while a new version appears every ten seconds:"
(
  version=2
  while sleep 10; do
    cp -r "$1" "$folder/shapes/.new"
    mv "$folder/shapes/.new" "$folder/shapes/$version"
    version=$((version + 1))
  done
) &
swapping=$!
closed 16
kill "$swapping"

echo "while other clients hang up at random:"
(while true; do curl -s -m "0.0$((RANDOM % 90 + 10))" "$url" -o /dev/null || true; done) &
hanging=$!
closed 16
kill "$hanging"
grep -c "is loaded" "$folder/log" | sed 's/^/versions loaded: /'
