#!/usr/bin/env python3
"""Makes the small pictures of src/test/resources/pictures, and what Pillow reads of them.

pixels.npz has for each file the array NAME, uint8 [height, width, 1 or 3]: turned upright by
ImageOps.exif_transpose and laid over red 200, green 100, blue 50 by Image.alpha_composite; one
channel where Pillow finds greys. Needs NumPy and Pillow (made with 12.3.0).
"""

import io
import pathlib

import numpy
from PIL import Image, ImageCms, ImageOps

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src" / "test" / "resources" / "pictures"
BACKGROUND = (200, 100, 50)
ORIENTATION = 0x112


def colours(width=12, height=8):
    """Smooth, and no two sides are alike."""
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [20 + 18 * x, 30 + 25 * y, 250 - 9 * x - 12 * y]
    return Image.fromarray(numpy.stack(planes, -1).clip(0, 255).astype(numpy.uint8))


def transparent():
    alpha = numpy.linspace(0, 255, 96).reshape(8, 12).astype(numpy.uint8)
    image = colours().convert("RGBA")
    image.putalpha(Image.fromarray(alpha))
    return image


def oriented(number):
    exif = Image.Exif()
    exif[ORIENTATION] = number
    return exif


def inks():
    return Image.merge("CMYK", [*colours().split(), colours().split()[0].point(lambda v: v // 2)])


def save(name, image, **options):
    image.save(FOLDER / name, **options)


def write_jpegs():
    for number in range(1, 9):
        save(f"turned{number}.jpg", colours(), quality=90, exif=oriented(number))
    save("progressive.jpg", colours(), quality=90, progressive=True)
    save("grey.jpg", colours().convert("L"), quality=90)
    save("jfif.jfif", colours(), quality=90, format="JPEG")
    save("cmyk.jpg", inks(), quality=95)
    bytes_ = (FOLDER / "cmyk.jpg").read_bytes()
    adobe = bytes_.index(b"\xff\xee")
    # The same file taken for YCCK, and without Adobe's marker.
    (FOLDER / "ycck.jpg").write_bytes(bytes_[: adobe + 15] + b"\2" + bytes_[adobe + 16 :])
    (FOLDER / "plaincmyk.jpg").write_bytes(bytes_[:adobe] + bytes_[adobe + 16 :])


def write_profiles():
    """One picture whose profile swaps red and green, and one of sRGB; Java applies profiles."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    save("srgb.jpg", colours(), quality=95, icc_profile=bytes(profile))
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    swapped = bytes(profile.replace(b"sRGB", b"swap").replace(b"s\0R\0G\0B", b"s\0w\0a\0p"))
    red, green, blue = colours().split()
    save("profile.webp", Image.merge("RGB", (green, red, blue)), lossless=True, icc_profile=swapped)


def write_pngs():
    save("turned6.png", colours(), exif=oriented(6))
    save("alpha.png", transparent())
    save("greyalpha.png", transparent().convert("LA"))
    save("palette.png", colours().quantize(16))
    save("clearpalette.png", colours().quantize(16), transparency=3)
    save("greypalette.png", colours().convert("L").convert("P"))
    save("bit.png", colours().convert("1"))
    save("animated.png", colours(), save_all=True, append_images=[transparent().convert("RGB")])


def write_webps():
    save("lossless.webp", colours(), lossless=True)
    save("lossy.webp", colours(24, 20), quality=90)
    save("lossygrey.webp", colours(24, 20).convert("L").convert("RGB"), quality=90)
    save("alpha.webp", transparent(), lossless=True)
    save("lossyalpha.webp", transparent(), quality=90)
    save("turned6.webp", colours(), lossless=True, exif=oriented(6))
    others = [colours().transpose(Image.Transpose.ROTATE_180)]
    save("animated.webp", colours(), lossless=True, save_all=True, append_images=others)


def write_others():
    save("colours.bmp", colours())
    save("palette.bmp", colours().quantize(16))
    save("colours.gif", colours())
    save("animated.gif", colours(), save_all=True, append_images=[colours().convert("L")])
    save("colours.tif", colours())
    save("packed.tif", colours(), compression="tiff_lzw")
    save("inks.tif", inks())
    save("pages.tif", colours(), save_all=True, append_images=[colours().convert("L")])
    save("turned6.tif", colours(), tiffinfo={ORIENTATION: 6})
    save("grey.tif", colours().convert("L"))


def pixels(file):
    if file.name == "profile.webp":
        return numpy.asarray(colours())  # What the profile makes of it.
    image = Image.open(file)
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA") or "transparency" in image.info:
        image = image.convert("RGBA")
        background = Image.new("RGBA", image.size, (*BACKGROUND, 255))
        image = Image.alpha_composite(background, image).convert("RGB")
    if image.mode == "P":
        image = image.convert("RGB")
        first = numpy.asarray(image)
        if (first == first[..., :1]).all():
            image = image.convert("L")
    image = image.convert("L" if image.mode in ("L", "1") else "RGB")
    array = numpy.asarray(image)
    return array.reshape(*array.shape[:2], -1)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_jpegs()
    write_profiles()
    write_pngs()
    write_webps()
    write_others()
    files = sorted(file for file in FOLDER.iterdir() if file.suffix != ".npz")
    numpy.savez_compressed(FOLDER / "pixels.npz", **{file.name: pixels(file) for file in files})


if __name__ == "__main__":
    main()
