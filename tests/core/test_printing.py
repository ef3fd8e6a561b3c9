"""What is printed, and what a printed document can never reach."""

import base64
import http.server
import threading
from io import BytesIO

import pypdfium2
import pytest
from django.templatetags.static import static
from PIL import Image

from apps.core.printing import print_pages


def picture(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 40), colour).save(file, "PNG")
    return file.getvalue()


def colour_in_the_middle(pdf: bytes) -> tuple[int, int, int]:
    page = pypdfium2.PdfDocument(pdf)[0].render().to_pil().convert("RGB")
    return page.getpixel((page.width // 2, page.height // 2))


def page_with(inside: str) -> str:
    return (
        "<style>@page { size: 100px; margin: 0 } body { margin: 0 } img { width: 100px; height: 100px }</style>"
        + inside
    )


def test_words_of_a_page_are_words_of_the_pdf():
    pdf = pypdfium2.PdfDocument(print_pages("<p>Grüße from the lighthouse</p>"))

    assert len(pdf) == 1
    assert "Grüße from the lighthouse" in pdf[0].get_textpage().get_text_bounded()


def test_a_picture_that_was_handed_over_is_shown():
    pdf = print_pages(page_with('<img src="picture:logo.png">'), pictures={"logo.png": picture("red")})

    assert colour_in_the_middle(pdf) == (255, 0, 0)


def test_a_picture_inside_its_address_is_shown():
    inside = base64.b64encode(picture("blue")).decode()

    assert colour_in_the_middle(print_pages(page_with(f'<img src="data:image/png;base64,{inside}">'))) == (0, 0, 255)


def test_our_own_style_sheet_is_used():
    sheet = f'<link rel="stylesheet" href="{static("css/print.css")}">'

    filled = '<div style="height: 100px; background: var(--bad)"></div>'

    assert colour_in_the_middle(print_pages(sheet + page_with(filled))) == (0xB3, 0x37, 0x2B)


@pytest.mark.parametrize("form", ["file://{}", "{}", "https://document.invalid{}", "/static/../../../../..{}"])
def test_no_file_of_the_machine_is_opened(form, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture("red"))

    assert colour_in_the_middle(print_pages(page_with(f'<img src="{form.format(secret)}">'))) == (255, 255, 255)


def test_the_network_is_never_asked():
    asked = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *words):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print_pages(page_with(f'<img src="http://127.0.0.1:{server.server_port}/pixel.png">'))
        server.shutdown()

    assert asked == []
