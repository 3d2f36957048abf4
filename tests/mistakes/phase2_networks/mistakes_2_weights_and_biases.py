"""Wrong solutions of 2.2 that its specs reject by name."""

import random

from tests.mistakes import mistake

# ---- children


@mistake("2.2 children", "names are numbers", says="a name is a text, so that names can be joined")
def children(thing):
    if isinstance(thing, list | tuple):
        return list(enumerate(thing))
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "places from 1", says="counted from 1")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing, start=1)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "no tuples", says="tuples are forgotten")
def children(thing):
    if isinstance(thing, list):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "no dicts", says="dicts are forgotten")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "keys of a dict are lost", says="they are numbered, and the keys are lost")
def children(thing):
    if isinstance(thing, dict):
        thing = list(thing.values())
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "a key stays a number", says="the key stays a number")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return list(thing.items())
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "only a Module is entered", says="only a Module is entered")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if isinstance(thing, Module) else []


@mistake("2.2 children", "sorted attributes", says="they are sorted")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return sorted(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "parameters() instead of attributes", says="asked for and numbered")
def children(thing):
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    if hasattr(thing, "parameters"):
        thing = thing.parameters()
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    return []


@mistake("2.2 children", "only parameters are parts", says="left out: that is for later")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    if hasattr(thing, "parameters"):
        return [(name, part) for name, part in vars(thing).items() if hasattr(part, "grad")]
    return []


@mistake("2.2 children", "the class is searched", says="the class is searched too")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    if hasattr(thing, "parameters"):
        own = list(vars(thing))
        names = own + [name for name in dir(type(thing)) if not name.startswith("_")]
        parts = [(name, getattr(thing, name)) for name in names]
        return [(name, part) for name, part in parts if not callable(part) or name in own]
    return []


@mistake("2.2 children", "private attributes", says="that begin with an underscore are left out")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    if hasattr(thing, "parameters"):
        return [pair for pair in vars(thing).items() if not pair[0].startswith("_")]
    return []


@mistake("2.2 children", "every object is entered", says="even a parameter's")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if hasattr(thing, "__dict__") else []


@mistake("2.2 children", "a text is taken apart", says="taken apart, a text too")
def children(thing):
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    if hasattr(thing, "__iter__"):
        return [(str(place), part) for place, part in enumerate(thing)]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "a set is taken apart", says="taken apart, a set too")
def children(thing):
    if isinstance(thing, list | tuple | set):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "the parents of a Value are entered", says="a Value with two parents")
def children(thing):
    if hasattr(thing, "parents"):
        thing = thing.parents
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "inner lists are taken apart", says="inner lists are taken apart")
def children(thing):
    if isinstance(thing, list | tuple):
        flat = []
        for part in thing:
            flat.extend(part if isinstance(part, list | tuple) else [part])
        return [(str(place), part) for place, part in enumerate(flat)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "a generator", says="should be a list of (name, part) pairs")
def children(thing):
    if isinstance(thing, list | tuple):
        return ((str(place), part) for place, part in enumerate(thing))
    if isinstance(thing, dict):
        return ((str(key), part) for key, part in thing.items())
    return iter(vars(thing).items()) if hasattr(thing, "parameters") else iter(())


@mistake("2.2 children", "parts without names", says="should hold (name, part) pairs")
def children(thing):
    if isinstance(thing, list | tuple):
        return list(thing)
    if isinstance(thing, dict):
        return list(thing.values())
    return list(vars(thing).values()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "copies", says="not the object that was put there", prelude="import copy")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), copy.copy(part)) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


# ---- Module.named_parameters


@mistake("2.2 Module.named_parameters", "nested modules missed", says="modules inside are missed")
def named_parameters(self):
    found = []
    for name, part in children(self):
        if hasattr(part, "data") and hasattr(part, "grad"):
            found.append((name, part))
        elif isinstance(part, list | tuple | dict):
            found += [(f"{name}.{key}", entry) for key, entry in children(part)]
    return found


@mistake("2.2 Module.named_parameters", "only attributes", says="directly in an attribute")
def named_parameters(self):
    return [(name, part) for name, part in children(self) if hasattr(part, "grad")]


@mistake("2.2 Module.named_parameters", "lists one deep", says="a list in a list is missed")
def named_parameters(self):
    found = []
    for name, part in children(self):
        for inner, entry in [("", part), *children(part)]:
            if hasattr(entry, "data") and hasattr(entry, "grad"):
                found.append((f"{name}.{inner}".strip("."), entry))
    return found


@mistake("2.2 Module.named_parameters", "no walk through lists", says="and not in lists")
def named_parameters(self):
    found = []
    for name, part in children(self):
        if hasattr(part, "data") and hasattr(part, "grad"):
            found.append((name, part))
        elif isinstance(part, Module):
            found += [(f"{name}.{path}", p) for path, p in part.named_parameters()]
        else:
            found += [(f"{name}.{key}", p) for key, p in children(part) if hasattr(p, "grad")]
    return found


@mistake(
    "2.2 Module.named_parameters", "own parameters first", says="its own parameters come first"
)
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        parts = children(thing)
        for name, part in parts:
            if hasattr(part, "data") and hasattr(part, "grad") and id(part) not in seen:
                seen.add(id(part))
                found.append((".".join((*path, name)), part))
        for name, part in parts:
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "no path", says="the path to it is left out")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, name):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((name, thing))
            return
        for part_name, part in children(thing):
            visit(part, part_name)

    visit(self, "")
    return found


@mistake(
    "2.2 Module.named_parameters", "one path that all share", says="as one list that all share"
)
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
            return
        for name, part in children(thing):
            path.append(name)
            visit(part, path)

    visit(self, [])
    return found


@mistake("2.2 Module.named_parameters", "names begin with a dot", says="names start with a dot")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((path, thing))
            return
        for name, part in children(thing):
            visit(part, f"{path}.{name}")

    visit(self, "")
    return found


@mistake("2.2 Module.named_parameters", "breadth first", says="a walk breadth first")
def named_parameters(self):
    found, seen, waiting = [], set(), [((), self)]
    for path, thing in waiting:
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
        else:
            waiting.extend(((*path, name), part) for name, part in children(thing))
    return found


@mistake("2.2 Module.named_parameters", "a stack taken from the end", says="from the last part to")
def named_parameters(self):
    found, seen, waiting = [], set(), [((), self)]
    while waiting:
        path, thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
        else:
            waiting.extend(((*path, name), part) for name, part in children(thing))
    return found


@mistake("2.2 Module.named_parameters", "sorted", says="they are sorted")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
            return
        for name, part in sorted(children(thing), key=lambda pair: pair[0]):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "shared twice", says="would move it twice")
def named_parameters(self):
    found = []

    def visit(thing, path):
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
            return
        for name, part in children(thing):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "a shared one's last name", says="by the last of its names")
def named_parameters(self):
    found, entered = {}, set()

    def visit(thing, path):
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found[id(thing)] = (".".join(path), thing)
        elif id(thing) not in entered:
            entered.add(id(thing))
            for name, part in children(thing):
                visit(part, (*path, name))

    visit(self, ())
    return list(found.values())


@mistake(
    "2.2 Module.named_parameters", "a seen one ends the walk", says="everything after it is lost"
)
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return False
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
            return True
        return all(visit(part, (*path, name)) for name, part in children(thing))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "seen by equality", says="two weights may hold")
def named_parameters(self):
    found, entered = [], set()

    def visit(thing, path):
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            if thing not in [parameter for _, parameter in found]:
                found.append((".".join(path), thing))
        elif id(thing) not in entered:
            entered.add(id(thing))
            for name, part in children(thing):
                visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "a copy of each", says="A copy, or its number alone")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), type(thing)(thing.data)))
            return
        for name, part in children(thing):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "numbers", says="A copy, or its number alone")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing.data))
            return
        for name, part in children(thing):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake(
    "2.2 Module.named_parameters",
    "only Values",
    says="only a Value counts",
    prelude="from ..phase1_autodiff.value import Value",
)
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if isinstance(thing, Value):
            found.append((".".join(path), thing))
            return
        for name, part in children(thing):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "data alone", says="`.data` alone counts")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data"):
            found.append((".".join(path), thing))
            return
        for name, part in children(thing):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "no end to a circle", says="the walk goes round in circles")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            if id(thing) not in seen:
                seen.add(id(thing))
                found.append((".".join(path), thing))
            return
        for name, part in children(thing):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "itself not noted", says="itself is not noted as entered")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        for name, part in children(thing):
            if id(part) in seen:
                continue
            seen.add(id(part))
            if hasattr(part, "data") and hasattr(part, "grad"):
                found.append((".".join((*path, name)), part))
            else:
                visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "Neurons missed", says="your Neuron is not a Module")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
        elif isinstance(thing, Module | list | tuple | dict):
            for name, part in children(thing):
                visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "parameters() of a part is asked", says="your Neuron is no")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
        elif hasattr(thing, "parameters") and not isinstance(thing, Module):
            visit(thing.parameters(), path)
        else:
            for name, part in children(thing):
                visit(part, (*path, name))

    visit(self, ())
    return found


