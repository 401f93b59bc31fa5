"""A receipt that looks like a photo, drawn with Pillow."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from registrations.models import Expense
from registrations.receipts import checked

WIDTH, HEIGHT = 360, 460
PAPER, INK = "#FBFAF6", "#33312C"


def attach_receipt(expense: Expense, *, supplier: str) -> None:
    """Attach a picture of the receipt to an unsaved expense."""
    name = f"bon-{supplier.split()[0].lower()}.png"
    upload = SimpleUploadedFile(name, _drawn(expense, supplier=supplier), "image/png")
    content = checked(upload)
    expense.receipt.save(content.name or name, content, save=False)
    expense.receipt_name = name


def _drawn(expense: Expense, *, supplier: str) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    lines = (
        supplier.upper(),
        f"{expense.date:%d-%m-%Y}",
        "",
        expense.description,
        f"{expense.quantity} x {expense.price}",
        "",
        f"TOTAAL EXCL. BTW   EUR {expense.quantity * expense.price:.2f}",
        "",
        "Bedankt en tot ziens",
    )
    for number, line in enumerate(lines):
        pen.text((32, 40 + number * 42), line, fill=INK)
    out = BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()
