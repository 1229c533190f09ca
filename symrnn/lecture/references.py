"""The works the lecture cites, and where the prose speaks of them."""

from __future__ import annotations

from symrnn.typeset.bibliography import Work

WORKS = (
    Work(
        "arbel2018",
        "misc",
        "Arbel",
        2018,
        {
            "author": "Nir Arbel",
            "title": "How LSTM networks solve the problem of vanishing gradients",
            "howpublished": "Blog post",
        },
    ),
    Work(
        "bengio1994",
        "article",
        "Bengio et al.",
        1994,
        {
            "author": "Yoshua Bengio and Patrice Simard and Paolo Frasconi",
            "title": "Learning long-term dependencies with gradient descent is difficult",
            "journal": "IEEE Transactions on Neural Networks",
            "volume": "5",
            "number": "2",
            "pages": "157-166",
        },
    ),
    Work(
        "chang2019",
        "inproceedings",
        "Chang et al.",
        2019,
        {
            "author": "Bo Chang and Minmin Chen and Eldad Haber and Ed H. Chi",
            "title": "AntisymmetricRNN: a dynamical system view on recurrent neural networks",
            "booktitle": "International Conference on Learning Representations",
        },
    ),
    Work(
        "cho2014",
        "inproceedings",
        "Cho et al.",
        2014,
        {
            "author": "Kyunghyun Cho and Bart van Merrienboer and Caglar Gulcehre and Dzmitry "
            "Bahdanau and Fethi Bougares and Holger Schwenk and Yoshua Bengio",
            "title": "Learning phrase representations using RNN encoder-decoder for statistical "
            "machine translation",
            "booktitle": "Proceedings of the 2014 Conference on Empirical Methods in Natural "
            "Language Processing",
            "pages": "1724-1734",
        },
    ),
    Work(
        "crossvalidated2015",
        "misc",
        "Cross Validated",
        2015,
        {
            "author": "Cross Validated",
            "title": "How does LSTM prevent the vanishing gradient problem?",
            "howpublished": "A question and its answers at Stack Exchange",
        },
    ),
    Work(
        "elman1990",
        "article",
        "Elman",
        1990,
        {
            "author": "Jeffrey L. Elman",
            "title": "Finding structure in time",
            "journal": "Cognitive Science",
            "volume": "14",
            "number": "2",
            "pages": "179-211",
        },
    ),
    Work(
        "gers2000",
        "article",
        "Gers et al.",
        2000,
        {
            "author": "Felix A. Gers and Juergen Schmidhuber and Fred Cummins",
            "title": "Learning to forget: continual prediction with LSTM",
            "journal": "Neural Computation",
            "volume": "12",
            "number": "10",
            "pages": "2451-2471",
        },
    ),
    Work(
        "goodfellow2016",
        "book",
        "Goodfellow et al.",
        2016,
        {
            "author": "Ian Goodfellow and Yoshua Bengio and Aaron Courville",
            "title": "Deep Learning",
            "publisher": "MIT Press",
        },
    ),
    Work(
        "hochreiter1997",
        "article",
        "Hochreiter and Schmidhuber",
        1997,
        {
            "author": "Sepp Hochreiter and Juergen Schmidhuber",
            "title": "Long short-term memory",
            "journal": "Neural Computation",
            "volume": "9",
            "number": "8",
            "pages": "1735-1780",
        },
    ),
    Work(
        "li2017",
        "misc",
        "Li, Johnson and Yeung",
        2017,
        {
            "author": "Fei-Fei Li and Justin Johnson and Serena Yeung",
            "title": "Recurrent neural networks",
            "howpublished": "Slides of lecture 10 of CS231n, Stanford University",
        },
    ),
    Work(
        "li2018",
        "inproceedings",
        "Li et al.",
        2018,
        {
            "author": "Shuai Li and Wanqing Li and Chris Cook and Ce Zhu and Yanbo Gao",
            "title": "Independently recurrent neural network (IndRNN): building a longer and "
            "deeper RNN",
            "booktitle": "Proceedings of the IEEE Conference on Computer Vision and Pattern "
            "Recognition",
            "pages": "5457-5466",
        },
    ),
    Work(
        "miller2019",
        "inproceedings",
        "Miller and Hardt",
        2019,
        {
            "author": "John Miller and Moritz Hardt",
            "title": "Stable recurrent models",
            "booktitle": "International Conference on Learning Representations",
        },
    ),
    Work(
        "pascanu2013",
        "inproceedings",
        "Pascanu et al.",
        2013,
        {
            "author": "Razvan Pascanu and Tomas Mikolov and Yoshua Bengio",
            "title": "On the difficulty of training recurrent neural networks",
            "booktitle": "Proceedings of the 30th International Conference on Machine Learning",
            "pages": "1310-1318",
        },
    ),
    Work(
        "tallec2018",
        "inproceedings",
        "Tallec and Ollivier",
        2018,
        {
            "author": "Corentin Tallec and Yann Ollivier",
            "title": "Can recurrent neural networks warp time?",
            "booktitle": "International Conference on Learning Representations",
        },
    ),
    Work(
        "vorontsov2017",
        "inproceedings",
        "Vorontsov et al.",
        2017,
        {
            "author": "Eugene Vorontsov and Chiheb Trabelsi and Samuel Kadoury and Chris Pal",
            "title": "On orthogonality and learning recurrent networks with long term dependencies",
            "booktitle": "Proceedings of the 34th International Conference on Machine Learning",
        },
    ),
    Work(
        "werbos1990",
        "article",
        "Werbos",
        1990,
        {
            "author": "Paul J. Werbos",
            "title": "Backpropagation through time: what it does and how to do it",
            "journal": "Proceedings of the IEEE",
            "volume": "78",
            "number": "10",
            "pages": "1550-1560",
        },
    ),
    Work(
        "williams1990",
        "article",
        "Williams and Peng",
        1990,
        {
            "author": "Ronald J. Williams and Jing Peng",
            "title": "An efficient gradient-based algorithm for on-line training of recurrent "
            "network trajectories",
            "journal": "Neural Computation",
            "volume": "2",
            "number": "4",
            "pages": "490-501",
        },
    ),
    Work(
        "zhang2023",
        "book",
        "Zhang et al.",
        2023,
        {
            "author": "Aston Zhang and Zachary C. Lipton and Mu Li and Alexander J. Smola",
            "title": "Dive into Deep Learning",
            "publisher": "Cambridge University Press",
        },
    ),
)


def cited(text: str) -> str:
    """Prose in which a work named as `Pascanu et al. (2013)` is a citation of it."""
    for work in WORKS:
        text = text.replace(work.spoken, f"[[@{work.key}]]")
    return text