@mistake(
    "2.2 Module.named_parameters", "the first list is kept", says="what was added later is missed"
)
def named_parameters(self):
    if "_found" not in vars(self):
        found, seen = [], set()

        def visit(thing, path):
            if id(thing) in seen:
                return
            seen.add(id(thing))
            if hasattr(thing, "data") and hasattr(thing, "grad"):
                found.append((".".join(path), thing))
                return
            for name, part in children(thing):
                visit(part, (*path, name))

        visit(self, ())
        vars(self)["_found"] = found
    return vars(self)["_found"]


@mistake(
    "2.2 Module.named_parameters",
    "a list as a default",
    says="made once, when the function is defined",
)
def named_parameters(self, thing=None, path=(), found=[], seen=None):  # noqa: B006
    thing, seen = (self, set()) if seen is None else (thing, seen)
    if id(thing) not in seen:
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
        else:
            for name, part in children(thing):
                Module.named_parameters(self, part, (*path, name), found, seen)
    return list(found)


# ---- Module.parameters


@mistake("2.2 Module.parameters", "pairs", says="names are for named_parameters")
def parameters(self):
    return self.named_parameters()


@mistake("2.2 Module.parameters", "names", says="names are for named_parameters")
def parameters(self):
    return [name for name, _ in self.named_parameters()]


@mistake("2.2 Module.parameters", "a generator", says="gone through at each step of training")
def parameters(self):
    return (parameter for _, parameter in self.named_parameters())


@mistake("2.2 Module.parameters", "numbers", says="the three Values themselves")
def parameters(self):
    return [parameter.data for _, parameter in self.named_parameters()]


@mistake("2.2 Module.parameters", "only its own", says="the three Values themselves")
def parameters(self):
    return [part for _, part in children(self) if hasattr(part, "grad")]


@mistake("2.2 Module.parameters", "a set, in any order", says="should be a list")
def parameters(self):
    return {parameter for _, parameter in self.named_parameters()}


# ---- Module.modules


@mistake("2.2 Module.modules", "itself missing", says="should be [itself]")
def modules(self):
    found = []
    for _, part in children(self):
        if isinstance(part, Module):
            found += [part, *part.modules()]
    return found


@mistake("2.2 Module.modules", "those in lists missed", says="in lists, tuples and dicts as well")
def modules(self):
    found = [self]
    for _, part in children(self):
        if isinstance(part, Module):
            found += part.modules()
    return found


@mistake("2.2 Module.modules", "one level deep", says="misses inner.deep")
def modules(self):
    found = [self]
    for _, part in children(self):
        inner = [entry for _, entry in children(part)] if isinstance(part, list | dict) else [part]
        inner += [e for entry in inner if isinstance(entry, tuple) for e in entry]
        found += [entry for entry in inner if isinstance(entry, Module)]
    return found


@mistake("2.2 Module.modules", "all that is walked through", says="is not listed for that")
def modules(self):
    found, waiting, seen = [], [self], set()
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen:
            seen.add(id(thing))
            if isinstance(thing, Module) or hasattr(thing, "parameters"):
                found.append(thing)
            waiting.extend(part for _, part in reversed(children(thing)))
    return found


@mistake("2.2 Module.modules", "only Modules are entered", says="`children` leads there")
def modules(self):
    found, waiting, seen = [], [self], set()
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen:
            seen.add(id(thing))
            if isinstance(thing, Module):
                found.append(thing)
            if isinstance(thing, Module | list | tuple | dict):
                waiting.extend(part for _, part in reversed(children(thing)))
    return found


@mistake("2.2 Module.modules", "shared twice", says="that is held twice is listed 2 times")
def modules(self):
    found, waiting = [], [self]
    while waiting and len(found) < 100:
        thing = waiting.pop()
        if isinstance(thing, Module):
            found.append(thing)
        waiting.extend(part for _, part in reversed(children(thing)))
    return found


@mistake("2.2 Module.modules", "a seen one ends the walk", says="after one that was already seen")
def modules(self):
    found, waiting, seen = [], [self], set()
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            break
        seen.add(id(thing))
        if isinstance(thing, Module):
            found.append(thing)
        waiting.extend(part for _, part in reversed(children(thing)))
    return found


@mistake("2.2 Module.modules", "no end to a circle", says="the walk goes round in circles")
def modules(self):
    found = []

    def visit(thing):
        if isinstance(thing, Module) and not any(thing is module for module in found[1:]):
            found.append(thing)
        for _, part in children(thing):
            visit(part)

    visit(self)
    return found


@mistake("2.2 Module.modules", "itself last", says="should begin with the module itself")
def modules(self):
    found, seen = [], set()

    def visit(thing):
        if id(thing) not in seen:
            seen.add(id(thing))
            for _, part in children(thing):
                visit(part)
            if isinstance(thing, Module):
                found.append(thing)

    visit(self)
    return found


# ---- Module.train, Module.eval


@mistake("2.2 Module.train", "only itself", says="only the module itself is switched")
def train(self):
    self.training = True


@mistake("2.2 Module.train", "its own children", says="only its own children are switched along")
def train(self):
    self.training = True
    for _, part in children(self):
        if isinstance(part, Module):
            part.training = True


@mistake("2.2 Module.train", "not itself", says="and not the module itself")
def train(self):
    for module in self.modules()[1:]:
        module.training = True


@mistake("2.2 Module.train", "a loop variable is set", says="nothing is switched")
def train(self):
    for module in self.modules():
        training = module.training
        training = True  # noqa: F841


@mistake("2.2 Module.train", "on the class", says="own flag hides that one")
def train(self):
    Module.training = True


@mistake("2.2 Module.train", "a walk of its own, in circles", says="the walk goes round in circles")
def train(self):
    def switch(thing):
        if isinstance(thing, Module):
            thing.training = True
        for _, part in children(thing):
            switch(part)

    switch(self)


@mistake("2.2 Module.eval", "only itself", says="only the module itself is switched")
def eval(self):
    self.training = False


@mistake("2.2 Module.eval", "not itself", says="and not the module itself")
def eval(self):
    for module in self.modules()[1:]:
        module.training = False


@mistake("2.2 Module.eval", "train once more", says="nothing is switched")
def eval(self):
    self.train()


@mistake("2.2 Module.eval", "on the class alone", says="own flag hides that one")
def eval(self):
    Module.training = False


@mistake("2.2 Module.eval", "on the class", says="set on the class, which all share")
def eval(self):
    Module.training = False
    for module in self.modules():
        vars(module).pop("training", None)


# ---- Module.zero_grad


@mistake("2.2 Module.zero_grad", "the numbers too", says="the numbers are cleared")
def zero_grad(self):
    for parameter in self.parameters():
        parameter.data = parameter.grad = 0.0


@mistake("2.2 Module.zero_grad", "only its own", says="not those of the module inside")
def zero_grad(self):
    for _, part in children(self):
        for parameter in part if isinstance(part, list) else [part]:
            if hasattr(parameter, "grad"):
                parameter.grad = 0.0


@mistake("2.2 Module.zero_grad", "a loop variable", says="the name of a loop variable")
def zero_grad(self):
    for parameter in self.parameters():
        grad = parameter.grad
        grad = 0.0  # noqa: F841


@mistake("2.2 Module.zero_grad", "times 0", says="grad of a parameter that holds an array")
def zero_grad(self):
    for parameter in self.parameters():
        if isinstance(parameter.grad, float):
            parameter.grad *= 0.0


@mistake("2.2 Module.zero_grad", "only the first", says="only the first is cleared")
def zero_grad(self):
    for parameter in self.parameters():
        parameter.grad = 0.0
        return


# ---- Module.n_parameters


@mistake("2.2 Module.n_parameters", "parameters, not numbers", says="an array counts as one")
def n_parameters(self):
    return len(self.parameters())


@mistake("2.2 Module.n_parameters", "rows", says="as many as it has rows")
def n_parameters(self):
    return sum(len(p.data) if hasattr(p.data, "__len__") else 1 for p in self.parameters())


