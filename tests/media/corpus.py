"""Files of every kind and malice, made on the spot and tiny; each says what must become of it.

`CORPUS` names them as a person would. What is expected is either fields of the probe, or words of the refusal.
"""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from PIL import Image, PngImagePlugin

from apps.media.probing import documents, ffmpeg

PLANTED: Final = (
    b"SerialNumber-4711",
    b"+52.5200",
    b"Somebody Private",
    b"<script>alert",
    b"FOREIGN-PAYLOAD",
    b"\xa9xyz",
    b"loci",
)
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
FILM: Final = ("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=0.4")
TONE: Final = ("-f", "lavfi", "-i", "sine=d=0.4")
H264: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC: Final = ("-c:a", "aac", "-shortest")
HEVC: Final = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params")
TEN_BITS: Final = ("-pix_fmt", "yuv420p10le", "-tag:v", "hvc1")


@dataclass(frozen=True)
class Specimen:
    make: Callable[[Path], None]
    words: str = ""  # of the refusal; "" where it is taken
    fields: dict[str, Any] = field(default_factory=dict)  # of the probe
    copy: dict[str, Any] = field(default_factory=dict)  # of the clean copy, where it differs


CORPUS: dict[str, Specimen] = {}


def taken(name: str, make: Callable[[Path], None], copy: dict[str, Any] | None = None, **fields: Any) -> None:
    CORPUS[name] = Specimen(make, fields=fields, copy=copy or {})


def refused(name: str, make: Callable[[Path], None], words: str) -> None:
    CORPUS[name] = Specimen(make, words=words)


def at(name: str, folder: Path) -> Path:
    """The file of this name; it is made the first time."""
    path = folder / name
    if not path.exists():
        CORPUS[name].make(path)
    return path


# --- pictures


def picture(
    kind: str, *, mode: str = "RGB", size: tuple[int, int] = (40, 20), colour: str = "teal", **options: Any
) -> Callable[[Path], None]:
    return lambda path: Image.new(mode, size, None if mode == "CMYK" else colour).save(path, format=kind, **options)


def animation(kind: str, frames: int = 3, **options: Any) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        images = [Image.new("RGB", (10, 10), (number * 80 % 256, 40, 90)) for number in range(frames)]
        images[0].save(path, format=kind, save_all=True, append_images=images[1:], **options)

    return make


def exif(orientation: int = 1) -> Image.Exif:
    data = Image.Exif()
    data[ORIENTATION], data[MAKER] = orientation, "SerialNumber-4711"
    data.get_ifd(GPS)[1] = "N"
    return data


def grey_of_sixteen_bits(path: Path) -> None:
    Image.new("I;16", (8, 8), 0x8080).save(path, format="PNG")


def photo(path: Path) -> None:
    Image.linear_gradient("L").resize((4032, 3024)).convert("RGB").save(path, format="JPEG", exif=exif(6))


def heic(path: Path) -> None:
    """A phone's picture, put together by hand from one HEVC frame, for nothing here writes such files."""
    ffmpeg_film(*FILM[:3], "testsrc2=s=64x64:r=1:d=1", *HEVC, "log-level=error", "-tag:v", "hvc1")(
        path.with_suffix(".mp4")
    )
    film = path.with_suffix(".mp4").read_bytes()
    path.with_suffix(".mp4").unlink()
    config_at, data_at = film.index(b"hvcC") - 4, film.index(b"mdat") - 4
    config = film[config_at : config_at + int.from_bytes(film[config_at : config_at + 4], "big")]
    frame = film[data_at + 8 : data_at + int.from_bytes(film[data_at : data_at + 4], "big")]
    for offset in (0, 1):
        path.write_bytes(_heif(config, frame, offset if not offset else path.read_bytes().index(frame)))


def _heif(config: bytes, frame: bytes, offset: int) -> bytes:
    full = b"\0\0\0\0"
    entry = box(b"infe", b"\x02\0\0\0", b"\0\1\0\0hvc1\0")
    sizes = box(b"ispe", full, struct.pack(">II", 64, 64))
    meta = box(
        b"meta", full,
        box(b"hdlr", full, b"\0\0\0\0pict", b"\0" * 13),
        box(b"pitm", full, b"\0\1"),
        box(b"iloc", full, b"\x44\0\0\1\0\1\0\0\0\1", struct.pack(">II", offset, len(frame))),
        box(b"iinf", full, b"\0\1", entry),
        box(b"iprp", box(b"ipco", config, sizes), box(b"ipma", full, b"\0\0\0\1\0\1\x02\x81\x02")),
    )  # fmt: skip
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta + box(b"mdat", frame)


