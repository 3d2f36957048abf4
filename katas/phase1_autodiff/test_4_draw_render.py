"""1.4 · Draw: a picture of the graph, by the program dot, or without it a word on how to get it."""

import os
import shutil
from pathlib import Path

import pytest

from dojo.expect import expect_raises
from dojo.pictures.dot import read
from katas.phase1_autodiff.draw import render, to_dot
from katas.phase1_autodiff.value import Value


def cube():
    """L = x * x * x at x = 3."""
    x = Value(3.0, label="x")
    return x * x * x


STAND_IN_FOR_DOT = f"""#!/bin/sh
kind= out= file= beside=
while [ $# -gt 0 ]; do
    case $1 in
        -T) kind=$2; shift ;;
        -o) out=$2; shift ;;
        -K) shift ;;
        -T*) kind=${{1#-T}} ;;
        -o*) out=${{1#-o}} ;;
        -O) beside=yes ;;
        -*) ;;
        *) file=$1 ;;
    esac
    shift
done
[ "$beside" ] && out=$file.$kind
[ "$out" ] && exec > "$out"
printf '%s of ' "$kind"
exec '{shutil.which("cat")}' ${{file:+"$file"}}
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A folder with a `dot` that draws nothing: it writes what it was asked to draw, and how."""
    folder = tmp_path_factory.mktemp("programs")
    (folder / "dot").write_text(STAND_IN_FOR_DOT)
    (folder / "dot").chmod(0o755)
    return folder


@pytest.fixture
def dot_program(programs, monkeypatch):
    if os.name == "nt":
        pytest.skip("the stand-in for dot is a script, which Windows does not run by its name")
    monkeypatch.setenv("PATH", str(programs))


@pytest.fixture
def no_dot_program(tmp_path, monkeypatch):
    (tmp_path / "no programs").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "no programs"))


@pytest.mark.kata("render")
class TestRender:
    def asked_of_dot(self, path):
        """What the stand-in for dot put into the picture: the kind, and the DOT text."""
        assert path.exists(), f"there is no {path.name}, but {sorted(os.listdir(path.parent))}"
        kind, of, text = path.read_text(encoding="utf-8").partition(" of ")
        assert of, (
            f"{path.name} holds no picture, but DOT text. Does the package add a suffix of its "
            "own to the name that it is given?"
        )
        return kind, text

    @pytest.mark.parametrize("kind", ["svg", "png"])
    def test_the_suffix_chooses_the_kind_of_picture(self, kind, tmp_path, dot_program):
        path = tmp_path / f"cube.{kind}"
        render(cube(), path)
        asked, _ = self.asked_of_dot(path)
        assert asked == kind, f"dot was asked for {asked}, to be saved as cube.{kind}"

    def test_the_picture_is_of_this_graph(self, tmp_path, dot_program):
        loss = cube()
        render(loss, tmp_path / "cube.svg")
        _, text = self.asked_of_dot(tmp_path / "cube.svg")
        assert read(text) == read(to_dot(loss)), f"dot was given this to draw:\n{text}"

    def test_only_the_last_dot_begins_the_suffix(self, tmp_path, dot_program):
        path = tmp_path / "cube.v2.svg"
        try:
            render(cube(), path)
        except ValueError as error:
            pytest.fail(f"cube.v2.svg is refused, and ends in .svg: {error}")
        assert self.asked_of_dot(path)[0] == "svg"

    def test_the_path_comes_back(self, tmp_path, dot_program):
        path = render(cube(), str(tmp_path / "cube.svg"))
        assert path == tmp_path / "cube.svg", f"render returned {path!r}, not the path as a Path"

    @pytest.mark.parametrize(
        "name", ["cube.pdf", "cube.bmp", "cube.SVG", "cube", "svg", "of.svg/cube.pdf"]
    )
    def test_another_suffix_is_refused(self, name, tmp_path, dot_program):
        why = {
            "cube.bmp": " (two suffixes are allowed; a list of those that are not forgets some)",
            "cube.SVG": " (in capitals it is another suffix)",
            "of.svg/cube.pdf": " (the name counts, and not the folder's)",
        }
        (tmp_path / name).parent.mkdir(exist_ok=True)
        expect_raises(
            ValueError,
            lambda: render(cube(), tmp_path / name),
            f"render to {name}{why.get(name, '')}",
            naming=[suffix] if (suffix := Path(name).suffix) else [],
        )

    def test_nothing_is_written_for_a_suffix_that_is_refused(self, tmp_path, no_dot_program):
        with pytest.raises(ValueError):
            render(cube(), tmp_path / "cube.pdf")
        assert not list(tmp_path.glob("cube*")), f"left behind: {list(tmp_path.glob('cube*'))}"

    def test_without_dot_the_error_says_how_to_get_it(self, tmp_path, no_dot_program):
        expect_raises(
            RuntimeError,
            lambda: render(cube(), tmp_path / "cube.svg"),
            "render on a machine without the program dot",
            naming=["Linux", "macOS", "Windows", tmp_path / "cube.dot"],
        )

    def test_without_dot_its_text_is_kept(self, tmp_path, no_dot_program):
        loss = cube()
        folder = tmp_path / "all.png"
        folder.mkdir()
        with pytest.raises(RuntimeError, match=r"cube\.dot"):
            render(loss, folder / "cube.png")
        kept = folder / "cube.dot"
        assert kept.exists(), f"there is no cube.dot, but {[p.name for p in folder.iterdir()]}"
        assert read(kept.read_text(encoding="utf-8")) == read(to_dot(loss)), (
            "cube.dot is there, but it does not hold what to_dot says"
        )

    def test_without_dot_there_is_no_picture(self, tmp_path, no_dot_program):
        with pytest.raises(RuntimeError, match=r"cube\.dot"):
            render(cube(), tmp_path / "cube.svg")
        assert not (tmp_path / "cube.svg").exists(), "an empty or broken cube.svg is left behind"