@mistake("2.2 Module.n_parameters", "columns", says="as many as it has columns")
def n_parameters(self):
    return sum(p.data.shape[1] if hasattr(p.data, "shape") else 1 for p in self.parameters())


@mistake("2.2 Module.n_parameters", "numbers left out", says="numbers are left out")
def n_parameters(self):
    sizes = [getattr(parameter.data, "size", 0) for parameter in self.parameters()]
    return sum(sizes) or len(sizes)


@mistake("2.2 Module.n_parameters", "shared twice", says="wherever it stands")
def n_parameters(self):
    def count(thing):
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            return getattr(thing.data, "size", 1)
        return sum(count(part) for _, part in children(thing))

    return count(self)


@mistake("2.2 Module.n_parameters", "no biases", says="the biases are not counted")
def n_parameters(self):
    found = [p for name, p in self.named_parameters() if not name.endswith("b")]
    return sum(getattr(parameter.data, "size", 1) for parameter in found)


# ---- Module.state_dict


@mistake("2.2 Module.state_dict", "the parameters themselves", says="a snapshot holds the numbers")
def state_dict(self):
    return dict(self.named_parameters())


@mistake("2.2 Module.state_dict", "arrays not copied", says="the model's own array, not a copy")
def state_dict(self):
    return {name: parameter.data for name, parameter in self.named_parameters()}


@mistake("2.2 Module.state_dict", "pairs", says="should be a dict")
def state_dict(self):
    return [(name, parameter.data) for name, parameter in self.named_parameters()]


@mistake("2.2 Module.state_dict", "gradients", says="the gradient is kept, not the number")
def state_dict(self):
    return {name: parameter.grad for name, parameter in self.named_parameters()}


@mistake("2.2 Module.state_dict", "the model gets the copy", says="the copy belongs into")
def state_dict(self):
    state = {}
    for name, parameter in self.named_parameters():
        state[name] = parameter.data
        if hasattr(parameter.data, "copy"):
            parameter.data = parameter.data.copy()
    return state


@mistake("2.2 Module.state_dict", "the attributes", says="a snapshot holds the numbers")
def state_dict(self):
    return dict(vars(self))


# ---- Module.load_state_dict


@mistake("2.2 Module.load_state_dict", "half-loaded state", says="half loaded")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    if parameters.keys() != state.keys():
        raise ValueError(f"names differ: {parameters.keys() ^ state.keys()}")
    for name, parameter in parameters.items():
        given = state[name]
        if hasattr(parameter.data, "shape"):
            if getattr(given, "shape", None) != parameter.data.shape:
                raise ValueError(f"{name} has another shape")
            parameter.data[...] = given
        elif isinstance(given, Real):
            parameter.data = float(given)
        else:
            raise ValueError(f"{name} is no number")


@mistake("2.2 Module.load_state_dict", "stops at the first problem", says="does not name")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    for name in parameters.keys() ^ state.keys():
        raise ValueError(f"{name} is missing or unexpected")
    for name, parameter in parameters.items():
        given, wanted = state[name], parameter.data
        if getattr(given, "shape", None) != getattr(wanted, "shape", None):
            raise ValueError(f"{name} has another shape")
        if not hasattr(wanted, "shape") and not isinstance(given, Real):
            raise ValueError(f"{name} is no number")
    for name, parameter in parameters.items():
        if hasattr(parameter.data, "shape"):
            parameter.data[...] = state[name]
        else:
            parameter.data = float(state[name])


@mistake("2.2 Module.load_state_dict", "missing names pass", says="a state without slope should")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    problems = [name for name in state if name not in parameters]
    for name in parameters.keys() & state.keys():
        wanted, given = parameters[name].data, state[name]
        if getattr(given, "shape", None) != getattr(wanted, "shape", None):
            problems.append(name)
        elif not hasattr(wanted, "shape") and not isinstance(given, Real):
            problems.append(name)
    if problems:
        raise ValueError(f"does not fit: {problems}")
    for name in parameters.keys() & state.keys():
        if hasattr(parameters[name].data, "shape"):
            parameters[name].data[...] = state[name]
        else:
            parameters[name].data = float(state[name])


@mistake("2.2 Module.load_state_dict", "unexpected names pass", says="a curve too many should")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    problems = [name for name in parameters if name not in state]
    for name in parameters.keys() & state.keys():
        wanted, given = parameters[name].data, state[name]
        if getattr(given, "shape", None) != getattr(wanted, "shape", None):
            problems.append(name)
        elif not hasattr(wanted, "shape") and not isinstance(given, Real):
            problems.append(name)
    if problems:
        raise ValueError(f"does not fit: {problems}")
    for name, parameter in parameters.items():
        if hasattr(parameter.data, "shape"):
            parameter.data[...] = state[name]
        else:
            parameter.data = float(state[name])


@mistake("2.2 Module.load_state_dict", "a missing name is a KeyError", says="KeyError")
def load_state_dict(self, state):
    for name, parameter in self.named_parameters():
        if hasattr(parameter.data, "shape"):
            parameter.data[...] = state[name]
        else:
            parameter.data = float(state[name])


@mistake("2.2 Module.load_state_dict", "another shape of one size", says="does not name table")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    problems = list(parameters.keys() ^ state.keys())
    for name in parameters.keys() & state.keys():
        wanted, given = parameters[name].data, state[name]
        if getattr(given, "size", 1) != getattr(wanted, "size", 1):
            problems.append(name)
        elif not hasattr(wanted, "shape") and not isinstance(given, Real):
            problems.append(name)
    if problems:
        raise ValueError(f"does not fit: {problems}")
    for name, parameter in parameters.items():
        if hasattr(parameter.data, "shape"):
            parameter.data[...] = state[name]
        else:
            parameter.data = float(state[name])


@mistake("2.2 Module.load_state_dict", "a text is turned into a number", says="should raise")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    problems, numbers = list(parameters.keys() ^ state.keys()), {}
    for name in parameters.keys() & state.keys():
        wanted, given = parameters[name].data, state[name]
        if hasattr(wanted, "shape"):
            if getattr(given, "shape", None) != wanted.shape:
                problems.append(name)
            continue
        try:
            numbers[name] = float(given)
        except (TypeError, ValueError):
            problems.append(name)
    if problems:
        raise ValueError(f"does not fit: {problems}")
    for name, parameter in parameters.items():
        if name in numbers:
            parameter.data = numbers[name]
        else:
            parameter.data[...] = state[name]


@mistake("2.2 Module.load_state_dict", "by order, not by name", says="in the order of the state")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    if parameters.keys() != state.keys():
        raise ValueError(f"names differ: {parameters.keys() ^ state.keys()}")
    for parameter, given in zip(parameters.values(), state.values()):
        if hasattr(parameter.data, "shape"):
            parameter.data[...] = given
        else:
            parameter.data = float(given)


@mistake("2.2 Module.load_state_dict", "a dict of its own is filled", says="nothing is loaded")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    for name in parameters:
        parameters[name] = state[name]


@mistake("2.2 Module.load_state_dict", "the model holds the state's array", says="Write into it")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    problems = list(parameters.keys() ^ state.keys())
    for name in parameters.keys() & state.keys():
        wanted, given = parameters[name].data, state[name]
        if getattr(given, "shape", None) != getattr(wanted, "shape", None):
            problems.append(name)
        elif not hasattr(wanted, "shape") and not isinstance(given, Real):
            problems.append(name)
    if problems:
        raise ValueError(f"does not fit: {problems}")
    for name, parameter in parameters.items():
        parameter.data = state[name]


@mistake(
    "2.2 Module.load_state_dict",
    "new Values in the attributes",
    says="Keep the parameter, replace its number",
    prelude="from ..phase1_autodiff.value import Value",
)
def load_state_dict(self, state):
    for name, number in state.items():
        *path, last = name.split(".")
        thing = self
        for part in path:
            thing = dict(children(thing))[part]
        setattr(thing, last, Value(number))


@mistake("2.2 Module.load_state_dict", "the state is used up", says="the state has the names []")
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    problems = list(parameters.keys() ^ state.keys())
    for name in parameters.keys() & state.keys():
        wanted, given = parameters[name].data, state[name]
        if getattr(given, "shape", None) != getattr(wanted, "shape", None):
            problems.append(name)
        elif not hasattr(wanted, "shape") and not isinstance(given, Real):
            problems.append(name)
    if problems:
        raise ValueError(f"does not fit: {problems}")
    for name, parameter in parameters.items():
        if hasattr(parameter.data, "shape"):
            parameter.data[...] = state.pop(name)
        else:
            parameter.data = float(state.pop(name))


