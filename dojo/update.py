"""The newest course, without losing any of the learner's work."""

import os
import re
import subprocess
import sys

from dojo import course, git, source, stubs

_MERGING = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
_MERGE = ("merge", "--no-edit", "--ff", "--no-verify", "-X", "ours")
_LOCK = re.compile(r"Unable to create '(.*\.lock)': File exists", re.DOTALL)
_CONFLICTS = ("DD", "AU", "UD", "UA", "DU", "AA", "UU")


class Stopped(Exception):
    """The update cannot go on; the text says why, and all is as it was."""


def update_command():
    """Commit the learner's work, merge the newest course into it, and put back what stubs it needs.

    Returns 0 if the course is the newest now, and 1 if not: then one sentence says why.
    """
    try:
        branch = _ready()
        newest = _fetched(branch)
        if git.run("merge-base", "--is-ancestor", newest, "HEAD").returncode == 0:
            print("this is the newest course already")
            if (
                course.has_reference() and stubs.check()
            ):  # an update was ended before it came to them
                _bring_stubs()
            return 0
        if _commit("my work, before an update"):
            print("your work is committed")
        new = git.text("rev-list", "--count", "--no-merges", f"HEAD..{newest}")
        _merge(newest)
        print(f"merged {new} new commit{'s' if new != '1' else ''} into your work")
        _bring_stubs()
        _commit("stubs that the update brought")
    except Stopped as reason:
        print(reason)
        return 1
    return 0


def _bring_stubs():
    """In a process of its own: this one still runs the course as it was."""
    ran = subprocess.run([sys.executable, "-m", "dojo", "stubs"], cwd=course.ROOT)
    if ran.returncode < 0:
        raise Stopped("the stubs are not all there: it was ended from outside, so update once more")


# ---- before anything is changed


def _ready():
    """The name of the branch, if this is a state in which an update can begin."""
    try:
        top = git.run("rev-parse", "--show-toplevel")
    except OSError:
        raise Stopped("an update needs git, and there is no git here") from None
    if top.returncode:
        if "dubious ownership" in top.stderr:
            raise Stopped("git does not trust this folder, because it belongs to another user")
        raise Stopped("this folder is no git clone, so there is nothing to update it from")
    if not os.path.samefile(top.stdout.strip(), course.ROOT):
        raise Stopped(f"the course is inside another repository, {top.stdout.strip()}: update that")
    if any(os.path.exists(course.ROOT / git.text("rev-parse", "--git-path", n)) for n in _MERGING):
        raise Stopped("a merge or rebase is in progress: finish it (or git merge --abort) first")
    if git.text("ls-files", "--unmerged"):
        raise Stopped("files have conflicts that are not resolved: `git status` names them")
    branch = git.run("symbolic-ref", "--quiet", "--short", "HEAD")
    if branch.returncode:
        raise Stopped("no branch is checked out (detached HEAD): `git switch main` first")
    if git.run("rev-parse", "--verify", "--quiet", "HEAD").returncode:
        raise Stopped("this repository has no commit yet, so there is nothing to update")
    return branch.stdout.strip()


def _fetched(branch):
    """The commit of the newest course, fetched from the branch's upstream or from origin."""
    remote = git.text("config", f"branch.{branch}.remote") or "origin"
    wanted = git.text("config", f"branch.{branch}.merge")
    if remote != "." and remote not in git.text("remote").split():
        raise Stopped(f"there is no remote called {remote} to update from (`git remote -v`)")
    whole = ["--unshallow"] if git.text("rev-parse", "--is-shallow-repository") == "true" else []
    # its upstream, or the branch of the same name, or the one that the remote holds for the main
    for name in [wanted] if wanted else [f"refs/heads/{branch}", "HEAD"]:
        fetched = git.run("fetch", "--quiet", *whole, remote, name)
        if fetched.returncode == 0:
            return git.text("rev-parse", "FETCH_HEAD")
        if "couldn't find remote ref" not in fetched.stderr:
            break
    raise Stopped(f"the remote {remote} cannot be reached: {_said(fetched)}")


