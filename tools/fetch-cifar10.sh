#!/usr/bin/env bash
# CIFAR-10's training images (163 MB to fetch) as OUTPUT, which the configs cifar10_* read.
# usage: tools/fetch-cifar10.sh [OUTPUT]     default: data/cifar10.npy
# An archive fetched by hand belongs beside OUTPUT.
set -euo pipefail

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=${1:-data/cifar10.npy}
archive=$(dirname "$output")/cifar-10-binary.tar.gz

"$tools/fetch-verified.sh" https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz \
  "$archive" c32a1d4ab5d03f1284b67883e8d87530
"$tools/couplet" data --from "$archive" --split train --size 32 --strict --output "$output"