# ---- xavier_uniform


@mistake("2.2 xavier_uniform", "n_in only", says="only n_in counts: √(6/n_in)")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6 / n_in)
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "n_in only, variance 1/n_in", says="only n_in counts: √(3/n_in)")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(3 / n_in)
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "n_out only", says="only n_out counts")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6 / n_out)
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "the deviation as the limit", says="the limit is the standard dev")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(2 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "variance as the limit", says="the limit is the variance")
def xavier_uniform(n_in, n_out, rng):
    limit = 2 / (n_in + n_out)
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "no root", says="the root is forgotten")
def xavier_uniform(n_in, n_out, rng):
    limit = 6 / (n_in + n_out)
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "brackets", says="the root is taken of the 6 alone")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6) / (n_in + n_out)
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "a Neuron's limit", says="the limit is a Neuron's")
def xavier_uniform(n_in, n_out, rng):
    limit = 1 / sqrt(n_in)
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "variance 1/(n_in + n_out)", says="the 6 is a 3")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(3 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "positive only", says="from 0 to the limit")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6 / (n_in + n_out))
    return [[rng.uniform(0, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "normal", says="the draws are normal")
def xavier_uniform(n_in, n_out, rng):
    deviation = sqrt(2 / (n_in + n_out))
    return [[rng.gauss(0, deviation) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "transposed", says="rows and columns are exchanged")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_in)] for _ in range(n_out)]


@mistake("2.2 xavier_uniform", "one row repeated", says="or one row, drawn and then repeated")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_out)]] * n_in


@mistake("2.2 xavier_uniform", "one number repeated", says="drawn and then repeated")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6 / (n_in + n_out))
    return [[rng.uniform(-limit, limit)] * n_out for _ in range(n_in)]


@mistake(
    "2.2 xavier_uniform",
    "global random",
    says="Python's global generator was used",
    prelude="import random",
)
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6 / (n_in + n_out))
    return [[random.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake(
    "2.2 xavier_uniform",
    "an unseeded one",
    says="so that no run can be repeated",
    prelude="import random",
)
def xavier_uniform(n_in, n_out, rng):
    rng, limit = random.Random(), sqrt(6 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake(
    "2.2 xavier_uniform", "a seed of its own", says="is rng left unused", prelude="import random"
)
def xavier_uniform(n_in, n_out, rng):
    rng, limit = random.Random(0), sqrt(6 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 xavier_uniform", "a copy of rng", says="Is rng copied", prelude="import copy")
def xavier_uniform(n_in, n_out, rng):
    rng, limit = copy.deepcopy(rng), sqrt(6 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake(
    "2.2 xavier_uniform", "Values", says="and should be floats", prelude="from .neuron import *"
)
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6 / (n_in + n_out))
    return [[Value(rng.uniform(-limit, limit)) for _ in range(n_out)] for _ in range(n_in)]


# ---- he_normal


@mistake("2.2 he_normal", "factor 1", says="the factor is 1")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(0, sqrt(1 / n_in)) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "variance for deviation", says="where the deviation is wanted")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(0, 2 / n_in) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "n_out", says="divided by n_out")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(0, sqrt(2 / n_out)) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "n_in + n_out", says="divided by n_in + n_out")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(0, sqrt(2 / (n_in + n_out))) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "brackets", says="the root is taken of the 2 alone")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(0, sqrt(2) / n_in) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "the factor outside of the root", says="2/√n_in")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(0, 2 / sqrt(n_in)) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "unscaled", says="nothing scales it")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(0, 1) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "uniform", says="the draws are uniform")
def he_normal(n_in, n_out, rng):
    limit = sqrt(6 / n_in)
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "no signs", says="their signs are dropped")
def he_normal(n_in, n_out, rng):
    return [[abs(rng.gauss(0, sqrt(2 / n_in))) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "transposed", says="rows and columns are exchanged")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(0, sqrt(2 / n_in)) for _ in range(n_in)] for _ in range(n_out)]


@mistake(
    "2.2 he_normal",
    "global random",
    says="Python's global generator was used",
    prelude="import random",
)
def he_normal(n_in, n_out, rng):
    return [[random.gauss(0, sqrt(2 / n_in)) for _ in range(n_out)] for _ in range(n_in)]


# ---- Layer.__init__


@mistake("2.2 Layer.__init__", "[Neuron()] * n", says="is one neuron, three times")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    self.neurons = [Neuron(n_in, activation, rng)] * n_out


@mistake(
    "2.2 Layer.__init__",
    "equal initial weights",
    says="stay equal for ever",
    prelude="import random",
)
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    seed = random_from(rng).random()
    self.neurons = [Neuron(n_in, activation, random.Random(seed)) for _ in range(n_out)]


@mistake("2.2 Layer.__init__", "rng not handed on", says="is rng handed on to each Neuron?")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    self.neurons = [Neuron(n_in, activation) for _ in range(n_out)]


@mistake("2.2 Layer.__init__", "n_in and n_out exchanged", says="n_in and n_out are exchanged")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    rng = random_from(rng)
    self.neurons = [Neuron(n_out, activation, rng) for _ in range(n_in)]


@mistake(
    "2.2 Layer.__init__",
    "a seeded default",
    says="rng=None means a fresh, unseeded one",
    prelude="import random",
)
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    rng = rng or random.Random(0)
    self.neurons = [Neuron(n_in, activation, rng) for _ in range(n_out)]


@mistake(
    "2.2 Layer.__init__",
    "the global generator",
    says="Python's global generator was used",
    prelude="import random",
)
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    self.neurons = [Neuron(n_in, activation, rng or random) for _ in range(n_out)]


@mistake("2.2 Layer.__init__", "activation not handed on", says="is not handed on, and is tanh")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    rng = random_from(rng)
    self.neurons = [Neuron(n_in, rng=rng) for _ in range(n_out)]


@mistake("2.2 Layer.__init__", "None counts as not given", says="is not handed on, and is tanh")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    rng = random_from(rng)
    self.neurons = [Neuron(n_in, activation or "tanh", rng) for _ in range(n_out)]


@mistake("2.2 Layer.__init__", "no activation by default", says="there is no activation")
def __init__(self, n_in, n_out, activation=None, rng=None):
    rng = random_from(rng)
    self.neurons = [Neuron(n_in, activation, rng) for _ in range(n_out)]


@mistake(
    "2.2 Layer.__init__", "hidden in a closure", says="named_parameters of Layer(1, 2) finds []"
)
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    rng = random_from(rng)
    neurons = [Neuron(n_in, activation, rng) for _ in range(n_out)]
    type(self).neurons = property(lambda self: neurons)


# ---- Layer.__call__


@mistake("2.2 Layer.__call__", "a sum", says="the outputs are added up")
def __call__(self, inputs):
    return sum(neuron(inputs) for neuron in self.neurons)


@mistake("2.2 Layer.__call__", "the first neuron", says="only the first neuron is asked")
def __call__(self, inputs):
    for neuron in self.neurons:
        return [neuron(inputs)]


@mistake("2.2 Layer.__call__", "one output without its list", says="micrograd does that")
def __call__(self, inputs):
    outputs = [neuron(inputs) for neuron in self.neurons]
    return outputs[0] if len(outputs) == 1 else outputs


@mistake("2.2 Layer.__call__", "numbers", says="no record of where they came from")
def __call__(self, inputs):
    return [neuron(inputs).data for neuron in self.neurons]


@mistake("2.2 Layer.__call__", "a generator", says="numbers of shape (3,)")
def __call__(self, inputs):
    return (neuron(inputs) for neuron in self.neurons)


@mistake("2.2 Layer.__call__", "a tuple", says="the outputs are a tuple of")
def __call__(self, inputs):
    return tuple(neuron(inputs) for neuron in self.neurons)


@mistake("2.2 Layer.__call__", "cut off", says="cut off from the inputs")
def __call__(self, inputs):
    return [neuron([getattr(x, "data", x) for x in inputs]) for neuron in self.neurons]


@mistake("2.2 Layer.__call__", "reversed", says="in reverse order")
def __call__(self, inputs):
    outputs = []
    for neuron in self.neurons:
        outputs.insert(0, neuron(inputs))
    return outputs


# ---- MLP.__init__


@mistake(
    "2.2 MLP.__init__", "activation on the output", says="the last layer has an activation too"
)
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng = random_from(rng)
    self.layers = [Layer(n, m, activation, rng) for n, m in zip(sizes, sizes[1:])]


@mistake("2.2 MLP.__init__", "no activation", says="no layer has an activation")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng = random_from(rng)
    self.layers = [Layer(n, m, None, rng) for n, m in zip(sizes, sizes[1:])]


