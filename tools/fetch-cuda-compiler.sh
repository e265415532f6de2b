#!/usr/bin/env bash
# What XLA needs of CUDA 12.6's compiler to compile for NVIDIA GPUs (50 MB to fetch): cuda/bin/ptxas and
# cuda/nvvm/libdevice, where tools/couplet lets XLA look. They stand under NVIDIA's licence, cuda/LICENSE.
# Not needed where CUDA's toolkit is installed in /usr/local/cuda.
# usage: tools/fetch-cuda-compiler.sh     An archive fetched by hand belongs into cuda/.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=cuda_nvcc-linux-x86_64-12.6.85-archive
archive=$root/cuda/$name.tar.xz
partial=$root/cuda/.partial

command -v xz > /dev/null || {
  echo "$(basename "$0"): xz is missing, which unpacks the archive; install it (xz-utils)" >&2
  exit 1
}

"$root/tools/fetch-verified.sh" \
  "https://developer.download.nvidia.com/compute/cuda/redist/cuda_nvcc/linux-x86_64/$name.tar.xz" "$archive" \
  840deff234d9bef20d6856439c49881cb4f29423b214f9ecd2fa59b7ac323817
# The new files are complete before the old ones go. The launcher takes it from bin/ptxas that all
# is there.
rm -rf "$partial"
mkdir "$partial"
tar -C "$partial" --strip-components=1 -xJf "$archive" \
  "$name/LICENSE" "$name/bin/ptxas" "$name/nvvm/libdevice/libdevice.10.bc"
rm -rf "$root/cuda/bin" "$root/cuda/nvvm"
mv "$partial/LICENSE" "$partial/nvvm" "$root/cuda/"
mv "$partial/bin" "$root/cuda/"
rmdir "$partial"
echo "XLA will find $root/cuda/bin/ptxas and $root/cuda/nvvm/libdevice" >&2
