"""Cards of the known networks: who, when, what it showed, and where a lecture's figures slip."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from explorer.arch.analysis import Report
from explorer.arch.errors import UsageError, nearest
from explorer.arch.text import number
from explorer.arch.zoo import lectures
from explorer.arch.zoo.tables import Compared, Table, compare


@dataclass(frozen=True)
class Card:
    """What is known of a network beside its layers.

    `year` is `None` where it is nobody's invention; `table` is a lecture's table of it, and `slips` says where what
    a lecture or paper prints is not what the network has.
    """

    name: str
    title: str
    family: str
    year: int | None
    authors: str
    paper: str
    showed: str
    notes: tuple[str, ...] = ()
    table: Table | None = None
    slips: tuple[str, ...] = ()


def card(name: str) -> Card:
    """The card of a known network. Raises `UsageError` with the nearest name."""
    cards = _cards()
    if name not in cards:
        raise UsageError(f"There is no network “{name}”.{nearest(name, cards)}")
    return cards[name]


def compare_table(card: Card, report: Report) -> tuple[Compared, ...]:
    """Every figure of the card's table beside that of the report: (label, printed, true, differs, column).

    Empty if the card has no table.
    """
    return compare(card.table, report) if card.table else ()


@cache
def _cards() -> dict[str, Card]:
    every = (*_first(), *_alexnet(), *_vgg(), *_googlenet(), *_resnet(), *_recurrent(), *_names())
    return {one.name: one for one in every}


def _first() -> tuple[Card, ...]:
    return (
        Card(
            "linear-regression", "Linear regression", "Regression", 1805, "Legendre",
            "Nouvelles méthodes pour la détermination des orbites des comètes, 1805",
            "The line with the least sum of squared errors is the best one for the points.",
            ("The houses of the lecture have 2\u2009104, 1\u2009600 and 2\u2009400 square feet and cost 399.9, 329.9 "
             "and 369 thousand. With w = 0.18 and b = 0 the mean squared error is 2\u2009058.",),
        ),
        Card(
            "logistic", "Logistic regression", "Regression", 1958, "Cox",
            "The Regression Analysis of Binary Sequences, J. R. Stat. Soc. B 20, 1958",
            "One weighted sum for each class, turned into probabilities, is already a fair reader of digits.",
            ("In the lecture it reaches 82 % on MNIST: batches of 100, SGD with rate 0.001, 3\u2009000 iterations.",),
        ),
        Card(
            "mlp", "MLP 784-50-20-10", "Perceptron", 1986, "Rumelhart, Hinton, Williams",
            "Learning representations by back-propagating errors, Nature 323, 1986",
            "Hidden layers find features of their own when errors are propagated back through them.",
            ("Trained on 20 images it knows each of them and reads about half of the others: it overfits.",),
        ),
        Card(
            "mlp-dropout", "MLP with dropout", "Perceptron", 2012,
            "Hinton, Srivastava, Krizhevsky, Sutskever, Salakhutdinov",
            "Improving neural networks by preventing co-adaptation of feature detectors (arXiv:1207.0580)",
            "Units that cannot rely on one another overfit less.",
            ("With 20 images the lecture reaches 0.54 in place of 0.52.",),
        ),
        Card(
            "lenet5", "LeNet-5", "Convolutional", 1998, "LeCun, Bottou, Bengio, Haffner",
            "Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 86(11), 1998",
            "Convolution, pooling, convolution, pooling, then linear layers: the plan of all that followed.",
            ("Its third convolution, 120 filters of 5×5 on a 5×5 image, is here the linear layer 400 → 120: both have "
             "48\u2009120 parameters.",
             "In the original pooling has learned factors, the second convolution sees only some of the maps, and the "
             "output measures distances."),
        ),
        Card(
            "digits-cnn", "Digits CNN", "Convolutional", None, "", "",
            "Small convolutions with batch normalisation read digits of hands they have never seen.",
            ("It reads the digits that are drawn in this app.",),
        ),
        Card(
            "cifar10", "CIFAR-10 net", "Convolutional", 2017, "PyTorch tutorials", "Training a classifier, pytorch.org",
            "Deeper layers have more filters: there are more combinations of patterns to capture.",
            ("Ten classes: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck.",),
            lectures.CIFAR10,
        ),
        Card(
            "cats-and-dogs", "Cats and dogs", "Convolutional", 2017, "Chollet",
            "Deep Learning with Python, Manning 2017",
            "Most parameters stand where the maps are flattened: 93 % of them in one linear layer.",
            ("Keras puts the channels last: 148×148×32 there is 32×148×148 here.",),
            lectures.CATS_AND_DOGS,
        ),
    )  # fmt: skip


def _alexnet() -> tuple[Card, ...]:
    return (
        Card(
            "alexnet", "AlexNet", "AlexNet", 2012, "Krizhevsky, Sutskever, Hinton",
            "ImageNet Classification with Deep Convolutional Neural Networks, NIPS 2012",
            "A bigger network and more data, with ReLU and dropout, on two graphics cards: "
            "16.4 % of errors where the best before had 25.8 %.",
            ("The lecture gives 60 million parameters, 650\u2009000 units and 7 hidden layers.",
             "This is torchvision's layout, after Krizhevsky's “One weird trick” (arXiv:1404.5997): one tower of 64, "
             "192, 384, 256 and 256 filters. The original has 96, 256, 384, 384 and 256, split over two cards."),
        ),
    )  # fmt: skip


def _vgg() -> tuple[Card, ...]:
    rows, kept = 15_237_608, 28_793_320
    slips = (
        f"The lecture prints 24M activations, about 96 MB for an image. Its own rows sum to {number(rows)}, which is "
        f"{4 * rows / 1e6:.1f} MB at 4 bytes.",
        f"With the outputs of the ReLUs kept it is {number(kept)} activations, {4 * kept / 1e6:.1f} MB.",
    )
    notes = {
        11: ("Eight convolutions and three linear layers: column A of the paper.",),
        13: ("Column B of the paper.",),
        16: (
            "Most memory is in the early convolutions, most parameters are in the late linear layers.",
            "Training needs about twice the memory: the way back has its own values.",
        ),
        19: ("Column E of the paper.",),
    }
    return tuple(
        Card(
            f"vgg{depth}", f"VGG-{depth}", "VGG", 2014, "Simonyan, Zisserman",
            "Very Deep Convolutional Networks for Large-Scale Image Recognition (arXiv:1409.1556)",
            "Small filters and more layers: two 3×3 convolutions see 5×5, three see 7×7, with fewer weights.",
            said,
            lectures.VGG16 if depth == 16 else None,
            slips if depth == 16 else (),
        )
        for depth, said in notes.items()
    )  # fmt: skip


def _googlenet() -> tuple[Card, ...]:
    authors = "Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke, Rabinovich"
    paper = "Going Deeper with Convolutions (arXiv:1409.4842)"
    slips = (
        f"The table counts weights without biases, with K = {number(1024)}.",
        f"Its first row (2.7K, 34M) is not that of a 7×7 convolution of 3 channels: that has {number(9408)} weights "
        "and 118M multiply-adds.",
        f"Row 5b prints 1388K; the layer has {number(1_442_816)} weights, 1409K.",
        "The rows 4a, 4c, 4d, 4e and 5a also print weights that their filters do not give.",
        "The lecture says 19 layers. The paper counts 22 with weights on the longest path.",
    )
    showed = "Inception blocks look at several scales at once; 1×1 convolutions in front of them keep that cheap."
    return (
        Card(
            "googlenet", "GoogLeNet", "GoogLeNet", 2014, authors, paper, showed,
            ("The main path alone, which is what predicts: with biases, without batch normalisation.",
             "Normalisation is that of Caffe's version: over 5 neighbouring maps."),
            lectures.GOOGLENET, slips,
        ),
        Card(
            "googlenet-auxiliaries", "GoogLeNet with auxiliary heads", "GoogLeNet", 2014, authors, paper,
            "Two classifiers at the side, behind 4a and 4d, bring the gradient to the lower layers.",
            ("In training their losses count 0.3 each. They are not used for predicting: the main path has "
             f"{number(6_998_552)} parameters.",),
            lectures.GOOGLENET, slips,
        ),
        Card(
            "googlenet-torchvision", "GoogLeNet (torchvision)", "GoogLeNet", 2015, "Szegedy and others; torchvision",
            f"{paper}; with Batch Normalization (arXiv:1502.03167)",
            "Batch normalisation in place of biases trains faster and needs no other normalisation.",
            ("Where the paper has 5×5 convolutions this has 3×3: a known difference of torchvision.",
             "The fourth pooling is 2×2 and dropout is 20 %; the heads pool to 4×4.",
             "Torchvision's pretrained weights expect an input scaled otherwise (transform_input); "
             "that is no layer, and not here."),
        ),
    )  # fmt: skip


def _resnet() -> tuple[Card, ...]:
    shallow = ("A block has two 3×3 convolutions.",)
    deep = (
        "A block has convolutions of 1×1, 3×3 and 1×1: the first reduces the maps, the last expands them.",
        "Where the size is halved the 3×3 convolution does it, as in torchvision; in the paper the first 1×1 does. "
        "The counts are the same.",
    )
    showed = {
        18: "A skip connection makes it easy to represent the identity.",
        34: "Plain networks get worse beyond some depth; with skip connections 34 layers beat 18.",
        50: "Bottlenecks make depth cheap: 50 layers cost hardly more than 34.",
        101: "Depth still pays at a hundred layers.",
        152: "152 layers, deeper than all before, with fewer multiply-adds than VGG-16: 3.57 % of errors, in a group "
        "of networks.",
    }
    return tuple(
        Card(
            f"resnet{depth}", f"ResNet-{depth}", "ResNet", 2015, "He, Zhang, Ren, Sun",
            "Deep Residual Learning for Image Recognition (arXiv:1512.03385)",
            text, shallow if depth < 50 else deep,
        )
        for depth, text in showed.items()
    )  # fmt: skip


def _recurrent() -> tuple[Card, ...]:
    lstm = "Long Short-Term Memory, Neural Computation 9(8), 1997"
    return (
        Card(
            "rnn-rows", "RNN over rows", "Recurrent", 1990, "Elman",
            "Finding Structure in Time, Cognitive Science 14, 1990",
            "A picture read row by row is a sequence; one cell with shared weights reads it.",
            ("The lecture reaches 0.972 on MNIST: Adam with rate 0.001, batches of 128, 10 epochs.",),
        ),
        Card(
            "tagger", "Part-of-speech tagger", "Recurrent", 2017, "Guthrie, PyTorch tutorials",
            "Sequence Models and Long Short-Term Memory Networks, pytorch.org",
            "One answer for each word: many to many, in step.",
            ("Words that share contexts come to lie close together in the embedding.",
             f"Here {number(10_000)} words and the 17 tags of Universal Dependencies."),
        ),
        Card(
            "sequence-lstm", "Sequence LSTM", "Recurrent", 1997, "Hochreiter, Schmidhuber", lstm,
            "A network can learn noise by heart: on random labels the loss falls to 0.01, "
            "while new sequences stay at 50 %.",
            (f"nn.LSTM(5, 50, num_layers=2) has {number(31_800)} parameters, the linear layer 102.",),
        ),
        Card(
            "char-lm", "Letter model", "Recurrent", 2013, "Graves",
            "Generating Sequences With Recurrent Neural Networks (arXiv:1308.0850)",
            "Guessing the next letter again and again writes text.",
            ("76 signs: the 57 letters of the names, one for the end, and one for each of 18 languages, with which a "
             "name begins. So it can write names of a language, and say when they are done.",
             "A model that knows nothing has the perplexity 76."),
        ),
    )  # fmt: skip


def _names() -> tuple[Card, ...]:
    task = "It gives 18 log-likelihoods behind every letter; the last ones count."
    return (
        Card(
            "names-rnn", "Names RNN", "Recurrent", 2017, "Robertson, PyTorch tutorials",
            "NLP From Scratch: Classifying Names with a Character-Level RNN, pytorch.org",
            "Letters alone, one after the other, tell from which language a name is.",
            (task,
             "The cell puts the input and the hidden state side by side, 57 + 128 = 185 values, in front of two linear "
             "layers. There is no tanh in it."),
        ),
        Card(
            "names-vanilla", "Names simple RNN", "Recurrent", 1990, "Elman",
            "Finding Structure in Time, Cognitive Science 14(2), 1990",
            "With a tanh the state stays within −1…1, and training is steadier than in the lecture’s cell.",
            (task,),
        ),
        Card(
            "names-lstm", "Names LSTM", "Recurrent", 1997, "Hochreiter, Schmidhuber",
            "Long Short-Term Memory, Neural Computation 9(8), 1997",
            "Gates and a cell that adds up let gradients live through many steps.",
            (task, "The forget gate was added by Gers, Schmidhuber and Cummins in 2000."),
            slips=("One lecture prints h_t = o_t × tanh(c_{t−1}). It is tanh(c_t): the new cell state.",),
        ),
        Card(
            "names-gru", "Names GRU", "Recurrent", 2014,
            "Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk, Bengio",
            "Learning Phrase Representations using RNN Encoder–Decoder (arXiv:1406.1078)",
            "Two gates and no separate cell do nearly as well as an LSTM, with fewer weights.",
            (task, "The equations are PyTorch's: the reset gate acts on the product with the hidden state."),
        ),
        Card(
            "names-two-way", "Names two-way LSTM", "Recurrent", 1997, "Schuster, Paliwal",
            "Bidirectional Recurrent Neural Networks, IEEE Transactions on Signal Processing 45(11), 1997",
            "The end of a name says as much as its beginning: one LSTM reads forwards, another backwards.",
            ("The largest value of each unit over all letters goes on: a pattern counts wherever it stands.",
             "Dropout and replaced letters keep it from learning the names by heart."),
        ),
    )  # fmt: skip