@mistake("2.2 MLP.__init__", "the count is off by one", says="only the last layer has one")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng = random_from(rng)
    last = len(sizes) - 2
    self.layers = [
        Layer(n, m, activation if i == last else None, rng)
        for i, (n, m) in enumerate(zip(sizes, sizes[1:]))
    ]


@mistake(
    "2.2 MLP.__init__", "the count is off by one, upwards", says="the last layer has an activation"
)
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng = random_from(rng)
    self.layers = [
        Layer(n, m, None if i == len(sizes) - 1 else activation, rng)
        for i, (n, m) in enumerate(zip(sizes, sizes[1:]))
    ]


@mistake("2.2 MLP.__init__", "the last layer known by its size", says="no layer has an activation")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng = random_from(rng)
    self.layers = [
        Layer(n, m, None if m == sizes[-1] else activation, rng) for n, m in zip(sizes, sizes[1:])
    ]


@mistake("2.2 MLP.__init__", "the last layer is left at tanh", says="left at its default, tanh")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng = random_from(rng)
    *hidden, last = zip(sizes, sizes[1:])
    self.layers = [Layer(n, m, activation, rng) for n, m in hidden] + [Layer(*last, rng=rng)]


@mistake("2.2 MLP.__init__", "the last layer is missing", says="the last layer is missing")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng = random_from(rng)
    self.layers = [Layer(sizes[i], sizes[i + 1], activation, rng) for i in range(len(sizes) - 2)]


@mistake("2.2 MLP.__init__", "every layer has the network's inputs", says="the network's inputs")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng = random_from(rng)
    self.layers = [Layer(sizes[0], m, activation, rng) for m in sizes[1:-1]]
    self.layers.append(Layer(sizes[0], sizes[-1], None, rng))


@mistake("2.2 MLP.__init__", "from output to input", says="read from output to input")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng, sizes = random_from(rng), sizes[::-1]
    last = len(sizes) - 2
    self.layers = [
        Layer(n, m, None if i == last else activation, rng)
        for i, (n, m) in enumerate(zip(sizes, sizes[1:]))
    ]


@mistake(
    "2.2 MLP.__init__",
    "one seed for all layers",
    says="one and the same seed",
    prelude="import random",
)
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    state = random_from(rng).getstate()
    self.layers = []
    for i, (n, m) in enumerate(zip(sizes, sizes[1:])):
        again = random.Random()
        again.setstate(state)
        self.layers.append(Layer(n, m, None if i == len(sizes) - 2 else activation, again))


@mistake("2.2 MLP.__init__", "rng not handed on", says="beside two Layers made from a generator")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    last = len(sizes) - 2
    self.layers = [
        Layer(n, m, None if i == last else activation)
        for i, (n, m) in enumerate(zip(sizes, sizes[1:]))
    ]


@mistake("2.2 MLP.__init__", "one size is no error", says="should raise ValueError")
def __init__(self, sizes, activation="tanh", rng=None):
    rng = random_from(rng)
    last = len(sizes) - 2
    self.layers = [
        Layer(n, m, None if i == last else activation, rng)
        for i, (n, m) in enumerate(zip(sizes, sizes[1:]))
    ]


@mistake("2.2 MLP.__init__", "sizes are used up", says="the caller's sizes were")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(sizes)
    rng, self.layers = random_from(rng), []
    if isinstance(sizes, tuple):
        sizes = list(sizes)
    while len(sizes) > 1:
        n = sizes.pop(0)
        self.layers.append(Layer(n, sizes[0], activation if sizes[1:] else None, rng))


# ---- MLP.__call__


@mistake("2.2 MLP.__call__", "each layer on the inputs", says="every layer works on the network's")
def __call__(self, inputs):
    for layer in self.layers:
        outputs = layer(inputs)
    return outputs


@mistake("2.2 MLP.__call__", "returns inside the loop", says="only the first layer is used")
def __call__(self, inputs):
    for layer in self.layers:
        inputs = layer(inputs)
        return inputs


@mistake("2.2 MLP.__call__", "activation on the output", says="an activation is put on the output")
def __call__(self, inputs):
    for layer in self.layers:
        inputs = layer(inputs)
    return [output.relu() for output in inputs]


@mistake("2.2 MLP.__call__", "a cut graph", says="the graph is cut")
def __call__(self, inputs):
    for layer in self.layers:
        inputs = layer([getattr(x, "data", x) for x in inputs])
    return inputs


@mistake("2.2 MLP.__call__", "no list for one output", says="the list is dropped")
def __call__(self, inputs):
    for layer in self.layers:
        inputs = layer(inputs)
    return inputs[0] if len(inputs) == 1 else inputs


@mistake(
    "2.2 MLP.__call__", "outputs of all layers", says="the outputs of all layers are collected"
)
def __call__(self, inputs):
    collected = []
    for layer in self.layers:
        inputs = layer(inputs)
        collected.append(inputs)
    return collected


@mistake("2.2 MLP.__call__", "written into the caller's list", says="the caller's inputs were")
def __call__(self, inputs):
    for layer in self.layers:
        inputs[:] = layer(inputs)
    return inputs


# ---- mlp_parameter_count


@mistake("2.2 mlp_parameter_count", "no biases", says="the biases are left out")
def mlp_parameter_count(sizes):
    return sum(n_in * n_out for n_in, n_out in zip(sizes, sizes[1:]))


@mistake("2.2 mlp_parameter_count", "a bias for each input", says="one bias for each input")
def mlp_parameter_count(sizes):
    return sum(n_in * (n_out + 1) for n_in, n_out in zip(sizes, sizes[1:]))


@mistake("2.2 mlp_parameter_count", "one bias for each layer", says="a single bias for the whole")
def mlp_parameter_count(sizes):
    return sum(n_in * n_out + 1 for n_in, n_out in zip(sizes, sizes[1:]))


@mistake("2.2 mlp_parameter_count", "inputs have biases", says="the inputs have biases as well")
def mlp_parameter_count(sizes):
    return sum(n_in * n_out for n_in, n_out in zip(sizes, sizes[1:])) + sum(sizes)


@mistake("2.2 mlp_parameter_count", "units", says="units are counted")
def mlp_parameter_count(sizes):
    return sum(sizes)


@mistake("2.2 mlp_parameter_count", "the first layer alone", says="only the first layer is counted")
def mlp_parameter_count(sizes):
    for n_in, n_out in zip(sizes, sizes[1:]):
        return (n_in + 1) * n_out


@mistake("2.2 mlp_parameter_count", "a network is made", says="sizes are enough to know how many")
def mlp_parameter_count(sizes):
    return MLP(sizes).n_parameters()


# ---- what is there counts, also when it is None, 0, off already, or of a kind of its own


@mistake("2.2 children", "all that has a __dict__", says="with or without a method `parameters`")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    if hasattr(thing, "__dict__") and not hasattr(thing, "data"):
        return list(vars(thing).items())
    return []


@mistake("2.2 children", "the type itself is compared", says="isinstance also knows what inherits")
def children(thing):
    if type(thing) in (list, tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if type(thing) is dict:
        return [(str(key), part) for key, part in thing.items()]
    return list(vars(thing).items()) if hasattr(thing, "parameters") else []


@mistake("2.2 children", "what is false is left out", says="None, 0 or empty is left out")
def children(thing):
    if isinstance(thing, list | tuple):
        pairs = enumerate(thing)
    elif isinstance(thing, dict):
        pairs = thing.items()
    else:
        pairs = vars(thing).items() if hasattr(thing, "parameters") else ()
    return [(str(name), part) for name, part in pairs if part]


@mistake("2.2 Module.named_parameters", "grad alone", says="`.grad` alone counts")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "grad"):
            found.append((".".join(path), thing))
            return
        for name, part in children(thing):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "no gradient yet", says="None counts as missing")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and getattr(thing, "grad", None) is not None:
            found.append((".".join(path), thing))
            return
        for name, part in children(thing):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "private ones", says="such a weight would never learn")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if id(thing) in seen:
            return
        seen.add(id(thing))
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            found.append((".".join(path), thing))
            return
        for name, part in children(thing):
            if not name.startswith("_"):
                visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "only itself is known again", says="goes round in circles")
def named_parameters(self):
    found, seen = [], set()

    def visit(thing, path):
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            if id(thing) not in seen:
                seen.add(id(thing))
                found.append((".".join(path), thing))
        elif thing is not self or not path:
            for name, part in children(thing):
                visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.parameters", "sorted out by equality", says="for which == says True")
