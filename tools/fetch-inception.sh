#!/usr/bin/env bash
# The network that FID is defined by (89 MB to fetch) as the SavedModel OUTPUT, for `couplet fid`.
# usage: tools/fetch-inception.sh [OUTPUT]     default: savedmodels/inception
# An archive fetched by hand belongs beside OUTPUT. TensorFlow publishes no sum of it; MD5=... in the
# environment is compared with the archive's, and `couplet inception` checks the graph in it.
set -euo pipefail

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=${1:-savedmodels/inception}
archive=$(dirname "$output")/inception-2015-12-05.tgz

"$tools/fetch-verified.sh" \
  http://download.tensorflow.org/models/image/imagenet/inception-2015-12-05.tgz "$archive" "${MD5:-}"
"$tools/couplet" inception --from "$archive" --output "$output" || {
  status=$?
  echo "$(basename "$0"): if the archive is at fault, remove $archive and run this again" >&2
  exit "$status"
}