def box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + name + body


taken("plain.jpg", picture("JPEG"), mime_type="image/jpeg", width=40, height=20, kind="image", frames=1)
taken("progressive.jpg", picture("JPEG", progressive=True), mime_type="image/jpeg")
taken("print.jpg", picture("JPEG", mode="CMYK"), mime_type="image/jpeg")
taken("stereo.jpg", animation("MPO"), mime_type="image/jpeg", frames=1)
taken("photo of 12 MP.jpg", photo, width=3024, height=4032, rotation=90, copy={"rotation": 0})
taken("plain.png", picture("PNG"), mime_type="image/png", has_alpha=False)
taken("clear.png", picture("PNG", mode="RGBA"), mime_type="image/png", has_alpha=True)
taken("palette.png", picture("PNG", mode="P", colour="black", transparency=0), has_alpha=True)
taken("fax.png", picture("PNG", mode="1", colour="white"), mime_type="image/png")
taken("scan of 16 bits.png", grey_of_sixteen_bits, mime_type="image/png")
taken("moving.png", animation("PNG"), mime_type="image/png", frames=3)
taken("plain.webp", picture("WEBP"), mime_type="image/webp")
taken("clear.webp", picture("WEBP", mode="RGBA", lossless=True, colour="#00808080"), has_alpha=True)
taken("moving.webp", animation("WEBP"), frames=3)
taken("still.gif", picture("GIF"), mime_type="image/gif", frames=1)
taken("moving.gif", animation("GIF"), mime_type="image/gif", frames=3)
taken("phone.heic", heic, mime_type="image/heic", width=64, height=64, copy={"mime_type": "image/jpeg"})
taken("web.avif", picture("AVIF"), mime_type="image/avif", copy={"mime_type": "image/jpeg"})
taken("scan.tif", picture("TIFF"), mime_type="image/tiff", copy={"mime_type": "image/jpeg"})
taken("clear.tif", picture("TIFF", mode="RGBA"), has_alpha=True, copy={"mime_type": "image/png"})
taken("paint.bmp", picture("BMP"), mime_type="image/bmp", copy={"mime_type": "image/jpeg"})
for number, turn in enumerate((0, 0, 180, 180, 90, 90, 270, 270), start=1):
    width, height = (20, 40) if number > 4 else (40, 20)
    make = picture("JPEG", exif=exif(number))
    taken(f"held {number}.jpg", make, width=width, height=height, rotation=turn, copy={"rotation": 0})


# --- videos


