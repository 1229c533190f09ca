"""Documents in files: where their formulas stand, what their comments say."""

from symrnn.reading.documents.decode import LARGEST, decoded
from symrnn.reading.documents.document import Document, Formula, Remark
from symrnn.reading.documents.files import ENDINGS, documents_in, read_document
from symrnn.reading.documents.latex import latex_document
from symrnn.reading.documents.markdown import markdown

__all__ = [
    "ENDINGS",
    "LARGEST",
    "Document",
    "Formula",
    "Remark",
    "decoded",
    "documents_in",
    "latex_document",
    "markdown",
    "read_document",
]
