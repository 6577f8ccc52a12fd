"""Folding to the 57 letters, word lists in folders, and texts to learn to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.arch.errors import DataError, UsageError
from explorer.arch.resources import resource
from explorer.learn.catalog import corpus, counted, resolve, source
from explorer.learn.corpus import END, PIECE, read_corpus
from explorer.learn.letters import LANGUAGES, LETTERS, LONGEST, fold, word_of
from explorer.learn.lists import PartName, part_of, read_lists


def test_the_alphabet_and_the_languages_are_the_lectures() -> None:
    assert len(LETTERS) == 57
    assert LETTERS[:3] == "abc"
    assert LETTERS[52:] == " .,;'"
    assert len(LANGUAGES) == 18
    assert LANGUAGES[0] == "Arabic"
    assert LANGUAGES[-1] == "Vietnamese"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("Ślusàrski", "Slusarski"), ("Müßig", "Mussig"), ("Łukasz", "Lukasz"), ("O’Néàl", "O'Neal"), ("Nguyễn", "Nguyen")],
)
def test_letters_with_a_fold_are_folded(typed: str, folded: str) -> None:
    assert fold(typed).text == folded
    assert fold(typed).unknown == ()
    assert fold(typed).typed == typed


def test_letters_without_a_fold_are_flagged_and_not_lost() -> None:
    word = fold("Ab-Жc😀")
    assert word.text == "Abc"
    assert word.unknown == ("-", "Ж", "😀")
    assert [sign.known for sign in word.signs] == [True, True, False, False, True, False]
    assert "“-”, “Ж”, “😀”" in word.remark
    assert fold("Αθήνα").text == ""  # Greek looks alike, and is not
    assert fold("").remark == fold("   ").remark == ""


def test_a_very_long_word_is_cut_and_says_so() -> None:
    word = fold("a" * 10_000)
    assert len(word.text) == LONGEST
    assert str(LONGEST) in word.remark
    assert not fold("a" * LONGEST).cut
    assert len(fold("ß" * LONGEST).text) <= LONGEST
    assert len(fold("ж" * 10_000).signs) == LONGEST


@given(st.text(max_size=300))
def test_whatever_is_typed_folds_to_known_letters(text: str) -> None:
    word = fold(text)
    assert all(letter in LETTERS for letter in word.text)
    assert word_of(word.tokens) == word.text
    assert fold(word.text.strip()).text == word.text.strip()


def folder(at: Path, **lists: str | bytes) -> Path:
    at.mkdir(exist_ok=True)
    for name, words in lists.items():
        (at / f"{name}.txt").write_bytes(words if isinstance(words, bytes) else words.encode())
    return at


def test_any_folder_of_lists_is_a_data_set(tmp_path: Path) -> None:
    place = folder(
        tmp_path / "towns", France="Paris\nLyon\n\nNîmes\n", Spain="Madrid\r\nSoria\r\n", README="Not a list"
    )
    lists = read_lists(place)
    assert lists.classes == ("France", "Spain")
    assert [word.text for word in lists.words] == ["Paris", "Lyon", "Nîmes", "Madrid", "Soria"]
    assert [word.label for word in lists.words] == [0, 0, 0, 1, 1]
    assert lists.notes == ()
    found = source(str(place))
    assert (found.kind, found.classes, found.title) == ("words", ("France", "Spain"), "towns")
    assert (
        sum((counted(found, tmp_path).train, counted(found, tmp_path).validation, counted(found, tmp_path).test)) == 5
    )
    (place / "Spain.txt").write_text("Madrid\n")
    assert len(read_lists(place).words) == 4  # what has changed is read again


def test_what_is_odd_in_lists_is_said(tmp_path: Path) -> None:
    place = folder(
        tmp_path / "odd",
        One="Müller\nLu:\n".encode("latin-1"),
        Two="",
        Three="Müller\nSmith\nmuller\n".encode("utf-8-sig"),
    )
    notes = read_lists(place).notes
    assert len(notes) == 4
    lost = read_lists(folder(tmp_path / "lost", One="Анна\nAnna\n" + "a" * 300, Two="Bert\n")).notes
    assert lost[1:] == (
        "1 word of such signs alone is left out.",
        "1 word longer than 200 letters: only the first 200 are read.",
    )
    assert "One.txt is not UTF-8; it was read as Latin-1." in notes
    assert "Two.txt holds no words." in notes
    assert any("“:”" in note for note in notes)
    assert any(note.startswith("1 word stands in several classes") for note in notes)
    assert read_lists(place).words[0].text == "Müller"


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ({}, "no .txt file"),
        ({"One": "a\n"}, "only One.txt"),
        ({"One": "a\n", "Two": "\n\n"}, "words of One only. At least two lists with words are needed"),
        ({"One": "", "Two": "\n\n"}, "holds no words. At least two"),
        ({"One": "Αλέξης\n", "Two": "Иван\n"}, "holds no words. At least two lists with words in Latin letters"),
        ({"One": "a\n", "Two": b"\0\1"}, "no text file"),
    ],
)
def test_folders_that_are_no_data_set_say_why(tmp_path: Path, lists: dict[str, str | bytes], said: str) -> None:
    place = folder(tmp_path / "bad", **lists)
    with pytest.raises(DataError, match=said):
        read_lists(place)


def test_names_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="names"):
        source("nams")
    with pytest.raises(DataError, match="There is no folder"):
        source(str(tmp_path / "nowhere"))
    with pytest.raises(UsageError):
        source("strokes#letters")


def test_the_same_word_is_always_in_the_same_part(tmp_path: Path) -> None:
    words = [f"{a}{b}{c}" for a in "abcdef" for b in "ghijk" for c in "lmnopqr"]
    one = read_lists(folder(tmp_path / "one", A="\n".join(words), B="x\n"))
    two = read_lists(folder(tmp_path / "two", X="x\ny\n", B="\n".join(reversed(words))))
    parts = {word.text: word.part for word in one.words}
    assert all(word.part == parts[word.text] for word in two.words if word.text in parts)
    shares = [len(one.part(name)) / len(one.words) for name in ("train", "validation", "test")]
    assert shares == pytest.approx([0.75, 0.05, 0.2], abs=0.07)
    assert part_of(fold("Müller").tokens) == part_of(fold("Muller").tokens)


def test_the_names_that_ship_are_enough() -> None:
    lists = read_lists(resource("names"))
    assert lists.classes == LANGUAGES
    for label, language in enumerate(LANGUAGES):
        words = [word for word in lists.words if word.label == label]
        assert len({word.tokens for word in words}) >= 150, language
        assert {word.part for word in words} == {"train", "validation", "test"}, language


def test_names_in_a_folder_given_are_the_tutorials(tmp_path: Path) -> None:
    assert resolve("names", None) == "names"
    assert resolve("names", tmp_path) == "names"
    folder(tmp_path / "names", **dict.fromkeys(LANGUAGES, "A\n"))
    assert resolve("names", tmp_path) == "names-tutorial"
    assert resolve("names#letters", tmp_path) == "names-tutorial#letters"
    assert resolve("mnist", tmp_path) == "mnist"
    assert source("names-tutorial").on_disk(tmp_path)
    assert resolve("names", tmp_path / "names") == "names-tutorial"  # the lists' own folder will do, too
    assert source("names-tutorial").on_disk(tmp_path / "names")


def test_a_folder_may_have_a_number_sign_in_its_name(tmp_path: Path) -> None:
    place = folder(tmp_path / "C# and F#", France="Paris\nLyon\n", Spain="Madrid\n")
    assert source(str(place)).classes == ("France", "Spain")
    assert source(f"{place}#letters").kind == "text"
    assert resolve(f"{place}#letters", None) == f"{place.resolve()}#letters"


def test_names_to_write_begin_with_their_class_and_end(tmp_path: Path) -> None:
    place = folder(tmp_path / "towns", France="Paris\nLyon\n", Spain="Madrid\n")
    found = source(f"{place}#letters")
    assert found.kind == "text"
    assert found.signs[:57] == tuple(LETTERS)
    assert found.signs[57:] == (END, "France", "Spain")
    rows = [row for part in corpus(found, tmp_path).parts.values() for row in part]
    assert {"".join(found.signs[k] for k in row) for row in rows} == {"FranceParis⏎", "FranceLyon⏎", "SpainMadrid⏎"}


def test_a_text_is_cut_into_pieces_each_sign_guessed_once(tmp_path: Path) -> None:
    place = tmp_path / "text.txt"
    place.write_text("The  cat\nsat. " * 200)
    whole = read_corpus(place, "letters")
    assert set(whole.signs) == set("The catsat. ")
    order: list[PartName] = ["train", "validation", "test"]
    pieces = [row for name in order for row in whole.parts[name]]
    assert {len(row) for row in pieces} == {PIECE + 1}
    assert len(pieces) == (200 * 13 - 1) // PIECE
    assert all(whole.parts[name] for name in order)
    with pytest.raises(DataError, match="at least"):
        read_corpus(place, "words")
    place.write_text("The cat sat. " * 300)
    assert set(read_corpus(place, "words").signs) == {"the", "cat", "sat", ".", "‹unknown›"}