def parameters(self):
    found = []
    for _, parameter in self.named_parameters():
        if parameter not in found:
            found.append(parameter)
    return found


@mistake("2.2 Module.train", "a toggle", says="the switch is turned over")
def train(self):
    for module in self.modules():
        module.training = not module.training


@mistake("2.2 Module.eval", "a toggle", says="the switch is turned over")
def eval(self):
    for module in self.modules():
        module.training = not module.training


@mistake("2.2 Module.eval", "nothing to do", says="inside a module that is off itself")
def eval(self):
    if not self.training:
        return
    for module in self.modules():
        module.training = False


@mistake("2.2 Module.n_parameters", "two dimensions", says="two dimensions are multiplied")
def n_parameters(self):
    total = 0
    for parameter in self.parameters():
        shape = getattr(parameter.data, "shape", (1, 1))
        total += shape[0] * shape[1]
    return total


@mistake("2.2 Module.state_dict", "arrays become lists", says="so that it can be loaded again")
def state_dict(self):
    return {
        name: parameter.data.tolist() if hasattr(parameter.data, "tolist") else parameter.data
        for name, parameter in self.named_parameters()
    }


@mistake(
    "2.2 Module.load_state_dict",
    "lists of the right lengths pass",
    says="for the 2 × 2 table should raise ValueError",
    prelude="import numpy",
)
def load_state_dict(self, state):
    parameters = dict(self.named_parameters())
    problems = [name for name in parameters.keys() ^ state.keys()]
    for name in parameters.keys() & state.keys():
        wanted, given = parameters[name].data, state[name]
        if hasattr(wanted, "shape"):
            problems += [name] if numpy.shape(given) != wanted.shape else []
        elif not isinstance(given, Real):
            problems.append(name)
    if problems:
        raise ValueError(f"the state does not fit: {problems}")
    for name, parameter in parameters.items():
        if hasattr(parameter.data, "shape"):
            parameter.data[...] = state[name]
        else:
            parameter.data = float(state[name])


@mistake("2.2 MLP.__init__", "None counts as not given", says="is taken for 'not given'")
def __init__(self, sizes, activation=None, rng=None):
    if len(sizes) < 2:
        raise ValueError(f"{sizes}")
    rng = random_from(rng)
    activations = [activation or "tanh"] * (len(sizes) - 2) + [None]
    self.layers = [
        Layer(n_in, n_out, a, rng) for (n_in, n_out), a in zip(pairwise(sizes), activations)
    ]


@mistake(
    "2.2 Layer.__call__", "each neuron sees the one before", says="of three neurons on (2, -1)"
)
def __call__(self, inputs):
    outputs = []
    for neuron in self.neurons:
        outputs.append(neuron(inputs))
        inputs = [*inputs[1:], outputs[-1]]
    return outputs


@mistake(
    "2.2 children", "whatever is called parameters", says="anything called `parameters` will do"
)
def children(thing):
    if isinstance(thing, (list, tuple)):
        return [(str(i), p) for i, p in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(k), p) for k, p in thing.items()]
    if hasattr(thing, "parameters"):
        return list(vars(thing).items())
    return []


@mistake("2.2 Module.modules", "what was found is asked for by ==", says="tell which is which")
def modules(self):
    found, met = [], set()

    def visit(thing):
        if isinstance(thing, Module):
            if thing in found:
                return
            met.add(id(thing))
            found.append(thing)
        for _, part in children(thing):
            visit(part)

    visit(self)
    return found


@mistake("2.2 Module.load_state_dict", "int and float only", says="which is a real number too")
def load_state_dict(self, state):
    import numpy as np

    named = dict(self.named_parameters())
    wrong = [f"missing: {n}" for n in named if n not in state]
    wrong += [f"unexpected: {n}" for n in state if n not in named]
    for n, p in named.items():
        if n not in state:
            continue
        new = state[n]
        if hasattr(p.data, "shape"):
            if getattr(new, "shape", None) != p.data.shape:
                wrong.append(f"{n}: array of {p.data.shape} expected, got {np.shape(new)}")
        elif not isinstance(new, (int, float)):
            wrong.append(f"{n}: number expected, got {new!r}")
    if wrong:
        raise ValueError("; ".join(wrong))
    for n, p in named.items():
        if hasattr(p.data, "shape"):
            p.data[...] = state[n]
        else:
            p.data = state[n]


@mistake(
    "2.2 Module.named_parameters",
    "Values only",
    says="only a Value counts",
    prelude="from ..phase1_autodiff.value import Value",
)
def named_parameters(self):
    found, seen, entered = [], set(), set()

    def visit(name, thing):
        if isinstance(thing, Value):
            if id(thing) not in seen:
                seen.add(id(thing))
                found.append((name, thing))
            return
        if id(thing) in entered:
            return
        if callable(getattr(thing, "parameters", None)):
            entered.add(id(thing))
        for key, part in children(thing):
            visit(f"{name}.{key}" if name else key, part)

    visit("", self)
    return found


@mistake(
    "2.2 Module.named_parameters", "breadth first, with a queue", says="as in a walk breadth first"
)
def named_parameters(self):
    from collections import deque

    found, seen, queue = [], set(), deque([("", self)])
    while queue:
        name, thing = queue.popleft()
        if id(thing) in seen:
            continue
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            seen.add(id(thing))
            found.append((name, thing))
            continue
        if isinstance(thing, Module):
            seen.add(id(thing))
        queue.extend((f"{name}.{k}" if name else k, p) for k, p in children(thing))
    return found


@mistake("2.2 Module.parameters", "a set", says="which a set does not keep")
def parameters(self):
    return list(set(p for _, p in self.named_parameters()))


@mistake("2.2 MLP.__init__", "the first layer has none", says="where the last one should")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(f"a network needs at least two sizes, not {sizes}")
    pairs = list(pairwise(sizes))
    self.layers = [Layer(a, b, activation if i else None, rng) for i, (a, b) in enumerate(pairs)]


@mistake("2.2 mlp_parameter_count", "the inputs have biases", says="the inputs have biases as well")
def mlp_parameter_count(sizes):
    return sum(a * b for a, b in pairwise(sizes)) + sum(sizes)


@mistake(
    "2.2 MLP.__init__", "something is put on the caller's sizes", says="a tuple of sizes is refused"
)
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(f"a network needs at least two sizes, not {sizes}")
    self.layers = []
    for i in range(len(sizes) - 1):
        self.layers.append(Layer(sizes[i], sizes[i + 1], activation, rng))
    for n in self.layers[-1].neurons:
        n.activation = None
    sizes.append(None)
    sizes.pop()


@mistake(
    "2.2 Module.load_state_dict",
    "names are taken out of the caller's state",
    says="the state has the names []",
)
def load_state_dict(self, state):
    mine = dict(self.named_parameters())
    problems = []
    for name in list(state):
        if name not in mine:
            problems.append(f"unexpected {name}")
    for name, p in mine.items():
        new = state.pop(name, None)
        if new is None:
            problems.append(f"missing {name}")
        elif getattr(p.data, "shape", None) != getattr(new, "shape", None) or (
            not hasattr(p.data, "shape") and not isinstance(new, Real)
        ):
            problems.append(f"{name} does not fit")
        mine[name] = (p, new)
    if problems:
        raise ValueError(", ".join(problems))
    for p, new in mine.values():
        if hasattr(p.data, "shape"):
            p.data[...] = new
        else:
            p.data = float(new)


@mistake("2.2 walk", "the thing itself is missing", says="the thing itself is left out")
def walk(thing):
    found, seen, waiting = [], {id(thing)}, [("", thing)]
    while waiting:
        path, part = waiting.pop(0)
        below = []
        for name, child in children(part):
            if id(child) not in seen:
                seen.add(id(child))
                below.append((f"{path}.{name}" if path else name, child))
        found += below
        waiting = below + waiting
    return found


@mistake("2.2 walk", "breadth first", says="the walk is breadth first")
def walk(thing):
    found, seen = [("", thing)], {id(thing)}
    for path, part in found:
        for name, below in children(part):
            if id(below) not in seen:
                seen.add(id(below))
                found.append((f"{path}.{name}" if path else name, below))
    return found


@mistake("2.2 walk", "a stack taken from the end", says="a stack hands back")
def walk(thing):
    found, seen, waiting = [], set(), [("", thing)]
    while waiting:
        path, part = waiting.pop()
        if id(part) not in seen:
            seen.add(id(part))
            found.append((path, part))
            waiting += [(f"{path}.{n}" if path else n, p) for n, p in children(part)]
    return found


