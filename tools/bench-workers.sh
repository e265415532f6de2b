#!/bin/bash
# Times training steps of 1, 2 and 4 workers of this machine over networks of several speeds, each
# worker in a network namespace of its own. Needs Linux, root, ip and tc (iproute2).
#   tools/bench-workers.sh FOLDER
# Writes FOLDER/workers.csv: workers, rate, exchange (precision and message size in MB), seconds a
# step (the median of the last ten), bytes that a worker sends a step.
# All workers share this machine's cores: what grows with their number is the exchange.
set -eu
if [[ $# != 1 ]]; then
  echo "usage: tools/bench-workers.sh FOLDER" >&2
  exit 2
fi
if [[ $(id -u) != 0 ]] || ! command -v tc >/dev/null; then
  echo "bench-workers: needs root and tc (iproute2), for network namespaces" >&2
  exit 2
fi
couplet=$(dirname "$(readlink -f "$0")")/couplet
mkdir -p "$1"
folder=$(readlink -f "$1")
steps=16
# 3.0 million weights: 12 MB of gradients.
settings=(--config quickstart --steps "$steps" --skip-self-test --set run.log_every=1
  --set network.song_unet.model_channels=64 --set "network.song_unet.channel_mult=[1,2]"
  --set run.batch_size=16 --set evaluation.sample_every=0 --set runtime.threads=1
  --set consistency.coupling.independent={})

space() { echo "couplet-bench-$1"; }

clear_spaces() {
  for i in 0 1 2 3; do ip netns del "$(space "$i")" 2>/dev/null || true; done
  ip link del couplet-br 2>/dev/null || true
}
trap clear_spaces EXIT

make_spaces() { # WORKERS RATE
  clear_spaces
  ip link add couplet-br type bridge
  ip link set couplet-br up
  for ((i = 0; i < $1; i++)); do
    ip netns add "$(space "$i")"
    ip link add "cbench$i" type veth peer name eth0 netns "$(space "$i")"
    ip link set "cbench$i" master couplet-br up
    ip -n "$(space "$i")" addr add "10.77.0.$((i + 1))/24" dev eth0
    ip -n "$(space "$i")" link set eth0 up
    ip -n "$(space "$i")" link set lo up
    if [[ $2 != none ]]; then
      ip netns exec "$(space "$i")" tc qdisc add dev eth0 root tbf rate "$2" burst 1mb latency 400ms
    fi
  done
}

# Bytes that worker 0 has sent.
sent() { ip netns exec "$(space 0)" cat /sys/class/net/eth0/statistics/tx_bytes; }

train() { # WORKERS RATE PRECISION MEGABYTES
  local run="$folder/run-$1-$2-$3-$4" cluster="$folder/cluster.textproto"
  rm -rf "$run"
  make_spaces "$1" "$2"
  : >"$cluster"
  for ((i = 0; i < $1; i++)); do echo "worker: '10.77.0.$((i + 1)):2222'" >>"$cluster"; done
  for ((i = 0; i < $1; i++)); do
    ip netns exec "$(space "$i")" "$couplet" train "${settings[@]}" --run "$run" \
      --cluster "$cluster" --task "$i" --trust-network --set "runtime.exchange.precision=$3" \
      --set "runtime.exchange.megabytes=$4" >"$folder/log-$i" 2>&1 &
  done
  wait
  [[ $(wc -l <"$run/metrics.jsonl") == "$steps" ]] || { tail -3 "$folder"/log-* >&2; exit 1; }
  local bytes=0
  [[ $1 == 1 ]] || bytes=$(($(sent) / steps))
  sed 's/.*"seconds":\([^,]*\),.*/\1/' "$run/metrics.jsonl" | tail -11 |
    awk 'NR > 1 { print $1 - before } { before = $1 }' | sort -g | sed -n 5p |
    awk -v row="$1,$2,$3 $4 MB" -v bytes="$bytes" '{ printf "%s,%.3f,%d\n", row, $1, bytes }' |
    tee -a "$folder/workers.csv"
}

echo "workers,rate,exchange,seconds_per_step,bytes_per_step" | tee "$folder/workers.csv"
train 1 none FLOAT32 4
for workers in 2 4; do
  for rate in none 10gbit 1gbit 100mbit; do
    train "$workers" "$rate" FLOAT32 4
  done
done
train 2 100mbit BFLOAT16 4
train 2 1gbit FLOAT32 1
train 2 1gbit FLOAT32 64
