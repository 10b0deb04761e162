"""What depth a line stands for: numerals, their chain, and how sure it is."""
