"""Recurrent networks: names, words, letters, and pictures by rows."""

from __future__ import annotations

from explorer.arch.layers import (
    GRU,
    LSTM,
    RNN,
    ConcatRNN,
    Dropout,
    Embedding,
    Flatten,
    GlobalMaxPool,
    LastStep,
    Linear,
    LogSoftmax,
    SwapAxes,
)
from explorer.arch.network import Network
from explorer.arch.shape import T

LETTERS = 57
"""The alphabet of the names: 52 ASCII letters, the space and . , ; '"""

LANGUAGES = 18
"""The languages of the names."""

SIGNS = LETTERS + 1 + LANGUAGES
"""What the letter model knows: the alphabet, the end of a name, and a sign for each language to begin with."""

WORDS = 10_000
"""Words that the tagger knows."""

TAGS = 17
"""Parts of speech in Universal Dependencies: noun, verb, adjective and so on."""


def rnn_rows() -> Network:
    """An image of MNIST as 28 time steps of 28 pixels."""
    return Network(
        input=(1, 28, 28),
        layers=(Flatten(start=1, end=2), RNN(hidden=128), LastStep(), Linear(units=10)),
        name="RNN over rows",
        about="Elman's network of 1990 reads a digit row by row: 28 time steps of 28 pixels. "
        "A picture can be a sequence too.",
    )


def names_rnn() -> Network:
    """The cell of the lecture: input and hidden state side by side, two linear layers, no tanh."""
    return Network(
        input=(T, LETTERS),
        layers=(ConcatRNN(hidden=128, outputs=LANGUAGES), LogSoftmax(), LastStep()),
        name="Names RNN",
        about="Robertson 2017, a PyTorch tutorial. It reads a name letter by letter and says its language.",
    )


def names_vanilla() -> Network:
    """The simple recurrent network, with its tanh."""
    return Network(
        input=(T, LETTERS),
        layers=(RNN(hidden=128), Linear(units=LANGUAGES), LogSoftmax(), LastStep()),
        name="Names simple RNN",
        about="The language of a name with the network of Elman 1990: "
        "the state goes through a tanh at each letter, and the answer is read from it.",
    )


def names_two_way() -> Network:
    """Reads a name from both ends; built to know names that it has not seen."""
    return Network(
        input=(T,),
        layers=(
            Embedding(words=LETTERS, size=32),
            LSTM(hidden=128, bidirectional=True),
            Dropout(p=0.6),
            SwapAxes(),
            GlobalMaxPool(),
            Linear(units=LANGUAGES),
            LogSoftmax(),
        ),
        name="Names two-way LSTM",
        about="After Schuster and Paliwal 1997 and Graves and Schmidhuber 2005. It reads a name forwards and "
        "backwards, and dropout keeps it from learning names by heart.",
    )


def names_lstm() -> Network:
    """The same task with an LSTM; there are log-likelihoods behind every letter."""
    return Network(
        input=(T, LETTERS),
        layers=(LSTM(hidden=128), Linear(units=LANGUAGES), LogSoftmax(), LastStep()),
        name="Names LSTM",
        about="The language of a name with the cell of Hochreiter and Schmidhuber 1997. "
        "Its gates decide what to keep over many letters.",
    )


def names_gru() -> Network:
    """The same task with a GRU; there are log-likelihoods behind every letter."""
    return Network(
        input=(T, LETTERS),
        layers=(GRU(hidden=128), Linear(units=LANGUAGES), LogSoftmax(), LastStep()),
        name="Names GRU",
        about="The language of a name with the cell of Cho and others 2014: "
        "two gates in place of three, and a quarter fewer weights in the cell.",
    )


def tagger() -> Network:
    """One tag for each word: many to many in step."""
    return Network(
        input=(T,),
        layers=(Embedding(words=WORDS, size=64), RNN(hidden=128), Linear(units=TAGS), LogSoftmax()),
        name="Part-of-speech tagger",
        about="After Guthrie 2017, PyTorch's tutorial. It says of each word of a sentence whether it is a noun, a verb "
        "and so on.",
    )


def sequence_lstm() -> Network:
    """Random sequences of ten steps with random labels."""
    return Network(
        input=(10, 5),
        layers=(LSTM(hidden=50, layers=2), LastStep(), Linear(units=2)),
        name="Sequence LSTM",
        about="Two layers of the LSTM of Hochreiter and Schmidhuber 1997, one answer for ten steps. "
        "On random labels it learns noise by heart.",
    )


def char_lm() -> Network:
    """A language model over letters: log-probabilities of the next one behind every letter."""
    return Network(
        input=(T,),
        layers=(Embedding(words=SIGNS, size=32), LSTM(hidden=128), Linear(units=SIGNS), LogSoftmax()),
        name="Letter model",
        about="After Graves 2013. It guesses the next letter behind every letter, and so writes text of its own.",
    )
