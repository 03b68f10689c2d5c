"""How results are shown: text, JSON, Markdown, drawings. Nothing here decides."""
