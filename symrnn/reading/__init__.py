"""What others write, read as objects of the language; never evaluated.

A cell is written as people write it:

    f = sigmoid(W_f [h'; x] + b_f)        # one definition a line, or several with ;
    h = f * h' + (1 - f) * tanh(W x + alpha b)

    W h', W @ h'     a product of matrices; binds tighter than *
    f * c            entrywise; / divides by a scalar, by a column entry by entry
    c^2, W^2, W^-1   powers: of a column entry by entry, of a matrix its product
    h'               one step back; what stands so is a state
    [h'; x]          one below the other
    W^T, W.T, I      the transpose, the identity
    1 - f            a scalar in a sum of columns is added to each entry
    W, W_{hh}        a capital is a matrix
    b, b_f           a small letter is a column: defined, an input (x, x_1), or a parameter
    alpha, α         a Greek word is a scalar
    tanh(…)          sigmoid, relu, … and every activation known by name
    σ(…), phi(…)     activations of which nothing is known
    exp(…)           log, sqrt, abs, cos, …: of every entry, or of a scalar
    softmax(V h)     of a whole column; logsumexp, sum, mean and norm of one are scalars
    trace(W), tr(W)  det(W): scalars; inv(W)
    v^T h            a row and a column: a scalar
    mu = mean(h)     a Greek word may be defined: it is written out where it is read

The text passes through `tokens` (characters), `parse` (a tree), `infer` (shapes, by
unification) and `build` (nodes of the language); each of them can refuse, with the place.

Formulas in LaTeX are read in `latex`: `scan` (tokens, macros bounded), `expressions` and `chains`
(trees that decide nothing of the document), `build` (nodes of the language, given a cell);
`documents` finds them in files.
"""

from symrnn.reading.cell_text import read_recurrence
from symrnn.reading.latex.build import from_latex

__all__ = ["from_latex", "read_recurrence"]
