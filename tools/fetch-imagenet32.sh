#!/usr/bin/env bash
# Downsampled ImageNet's training images at 32 x 32 as OUTPUT, which the configs imagenet32_* read.
# usage: tools/fetch-imagenet32.sh SOURCE [OUTPUT]     default OUTPUT: data/imagenet32.npy
# SOURCE is what image-net.org gives to those who are logged in (Download > Downsampled):
# Imagenet32_train_npz.zip, or a folder with its train_data_batch_1.npz ... train_data_batch_10.npz.
# MD5=... in the environment is compared with the zip's sum; image-net.org shows it beside the file.
set -euo pipefail

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
images=1281167

fail() {
  echo "$(basename "$0"): $1" >&2
  exit "${2:-1}"
}

[[ $# -ge 1 ]] || fail "image-net.org requires a login, so this can't fetch by itself: get\
 Imagenet32_train_npz.zip from https://image-net.org/download-images (Downsampled, 32 x 32, npz) and\
 run $0 Imagenet32_train_npz.zip" 2
[[ -e $1 ]] || fail "$1: no such file or folder" 2
source=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
output=${2:-data/imagenet32.npy}

if [[ -f $source ]]; then
  [[ -z ${MD5:-} ]] || "$tools/fetch-verified.sh" file://"$source" "$source" "$MD5"
  # The JDK, which Couplet needs anyway, unpacks zips.
  command -v jar > /dev/null || fail "jar is missing; put the JDK's bin folder on the PATH"
  mkdir -p "$(dirname "$output")"
  unpacked=$(mktemp -d "$(dirname "$output")/imagenet32.XXXXXX")
  trap 'rm -rf "$unpacked"' EXIT
  (cd "$unpacked" && jar xf "$source")
  source=$unpacked
fi
batches=$(find -L "$source" -name 'train_data_batch_*.npz' | wc -l)
[[ $batches -eq 10 ]] || fail "$1: has $((batches)) of the 10 files train_data_batch_N.npz" 2
first=$(find -L "$source" -name 'train_data_batch_1.npz' | head -n 1)

written=$("$tools/couplet" data --from "$(dirname "$first")" --only train_data_batch_ --size 32 \
  --strict --output "$output")
echo "$written"
[[ $written == *" $images images "* ]] || fail "$output should hold $images images; fetch $1 again"
