"""RapidOCR, as numerals and lines of print need it."""