def ffmpeg_film(*arguments: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        run("-y", *arguments, str(path))

    return make


def run(*arguments: str) -> None:
    subprocess.run([str(ffmpeg()), "-nostdin", "-loglevel", "error", *arguments], check=True, timeout=60)


def turned(degrees: int) -> Callable[[Path], None]:
    """As a phone writes it: stored on its side, with a note for the player."""

    def make(path: Path) -> None:
        plain = path.with_name(f"{path.stem} plain.mp4")
        ffmpeg_film(*FILM, *H264)(plain)
        run("-y", "-display_rotation", str(degrees), "-i", str(plain), "-c", "copy", str(path))

    return make


def hdr(transfer: str) -> Callable[[Path], None]:
    colours = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    return ffmpeg_film(
        *FILM, *HEVC, colours, *TEN_BITS,
        "-color_trc", transfer, "-color_primaries", "bt2020", "-colorspace", "bt2020nc",
    )  # fmt: skip


def of_a_phone(path: Path) -> None:
    """With all that phones write along: maker, place, chapters, notes on each track."""
    chapters = path.with_suffix(".txt")
    chapters.write_text(
        ";FFMETADATA1\nartist=Somebody Private\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=200\ntitle=Somebody Private\n"
    )
    run(
        "-y", *FILM, *TONE, "-i", str(chapters), *H264, *AAC, "-map", "0:v", "-map", "1:a", "-map_metadata", "2",
        "-metadata", "com.apple.quicktime.make=SerialNumber-4711",
        "-metadata", "com.apple.quicktime.location.ISO6709=+52.5200+013.4050/",
        "-metadata:s:v", "handler_name=Somebody Private", "-movflags", "use_metadata_tags", str(path),
    )  # fmt: skip


def with_place(path: Path) -> None:
    """The older ways of writing the place: one of QuickTime, one of MP4."""
    ffmpeg_film(*FILM, *TONE, *H264, *AAC, "-metadata", "location=+52.5200+013.4050/")(path)


def uneven(path: Path) -> None:
    run(
        "-y",
        *FILM[:3],
        "testsrc2=s=64x48:r=25:d=2",
        "-vf",
        "select='not(mod(n,5))+lt(mod(n,10),3)'",
        "-fps_mode",
        "vfr",
        *H264,
        str(path),
    )


def recorded_by_a_browser(path: Path) -> None:
    """Streamed, so that nothing at its beginning says how long it became."""
    with path.open("wb") as out:
        arguments = (*FILM, "-c:v", "libvpx", "-deadline", "realtime", "-f", "webm", "-live", "1", "pipe:1")
        subprocess.run([str(ffmpeg()), "-loglevel", "error", *arguments], check=True, stdout=out, timeout=60)


VP9: Final = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")
MPEG4: Final = ("-c:v", "mpeg4")
taken(
    "film.mp4", ffmpeg_film(*FILM, *TONE, *H264, *AAC), kind="video", mime_type="video/mp4", width=64, height=48,
    video_codec="h264", audio_codec="aac", frame_rate=25.0, is_variable_rate=False, channels=1, is_faststart=False,
    sample_rate=44100, is_hdr=False, rotation=0, copy={"is_faststart": True},
)  # fmt: skip
taken("ready.mp4", ffmpeg_film(*FILM, *H264, "-movflags", "+faststart"), is_faststart=True, audio_codec="")
taken("pieces.mp4", ffmpeg_film(*FILM, *H264, "-movflags", "frag_keyframe+empty_moov"), video_codec="h264", width=64)
taken("left.mp4", turned(90), width=48, height=64, rotation=270)
taken("right.mp4", turned(-90), width=48, height=64, rotation=90)
taken("head over.mov", turned(180), width=64, height=48, rotation=180, mime_type="video/quicktime")
taken("phone.mov", of_a_phone, mime_type="video/quicktime", video_codec="h264", audio_codec="aac")
taken("older phone.mov", with_place, mime_type="video/quicktime", audio_codec="aac")
taken("android.mp4", with_place, mime_type="video/mp4", audio_codec="aac")
taken(
    "night.mov", hdr("smpte2084"), is_hdr=True, video_codec="hevc", pixel_format="yuv420p10le", video_profile="Main 10"
)
taken("day.mp4", hdr("arib-std-b67"), is_hdr=True, video_codec="hevc")
taken("large.mp4", ffmpeg_film(*FILM[:3], "testsrc2=s=3840x2160:r=30:d=0.2", *H264), width=3840, height=2160)
taken("fast.mp4", ffmpeg_film(*FILM[:3], "testsrc2=s=64x48:r=120:d=0.4", *H264), frame_rate=120.0)
taken("uneven.mp4", uneven, is_variable_rate=True)
taken("wide pixels.mp4", ffmpeg_film(*FILM, "-vf", "setsar=2", *H264), width=128, height=48, pixel_aspect=2.0)
taken("absurd pixels.mp4", ffmpeg_film(*FILM, "-vf", "setsar=1000", *H264), width=64, pixel_aspect=1.0)
taken("apple.m4v", ffmpeg_film(*FILM, *H264, "-f", "ipod"), mime_type="video/x-m4v", copy={"mime_type": "video/mp4"})
taken(
    "old phone.3gp",
    ffmpeg_film(*FILM[:3], "testsrc2=s=176x144:r=15:d=0.4", "-c:v", "h263"),
    mime_type="video/3gpp",
    video_codec="h263",
)
taken(
    "edit.mov",
    ffmpeg_film(*FILM, *TONE, "-c:v", "prores_ks", "-c:a", "pcm_s16le"),
    video_codec="prores",
    audio_codec="pcm_s16le",
)
taken(
    "clear.mov",
    ffmpeg_film(*FILM, "-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"),
    has_alpha=True,
)
taken("disc.ts", ffmpeg_film(*FILM, "-c:v", "mpeg2video"), mime_type="video/mp2t", video_codec="mpeg2video")
taken(
    "camera.mts",
    ffmpeg_film(*FILM, *H264, "-f", "mpegts", "-mpegts_m2ts_mode", "1"),
    mime_type="video/mp2t",
    video_codec="h264",
)
taken(
    "old.avi",
    ffmpeg_film(*FILM, *TONE, *MPEG4, "-c:a", "mp3"),
    mime_type="video/x-msvideo",
    video_codec="mpeg4",
    audio_codec="mp3",
)
taken("older.avi", ffmpeg_film(*FILM, "-c:v", "msmpeg4"), video_codec="msmpeg4v3")
taken("frames.avi", ffmpeg_film(*FILM, "-c:v", "mjpeg"), video_codec="mjpeg")
taken(
    "web.webm",
    ffmpeg_film(*FILM, *TONE, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"),
    mime_type="video/webm",
    video_codec="vp8",
    audio_codec="opus",
)
taken("new.webm", ffmpeg_film(*FILM, *VP9), video_codec="vp9")
taken("browser.webm", recorded_by_a_browser, video_codec="vp8")
taken(
    "film.mkv",
    ffmpeg_film(*FILM, *TONE, *H264, "-c:a", "libvorbis"),
    mime_type="video/x-matroska",
    audio_codec="vorbis",
)
taken("newest.mp4", ffmpeg_film(*FILM, "-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime"), video_codec="av1")


# --- documents


def pdf(path: Path) -> None:
    path.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\ntrailer<</Root 1 0 R>>\nstartxref\n42\n%%EOF\n")


def archive(*names: str, content: bytes = b"<x/>") -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name in names:
                out.writestr(name, content)

    return make


def compound(*streams: str) -> Callable[[Path], None]:
    """An Office file from before 2007: a head, a table of sectors, a directory."""

    def make(path: Path) -> None:
        head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504)
        head[30:32], head[48:52], head[76:80] = b"\x09\0", struct.pack("<I", 1), struct.pack("<I", 0)
        table = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
        directory = b"".join(_entry(name) for name in ("Root Entry", *streams)).ljust(512, b"\0")
        path.write_bytes(bytes(head) + table + directory)

    return make


def _entry(name: str) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return encoded.ljust(64, b"\0") + struct.pack("<H", len(encoded)) + b"\0" * 62


CONTENTS: Final = "[Content_Types].xml"
taken("menu.pdf", pdf, kind="document", mime_type="application/pdf", width=0)
taken(
    "letter.docx",
    archive(CONTENTS, "word/document.xml"),
    mime_type=documents.DOCX,
)
taken(
    "slides.pptx",
    archive(CONTENTS, "ppt/presentation.xml"),
    mime_type=documents.PPTX,
)
taken("letter.doc", compound("WordDocument"), mime_type="application/msword")
taken("slides.ppt", compound("Current User", "PowerPoint Document"), mime_type="application/vnd.ms-powerpoint")


# --- broken


def written(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def cut(make: Callable[[Path], None], share: float) -> Callable[[Path], None]:
    def cutting(path: Path) -> None:
        make(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return cutting


def noise(kind: str) -> Callable[[Path], None]:
    return lambda path: Image.effect_noise((200, 200), 90).convert("RGB").save(path, format=kind)


def swapped(make: Callable[[Path], None], old: bytes, new: bytes) -> Callable[[Path], None]:
    def swapping(path: Path) -> None:
        make(path)
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new))

    return swapping


refused("nothing.jpg", written(b""), "is empty")
for kind in ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "AVIF"):
    refused(f"half.{kind.lower()}", cut(noise(kind), 0.5), "damaged")
