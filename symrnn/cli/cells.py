"""What is said of cells on the command line."""

HELP = 'A cell: a name, a text such as "h = tanh(W h\' + U x + b)", or a file in TOML.'
DOCUMENTS = HELP.removesuffix(".") + ", or a document that defines one: notes.tex, notes.md."
