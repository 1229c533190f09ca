"""The commands and words of LaTeX mathematics, by what they are."""

EQUAL, AT_MOST, AT_LEAST, LESS, MORE, ABOUT, OTHER = "=", "≤", "≥", "<", ">", "≈", "other"

RELATIONS = {
    "=": EQUAL, r"\equiv": EQUAL, r"\triangleq": EQUAL, r"\coloneqq": EQUAL, r"\doteq": EQUAL,
    r"\le": AT_MOST, r"\leq": AT_MOST, r"\leqslant": AT_MOST, r"\ge": AT_LEAST, r"\geq": AT_LEAST,
    r"\geqslant": AT_LEAST, "<": LESS, ">": MORE, r"\lt": LESS, r"\gt": MORE, r"\approx": ABOUT,
    r"\simeq": ABOUT, r"\sim": OTHER, r"\propto": OTHER, r"\to": OTHER, r"\rightarrow": OTHER,
    r"\longrightarrow": OTHER, r"\mapsto": OTHER, r"\in": OTHER, r"\gets": OTHER, r"\ne": OTHER,
    r"\leftarrow": OTHER, r"\neq": OTHER, r"\ll": OTHER, r"\gg": OTHER, r"\cong": ABOUT,
    r"\lesssim": OTHER, r"\gtrsim": OTHER, r"\subset": OTHER, r"\notin": OTHER,
    r"\xrightarrow": OTHER, r"\perp": OTHER, r"\mid": OTHER,
}  # fmt: skip


DEFINING = frozenset({r"\triangleq", r"\coloneqq", r"\equiv", ":=", "def"})
"""Relations that say that the left side is defined."""


SEPARATORS = frozenset(
    {r"\quad", r"\qquad", r"\Rightarrow", r"\implies", r"\iff", r"\Leftrightarrow", r"\because",
     r"\therefore", r"\Longrightarrow", r"\forall", r"\longmapsto", r"\rightsquigarrow",
     r"\impliedby", r"\hookrightarrow", ";"}
)  # fmt: skip


FONTS = frozenset({
    "mathbf", "boldsymbol", "bm", "mathrm", "mathit", "mathsf", "mathbb", "mathtt", "pmb", "vec",
    "bold", "rm", "bf", "symbf",
    "vb", "vu", "va", "mathbfit",
})  # fmt: skip


SCRIPTS = {"mathcal": "cal", "mathscr": "cal", "mathfrak": "frak", "cal": "cal"}


ACCENTS = {
    "hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde", "bar": "bar",
    "overline": "bar", "dot": "dot", "underline": "under", "check": "check", "ddot": "ddot",
    "breve": "breve", "acute": "acute", "underbar": "under", "ring": "ring", "grave": "grave",
    "overrightarrow": "right",
    "overleftarrow": "left",
}  # fmt: skip


SAME = {"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho",
         "varsigma": "varsigma", "ell": "ell"}  # fmt: skip


SAME_AS = "bb 1"
"""The name of 1[i = j], with i and j as its indices."""

LETTERS = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta",
    "iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "varpi", "rho", "varrho", "sigma",
    "varsigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta",
    "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell", "infty",
    "top", "hbar", "imath", "jmath", "Re", "Im", "aleph",
})  # fmt: skip


FUNCTION_COMMANDS = frozenset({
    "tanh", "sin", "cos", "exp", "log", "ln", "max", "min", "det", "dim", "arctan", "cosh", "sinh",
    "arg", "sup", "inf", "lim", "Pr", "tan", "deg", "arcsin", "arccos",
})  # fmt: skip


WORDS = (
    "softmax", "sigmoid", "logistic", "softplus", "diagonal", "identity", "logits", "tanh", "diag",
    "relu", "ReLU", "Loss", "loss", "GRU", "LSTM", "RNN", "net", "vec", "exp", "log", "sech",
    "cosh",
    "sigm", "clip", "sgn", "sign", "max", "min", "Diag", "ELU", "GELU", "SiLU", "trace",
    "leaky", "softsign", "selu", "elu", "hard", "gelu",
)  # fmt: skip
"""Words that are written as letters side by side and are no product."""


SAME_WORDS = {
    "sig": "sigmoid", "sgm": "sigmoid", "logsig": "sigmoid", "expit": "sigmoid",
    "Sigmoid": "sigmoid", "Logistic": "logistic", "tansig": "tanh", "Tanh": "tanh",
    "TanH": "tanh", "Softmax": "softmax", "SoftMax": "softmax", "Softplus": "softplus",
    "SoftPlus": "softplus", "Relu": "relu", "ReLu": "relu", "RELU": "relu",
}  # fmt: skip
"""Other spellings of functions, where they are set upright."""


PRODUCTS = {
    r"\cdot": "cdot", r"\times": "times", "*": "ast", r"\ast": "ast", r"\odot": "odot",
    r"\circ": "odot", r"\otimes": "otimes", r"\star": "odot", r"\bullet": "cdot",
    r"\bigodot": "odot", r"\ltimes": "cdot",
}  # fmt: skip


DIVIDES = (r"\oslash", r"\varoslash")
"""Entrywise quotients."""


DOTS = frozenset({
    "dots", "cdots", "ldots", "dotsc", "dotsb", "dotsm", "dotso", "hdots", "vdots", "ddots",
})  # fmt: skip


OPEN = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle", r"\lbrace": r"\rbrace",
         r"\lparen": r"\rparen", r"\lbrack": r"\rbrack"}  # fmt: skip


MATRICES = frozenset({
    "matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "array",
})  # fmt: skip


ROWS = frozenset({
    "align", "align*", "aligned", "alignedat", "alignat", "alignat*", "split", "gather", "gather*",
    "gathered", "multline", "multline*", "eqnarray", "eqnarray*", "equation", "equation*",
    "flalign", "flalign*", "displaymath", "math", "dcases",
})  # fmt: skip