refused("half.gif", cut(noise("GIF"), 0.1), "damaged")
refused("half.heic", cut(heic, 0.5), "damaged")
refused("head alone.jpg", written(b"\xff\xd8\xff\xe0\0\x10JFIF\0"), "damaged")
refused("index lost.mp4", cut(ffmpeg_film(*FILM, *H264), 0.5), "breaks off")
refused("pictures lost.mp4", cut(ffmpeg_film(*FILM, *H264, "-movflags", "+faststart"), 0.9), "breaks off")
refused("head alone.mp4", cut(ffmpeg_film(*FILM, *H264), 0.01), "damaged")
refused("half.webm", cut(ffmpeg_film(*FILM, *VP9), 0.5), "breaks off")
refused("half.avi", cut(ffmpeg_film(*FILM, *MPEG4), 0.5), "breaks off")
refused("half.pdf", cut(pdf, 0.7), "breaks off")
refused("half.docx", cut(archive(CONTENTS, "word/document.xml"), 0.5), "breaks off")
refused(
    "noise.mp4",
    written(box(b"ftyp", b"isom\0\0\0\0isom") + box(b"moov", bytes(range(256)) * 8) + box(b"mdat", b"x" * 99)),
    "no picture|damaged",
)
refused("no picture left.mp4", swapped(ffmpeg_film(*FILM, *H264), b"avcC", b"free"), "no picture|damaged")