# ---- what changes the repository


def _commit(message):
    """Commit what is tracked, and all of katas/; True if there was anything."""
    for arguments in (["--all", "--", "katas"], ["--update"]):
        added = git.run("add", *arguments)
        if added.returncode:
            raise Stopped(f"your work could not be committed: {_said(added)}")
    if git.run("diff", "--cached", "--quiet").returncode == 0:
        return False
    committed = git.run(*_identity(), "commit", "--quiet", "--no-verify", "-m", message)
    if committed.returncode:
        raise Stopped(f"your work could not be committed: {_said(committed)}")
    return True


def _merge(newest):
    """Merge, and see to it that each function that the learner wrote is there afterwards."""
    before = git.text("rev-parse", "HEAD")
    base = git.text("merge-base", "HEAD", newest)
    if not base:
        raise Stopped("the remote has another history than this clone: they cannot be merged")
    try:
        merged = git.run(*_identity(), *_MERGE, newest)
        if merged.returncode and git.run("rev-parse", "-q", "--verify", "MERGE_HEAD").returncode:
            raise Stopped(f"the newest course cannot be merged: {_said(merged)}")
        if merged.returncode:
            _resolve()
            ended = git.run(*_identity(), "commit", "--quiet", "--no-verify", "--no-edit")
            if ended.returncode:
                raise Stopped(f"the newest course cannot be merged: {_said(ended)}")
        for path in _damaged(before, base):
            git.run("checkout", before, "--", path)
            print(f"{path} was changed on both sides: it is as you left it")
    except BaseException:
        git.run("merge", "--abort")
        raise


def _resolve():
    """Settle what a preference for our side does not: files changed here and deleted there."""
    status = git.text("status", "--porcelain=v1", "-z", "--untracked-files=no")
    conflicts = [entry for entry in status.split("\0") if entry[:2] in _CONFLICTS]
    foreign = []
    for entry in conflicts:
        kind, path = entry[:2], entry[3:]
        if not path.startswith("katas/") or kind not in ("UD", "DU"):
            foreign.append(path)
        elif kind == "UD":  # the learner's file, which the course has no more
            git.run("add", "--", path)
        else:  # deleted by the learner: a stub again
            git.run("checkout", "--theirs", "--", path)
            git.run("add", "--", path)
    if foreign or not conflicts:
        named = ", ".join(foreign) or "git status"
        raise Stopped(
            f"changed here and in the course in ways that do not fit together: {named}; "
            f"nothing was merged, and your work is committed"
        )


def _damaged(before, base):
    """The learner's modules in which the merge has lost, doubled or broken something."""
    for path in git.text("diff", "--name-only", before, "HEAD", "--", "katas").splitlines():
        file = course.ROOT / path
        mine = git.run("show", f"{before}:{path}")
        if mine.returncode or not path.endswith(".py") or not file.exists():
            continue
        common = git.run("show", f"{base}:{path}")
        try:
            source.definitions(mine.stdout)
        except SyntaxError:
            continue  # it did not parse before: git merged lines, and the learner goes on
        try:
            if stubs.lost(mine.stdout, source.read(file), common.stdout):
                yield path
        except SyntaxError:
            yield path


# ---- git


def _identity():
    """Options for a commit where git does not know who the learner is."""
    if all(git.text("var", f"GIT_{who}_IDENT") for who in ("AUTHOR", "COMMITTER")):
        return []
    return ["-c", "user.name=learner", "-c", "user.email=learner@localhost"]


def _said(ran):
    """The reason that git gave, in one line."""
    if lock := _LOCK.search(ran.stderr):
        path = os.path.relpath(lock[1], course.ROOT).replace(os.sep, "/")
        return f"{path} is there: another git is at work, or was cut off. If none is, delete it"
    text = re.sub(r":\n\s+", ": ", ran.stderr.strip() + "\n" + ran.stdout.strip())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    reasons = [line for line in lines if line.startswith(("fatal:", "error:", "CONFLICT"))]
    return (reasons or lines or ["git does not say why"])[0].removeprefix("fatal: ")