@mistake("2.2 walk", "noted when put in line", says="already when it is put in line")
def walk(thing):
    found, seen, waiting = [], {id(thing)}, [("", thing)]
    while waiting:
        path, part = waiting.pop()
        found.append((path, part))
        new = [(n, p) for n, p in children(part) if id(p) not in seen]
        seen.update(id(p) for _, p in new)
        waiting += [(f"{path}.{n}" if path else n, p) for n, p in reversed(new)]
    return found


@mistake("2.2 walk", "paths begin with a dot", says="an empty path was joined too")
def walk(thing):
    found, seen, waiting = [], set(), [("", thing)]
    while waiting:
        path, part = waiting.pop()
        if id(part) not in seen:
            seen.add(id(part))
            found.append((path, part))
            waiting += [(f"{path}.{n}", p) for n, p in reversed(children(part))]
    return found


@mistake("2.2 walk", "seen by equality", says="and not `is`")
def walk(thing):
    found = []

    def visit(path, part):
        if any(part == other for _, other in found):
            return
        found.append((path, part))
        for name, below in children(part):
            visit(f"{path}.{name}" if path else name, below)

    visit("", thing)
    return found


@mistake("2.2 walk", "a list of what was seen", says="what takes longer at each step")
def walk(thing):
    found = []

    def visit(path, part):
        if any(part is other for _, other in found):
            return
        found.append((path, part))
        for name, below in children(part):
            visit(f"{path}.{name}" if path else name, below)

    visit("", thing)
    return found


@mistake("2.2 walk", "nothing is remembered", says="the walk goes round in circles")
def walk(thing):
    found = [("", thing)]
    for name, part in children(thing):
        found += [(f"{name}.{path}" if path else name, below) for path, below in walk(part)]
    return found


@mistake("2.2 walk", "one list for all calls", says="what an earlier call found")
def walk(thing, path="", found=[]):  # noqa: B006
    if all(part is not thing for _, part in found):
        found.append((path, thing))
        for name, part in children(thing):
            walk(part, f"{path}.{name}" if path else name)
    return list(found)


@mistake("2.2 walk", "only what has no parts", says="not what is walked through")
def walk(thing):
    found, seen, waiting = [], set(), [("", thing)]
    while waiting:
        path, part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        below = children(part)
        if not below:
            found.append((path, part))
        waiting += [(f"{path}.{n}" if path else n, p) for n, p in reversed(below)]
    return found


@mistake(
    "2.2 Module.named_parameters",
    "a list of what was found, searched",
    says="what takes longer at each step",
)
def named_parameters(self):
    found = []

    def visit(thing, path):
        if hasattr(thing, "data") and hasattr(thing, "grad"):
            if not any(thing is other for _, other in found):
                found.append((".".join(path), thing))
            return
        for name, part in children(thing):
            visit(part, (*path, name))

    visit(self, ())
    return found


@mistake("2.2 Module.named_parameters", "kept on the module", says="in Box.found.0")
def named_parameters(self):
    pairs = [(n, p) for n, p in walk(self) if hasattr(p, "data") and hasattr(p, "grad")]
    self.found = [p for _, p in pairs]
    return pairs


@mistake("2.2 Module.modules", "a set", says="tell which is which")
def modules(self):
    inside = {part for _, part in walk(self) if isinstance(part, Module)} - {self}
    return [self, *inside]


@mistake("2.2 Layer.__call__", "the outputs are kept", says="in Layer.outputs.0, and that counts")
def __call__(self, inputs):
    self.outputs = [neuron(inputs) for neuron in self.neurons]
    return self.outputs


@mistake("2.2 MLP.__call__", "what the layers put out is kept", says="in MLP.seen.0.0, and that")
def __call__(self, inputs):
    self.seen = []
    for layer in self.layers:
        inputs = layer(inputs)
        self.seen.append(inputs)
    return inputs


@mistake("2.2 Layer.__init__", "a tuple of neurons", says="neurons of a Layer(3, 2) is")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    rng = random_from(rng)
    self.neurons = tuple(Neuron(n_in, activation, rng) for _ in range(n_out))


