#!/usr/bin/env bash
# CelebA's aligned faces (1.4 GB to fetch) at 64 x 64 as OUTPUT, which the configs celeba64_* read.
# usage: tools/fetch-celeba.sh [OUTPUT]     default: data/celeba64.npy
# The archive lies on a Google Drive, which often refuses scripts: then fetch img_align_celeba.zip
# with a browser from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, put it beside OUTPUT, and
# run this again.
set -euo pipefail

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=${1:-data/celeba64.npy}
archive=$(dirname "$output")/img_align_celeba.zip
drive='https://drive.usercontent.google.com/download?id=0B7EVK8r0v71pZjFTYXZWM3FlRnM&confirm=t'

"$tools/fetch-verified.sh" "$drive" "$archive" 00d2c5bc6d35e252742224ab0c1e8fcb
"$tools/couplet" data --from "$archive" --size 64 --strict --output "$output"