# --- bombs


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def unfolding(path: Path) -> None:
    """20,000 x 20,000 pixels in a kilobyte or so: rows of nothing, packed twice over."""
    packed = zlib.compress(zlib.compress(b"\0" * 2501 * 20_000, 9), 9)
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))


def chatty(path: Path) -> None:
    """A text chunk of a few kilobytes that unfolds to 16 MB."""
    text = b"note\0\1\0\0\0" + zlib.compress(b"a" * 16_000_000, 9)
    Image.new("RGB", (8, 8)).save(path, format="PNG")
    content = path.read_bytes()
    path.write_bytes(content[:33] + chunk(b"iTXt", text) + content[33:])


def with_profile(path: Path) -> None:
    """A colour profile of a few kilobytes that unfolds to 16 MB."""
    profile = b"profile\0\0" + zlib.compress(b"\0" * 16 + b"RGB " + b"a" * 16_000_000, 9)
    Image.new("RGB", (8, 8)).save(path, format="PNG")
    content = path.read_bytes()
    path.write_bytes(content[:33] + chunk(b"iCCP", profile) + content[33:])


def ten_thousand_frames(path: Path) -> None:
    animation("GIF", frames=2)(path)
    content = path.read_bytes()
    # The second frame begins with what is said of its control, and ends where the file does.
    start = content.rindex(b"!\xf9\x04")
    path.write_bytes(content[:start] + content[start:-1] * 9_999 + content[-1:])


def overfull(path: Path) -> None:
    """Its table promises that a kilobyte unfolds to 4 GB."""
    archive(CONTENTS, "word/document.xml")(path)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = b"\xff\xff\xff\xfe"
    path.write_bytes(bytes(content))


def endless_table(path: Path) -> None:
    """An index of a few hundred bytes that speaks of four thousand million pictures."""
    ffmpeg_film(*FILM, *H264)(path)
    content = bytearray(path.read_bytes())
    for name in (b"stsz", b"stts", b"stsc"):
        at = content.index(name) + (12 if name == b"stsz" else 8)
        content[at : at + 4] = b"\x0f\xff\xff\xff"
    path.write_bytes(bytes(content))