@mistake("2.2 he_normal", "cut off and stretched", says="as Keras and Flax do")
def he_normal(n_in, n_out, rng):
    def draw():
        while abs(z := rng.gauss(0, 1)) > 2:
            pass
        return z * sqrt(2 / n_in) / 0.8796256610342398

    return [[draw() for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 Module.train", "a 1", says="and should be a bool")
def train(self):
    for module in self.modules():
        module.training = 1


@mistake("2.2 Module.zero_grad", "a Value of 0", says="and should be a float")
def zero_grad(self):
    for parameter in self.parameters():
        parameter.grad = type(parameter)(0.0)


@mistake("2.2 Module.state_dict", "rounded", says="to the last digit")
def state_dict(self):
    return {
        name: p.data.copy() if hasattr(p.data, "copy") else round(p.data, 6)
        for name, p in self.named_parameters()
    }


@mistake("2.2 xavier_uniform", "PyTorch's gain for tanh", says="as PyTorch has it for tanh")
def xavier_uniform(n_in, n_out, rng):
    limit = 5 / 3 * sqrt(6 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "a factor of 1.6", says="the variance is 1.6")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(0, sqrt(1.62 / n_in)) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 he_normal", "around another mean", says="takes the mean first")
def he_normal(n_in, n_out, rng):
    return [[rng.gauss(sqrt(2 / n_in), sqrt(2 / n_in)) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 Layer.__init__", "Xavier's weights", says="in the place of their own")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    rng = random_from(rng)
    self.neurons = [Neuron(n_in, activation, rng) for _ in range(n_out)]
    for neuron, column in zip(self.neurons, zip(*xavier_uniform(n_in, n_out, rng))):
        for w, number in zip(neuron.w, column):
            w.data = number


@mistake("2.2 MLP.__init__", "three sizes at least", says="two sizes make one layer")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 3:
        raise ValueError(f"an MLP needs a hidden layer, not {sizes}")
    rng = random_from(rng)
    activations = [activation] * (len(sizes) - 2) + [None]
    self.layers = [Layer(a, b, f, rng) for (a, b), f in zip(pairwise(sizes), activations)]


@mistake("2.2 MLP.__init__", "a generator for each layer", says="is rng handed on to each Layer?")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(f"an MLP needs an input and an output size, not {sizes}")
    activations = [activation] * (len(sizes) - 2) + [None]
    self.layers = [Layer(a, b, f) for (a, b), f in zip(pairwise(sizes), activations)]


@mistake("2.2 MLP.__call__", "a bend where there is one layer", says="put on the output")
def __call__(self, inputs):
    for layer in self.layers:
        inputs = layer(inputs)
    return inputs if len(self.layers) > 1 else [a.tanh() for a in inputs]


@mistake(
    "2.2 Module.named_parameters",
    ".grad alone counts, and the module is one too",
    says="goes in as a parameter of its own",
)
def named_parameters(self):
    return [(n, p) for n, p in walk(self) if hasattr(p, "grad")]


@mistake(
    "2.2 Module.named_parameters",
    "a computed Value is left out",
    says="a Value with parents is left out",
)
def named_parameters(self):
    return [
        (n, p)
        for n, p in walk(self)
        if hasattr(p, "data") and hasattr(p, "grad") and not getattr(p, "parents", ())
    ]


@mistake(
    "2.2 Module.modules",
    "whatever has a training flag",
    says="a Module is an instance of the class",
)
def modules(self):
    return [m for _, m in walk(self) if hasattr(m, "training")]


@mistake(
    "2.2 Module.modules",
    "only modules of its own class",
    says="of another class than the one that holds it",
)
def modules(self):
    return [m for _, m in walk(self) if isinstance(m, type(self)) or m is self]


@mistake(
    "2.2 Module.eval",
    "whatever has attributes gets the flag",
    says="a Neuron has an attribute training",
)
def eval(self):
    for _, m in walk(self):
        if hasattr(m, "__dict__"):
            m.training = False


@mistake(
    "2.2 Module.zero_grad",
    "only what is an attribute itself",
    says="no list or module is entered",
)
def zero_grad(self):
    for p in vars(self).values():
        if hasattr(p, "grad"):
            p.grad = 0.0


@mistake(
    "2.2 Module.zero_grad",
    "attributes and lists, and no module",
    says="not those of the module inside",
)
def zero_grad(self):
    for p in vars(self).values():
        for q in p if isinstance(p, (list, tuple)) else [p]:
            if hasattr(q, "grad"):
                q.grad = 0.0


@mistake(
    "2.2 Module.zero_grad",
    "attributes and modules, and no list",
    says="no list is entered",
)
def zero_grad(self):
    for _, m in children(self):
        if hasattr(m, "zero_grad"):
            m.zero_grad()
        elif hasattr(m, "grad"):
            m.grad = 0.0


@mistake(
    "2.2 Module.zero_grad",
    "in train mode alone",
    says="unless the model is in train mode",
)
def zero_grad(self):
    if self.training:
        for p in self.parameters():
            p.grad = 0.0


@mistake(
    "2.2 Module.n_parameters",
    "the first and the last dimension",
    says="the first and the last dimension are multiplied",
)
def n_parameters(self):
    return sum(
        p.data.shape[0] * p.data.shape[-1] if hasattr(p.data, "shape") else 1
        for p in self.parameters()
    )


@mistake(
    "2.2 Module.n_parameters",
    "an empty array counts one",
    says="an array without entries counts as a number",
)
def n_parameters(self):
    return sum(getattr(p.data, "size", 0) or 1 for p in self.parameters())


@mistake(
    "2.2 Module.n_parameters",
    "the count is a float",
    says="and should be an int",
)
def n_parameters(self):
    return float(sum(getattr(p.data, "size", 1) for p in self.parameters()))


@mistake(
    "2.2 Module.n_parameters",
    "the count is kept",
    says="the count of the call before is kept",
)
def n_parameters(self):
    if not hasattr(self, "_n"):
        self._n = sum(getattr(p.data, "size", 1) for p in self.parameters())
    return self._n


@mistake("2.2 MLP.__init__", "each layer begins with the seed", says="begins anew in each layer")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(f"an MLP needs an input and an output size, not {sizes}")
    rng = random_from(None) if rng is None else rng
    activations = [activation] * (len(sizes) - 2) + [None]
    self.layers = [
        Layer(n_in, n_out, a, rng) for (n_in, n_out), a in zip(pairwise(sizes), activations)
    ]


@mistake(
    "2.2 Layer.__init__",
    "a seeded generator made with the signature",
    says="what stands in a signature is made once",
    prelude="import random",
)
def __init__(self, n_in, n_out, activation="tanh", rng=random.Random(0)):  # noqa: B008
    rng = rng or random.Random()
    self.neurons = [Neuron(n_in, activation, rng) for _ in range(n_out)]


@mistake(
    "2.2 MLP.__init__",
    "a seeded generator made with the signature",
    says="what stands in a signature is made once",
    prelude="import random",
)
def __init__(self, sizes, activation="tanh", rng=random.Random(0)):  # noqa: B008
    if len(sizes) < 2:
        raise ValueError(f"a network needs two sizes at least, not {sizes}")
    rng, last = rng or random.Random(), len(sizes) - 2
    self.layers = [
        Layer(n_in, n_out, None if place == last else activation, rng)
        for place, (n_in, n_out) in enumerate(pairwise(sizes))
    ]


@mistake("2.2 walk", "empty names are left out", says="two parts go by one path")
def walk(thing):
    found, seen = [], set()

    def visit(path, part):
        if id(part) not in seen:
            seen.add(id(part))
            found.append((path, part))
            for name, below in children(part):
                visit(".".join(filter(None, (path, name))), below)

    visit("", thing)
    return found


# ---- seeds, sizes that are equal, and what else a snapshot holds


@mistake("2.2 children", "a list and nothing that inherits", says="such as a namedtuple")
def children(thing):
    if type(thing) in (list, tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    if callable(getattr(thing, "parameters", None)):
        return list(vars(thing).items())
    return []


@mistake("2.2 children", "attributes that are None", says="attributes that are None are left out")
def children(thing):
    if isinstance(thing, list | tuple):
        return [(str(place), part) for place, part in enumerate(thing)]
    if isinstance(thing, dict):
        return [(str(key), part) for key, part in thing.items()]
    if callable(getattr(thing, "parameters", None)):
        return [(name, part) for name, part in vars(thing).items() if part is not None]
    return []


@mistake("2.2 walk", "twenty levels", says="the walk gives up on its way down")
def walk(thing):
    found, seen = [], set()

    def visit(path, part):
        if id(part) in seen:
            return
        seen.add(id(part))
        found.append((".".join(path), part))
        if len(path) < 20:
            for name, child in children(part):
                visit([*path, name], child)

    visit([], thing)
    return found


@mistake("2.2 Module.zero_grad", "an integer", says="should be a float")
def zero_grad(self):
    for parameter in self.parameters():
        parameter.grad = 0


@mistake(
    "2.2 Module.state_dict", "float64 whatever it was", says="a copy has the numbers and their"
)
def state_dict(self):
    return {
        name: p.data.astype(float) if hasattr(p.data, "shape") else p.data
        for name, p in self.named_parameters()
    }


@mistake("2.2 Module.state_dict", "flat", says="the copy is flat, and has lost its shape")
def state_dict(self):
    return {
        name: p.data.flatten() if hasattr(p.data, "shape") else p.data
        for name, p in self.named_parameters()
    }


@mistake("2.2 Module.load_state_dict", "gradients cleared", says="that is for zero_grad")
def load_state_dict(self, state):
    own, problems = dict(self.named_parameters()), []
    for name in own.keys() ^ state.keys():
        problems.append(("missing " if name in own else "unexpected ") + name)
    for name in own.keys() & state.keys():
        shape = getattr(own[name].data, "shape", None)
        if getattr(state[name], "shape", None) != shape:
            problems.append(f"{name} is {state[name]!r}, and {shape} is wanted")
        elif shape is None and not isinstance(state[name], Real):
            problems.append(f"{name} is {state[name]!r}, not a number")
    if problems:
        raise ValueError("; ".join(problems))
    for name, parameter in own.items():
        if hasattr(parameter.data, "shape"):
            parameter.data[...] = state[name]
        else:
            parameter.data = state[name]
        parameter.grad = 0.0


@mistake("2.2 xavier_uniform", "the seed anew for each row", says="begins anew each time")
def xavier_uniform(n_in, n_out, rng):
    limit, rows = sqrt(6 / (n_in + n_out)), []
    for _ in range(n_in):
        source = random_from(rng)
        rows.append([source.uniform(-limit, limit) for _ in range(n_out)])
    return rows


@mistake(
    "2.2 he_normal",
    "the global generator seeded",
    says="given a seed, Python's global generator was seeded",
    prelude="import random",
)
def he_normal(n_in, n_out, rng):
    if not hasattr(rng, "gauss"):
        random.seed(rng)
        rng = random
    return [[rng.gauss(0, sqrt(2 / n_in)) for _ in range(n_out)] for _ in range(n_in)]


@mistake("2.2 Layer.__init__", "the seed handed on", says="begins anew each time")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    self.neurons = [Neuron(n_in, activation, rng) for _ in range(n_out)]


@mistake("2.2 Layer.__init__", "0 is no seed", says="takes it for none")
def __init__(self, n_in, n_out, activation="tanh", rng=None):
    rng = random_from(rng or None)
    self.neurons = [Neuron(n_in, activation, rng) for _ in range(n_out)]


@mistake("2.2 Layer.__call__", "an input for each neuron", says="and not an input of its own")
def __call__(self, inputs):
    return [neuron([x]) for neuron, x in zip(self.neurons, inputs)]


@mistake("2.2 MLP.__init__", "one layer for one size", says="was a layer looked up by its sizes")
def __init__(self, sizes, activation="tanh", rng=None):
    if len(sizes) < 2:
        raise ValueError(f"two sizes at least, not {sizes}")
    rng, last, made = random_from(rng), len(sizes) - 2, {}
    self.layers = []
    for i, (n_in, n_out) in enumerate(pairwise(sizes)):
        key = n_in, n_out, i == last
        if key not in made:
            made[key] = Layer(n_in, n_out, None if i == last else activation, rng)
        self.layers.append(made[key])


@mistake("2.2 mlp_parameter_count", "sizes are used up", says="are [2] afterwards")
def mlp_parameter_count(sizes):
    total = 0
    while len(sizes) > 1:
        total += (sizes.pop(0) + 1) * sizes[0]
    return total


@mistake("2.2 Layer.__call__", "one list for all calls", says="each call fills the same list")
def __call__(self, inputs, outputs=[]):  # noqa: B006
    outputs[:] = [neuron(inputs) for neuron in self.neurons]
    return outputs


@mistake("2.2 xavier_uniform", "a generator is all it takes", says="was asked for numbers")
def xavier_uniform(n_in, n_out, rng):
    limit = sqrt(6 / (n_in + n_out))
    return [[rng.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]