refused("bomb.png", unfolding, "more than 50 million pixels")
refused("bomb.gif", ten_thousand_frames, "too many frames")
refused("chatty.png", chatty, "damaged")
refused("profile.png", with_profile, "damaged")
refused("wide.jpg", swapped(picture("JPEG"), b"\x08\0\x14\0\x28\x03", b"\x08\xff\xff\xff\xff\x03"), "million pixels")
refused(
    "wide.webp",
    written(b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x3f\0\xff\x3f\0VP8 \0\0\0\0"),
    "million pixels|damaged",
)
refused("wide.gif", swapped(picture("GIF"), b"GIF87a\x28\0\x14\0", b"GIF87a\xff\xff\xff\xff"), "million pixels")
refused("bomb named.png", archive("bomb", content=b"\0" * 5_000_000), "is an archive")
refused("bomb.docx", overfull, "unpack to more")
refused("endless.mp4", endless_table, "damaged|memory|no picture")
refused(
    "long box.mp4", written(box(b"ftyp", b"isom\0\0\0\0isom") + struct.pack(">I4sQ", 1, b"moov", 1 << 62)), "breaks off"
)
refused(
    "wide.mp4",
    swapped(
        ffmpeg_film(*FILM, "-c:v", "ffv1", "-f", "matroska"),
        b"\xb0\x81\x40\xba\x81\x30",
        b"\xb0\x82\x7f\xff\xba\x81\x7f",
    ),
    "damaged|million|breaks|picture",
)


# --- in disguise


def two_in_one(path: Path) -> None:
    """A JPEG in front, an archive behind: readers of archives begin at the end."""
    Image.new("RGB", (40, 20)).save(path, format="JPEG", comment=b"Somebody Private")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as inner:
        inner.writestr("FOREIGN-PAYLOAD", "<script>alert(1)</script>")
    path.write_bytes(path.read_bytes() + out.getvalue())


def picture_and_program(path: Path) -> None:
    """A GIF that is a program at the same time: its width is the beginning of a comment."""
    Image.new("RGB", (0x2A2F, 4)).save(path, format="GIF")
    path.write_bytes(path.read_bytes() + b"*/=1;FOREIGN-PAYLOAD;<script>alert(1)</script>")


def notes(path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Somebody Private")
    info.add_itxt("XML:com.adobe.xmp", "SerialNumber-4711")
    Image.new("RGB", (8, 8)).save(path, format="PNG", pnginfo=info, exif=exif())


def moving_notes(path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Somebody Private")
    animation("PNG", pnginfo=info, exif=exif())(path)


def sound(*arguments: str) -> Callable[[Path], None]:
    return ffmpeg_film(*TONE, *arguments)


M3U8: Final = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
taken("two in one.jpg", two_in_one, width=40)
taken("program.gif", picture_and_program, width=0x2A2F, mime_type="image/gif")
taken("moving notes.png", moving_notes, frames=3)
taken("moving notes.webp", animation("WEBP", exif=exif(), xmp=b"<x>Somebody Private</x>"), frames=3)
taken("moving notes.gif", animation("GIF", comment=b"Somebody Private"), frames=3)
taken("notes.png", notes, width=8)
taken("film named.jpg", ffmpeg_film(*FILM, *H264, "-f", "mp4"), kind="video")
refused("list.mp4", written(M3U8), "list of where a video lies")
refused("concat.mp4", written(b"ffconcat version 1.0\nfile /etc/passwd\n"), "list of where")
refused("dash.mp4", written(b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>"), "list of where")
refused("stream.mp4", written(b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\n"), "list of where")
refused("boxed list.mp4", written(box(b"ftyp", b"isom\0\0\0\0isom") + M3U8), "damaged|breaks off")
refused("page.jpg", written(b"\n<!DOCTYPE html><script>alert(1)</script>"), "is a web page")
refused("drawing.svg", written(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "Export it as PNG")
refused(
    "drawing.png", written(b"\xef\xbb\xbf<?xml version='1.0'?><!-- x --><svg onload='alert(1)'/>"), "Export it as PNG"
)
refused("text.txt", written(b"hello"), "no picture, video or document")
refused("noise.bin", written(bytes(range(256)) * 4), "no picture, video or document")
refused("macros.docx", archive(CONTENTS, "word/document.xml", "word/vbaProject.bin"), "macros")
refused("sheet.xlsx", archive(CONTENTS, "xl/workbook.xml"), "is an archive")
refused("sheet.xls", compound("Workbook"), "no picture, video or document")
refused("locked.docx", compound("EncryptedPackage", "EncryptionInfo"), "password")
refused("raw.dng", picture("TIFF", tiffinfo={0xC612: b"\1\4\0\0"}), "raw picture")
refused("raw.cr2", written(b"II*\0\x10\0\0\0CR\2\0" + b"\0" * 99), "raw picture")
refused("raw.cr3", written(box(b"ftyp", b"crx \0\0\0\1crx isom")), "raw picture")
refused("song.mp3", sound("-c:a", "mp3"), "sound without a picture")
refused("song.wav", sound(), "sound without a picture")
refused("song.m4a", sound("-c:a", "aac", "-f", "ipod"), "sound without a picture")
refused("song.mp4", sound("-c:a", "aac"), "sound without a picture")
refused("song.ogg", sound("-c:a", "libvorbis"), "sound without a picture")
refused("unknown.mp4", swapped(ffmpeg_film(*FILM, *H264), b"avc1", b"zzzz"), "cannot be read here|no picture|damaged")
refused("rare.mkv", ffmpeg_film(*FILM, "-c:v", "snow", "-strict", "-2"), "snow")
refused("words.vtt", written(b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"), "holds captions")
