"""1.3 · Watch gradients flow over a diamond, in right and wrong orders, and count the cost.

Run with `make experiment SECTION=1.3`; with `MINE=1` it runs on your own katas.
"""

from time import perf_counter

from dojo.experiment import Lab

lab = Lab(__file__)

from katas.phase1_autodiff.graph import gradient_by_paths, topological_order
from katas.phase1_autodiff.value import Value

PATIENCE = 0.5  # seconds, after which no larger graph is walked path by path


def diamond():
    """The lesson's example, L = (u + 1) u² with u = 2x: its nodes by name."""
    x = Value(1.5, label="x")
    u = x * 2
    p, q = u + 1, u**2
    loss = p * q
    for node, name in ((u, "u"), (p, "p"), (q, "q"), (loss, "L")):
        node.label = name
    return {"x": x, "u": u, "p": p, "q": q, "L": loss}


def pass_on(node, collected):
    """Give every parent its share of the node's gradient, and say so."""
    for parent, local_grad in zip(node.parents, node.local_grads):
        share = local_grad * collected[node]
        collected[parent] = collected.get(parent, 0.0) + share
        if parent.label:
            sum_so_far = f"{parent.label} has {collected[parent]:g}"
            product = f"{local_grad:g} · {collected[node]:g} = {share:g}"
            print(f"  {node.label} -> {parent.label}   {product:<14}   {sum_so_far}")


def walk(nodes, order):
    """Let the named nodes pass on in this order; what x has collected in the end."""
    collected = dict.fromkeys(nodes.values(), 0.0)
    collected[nodes["L"]] = 1.0
    for name in order:
        pass_on(nodes[name], collected)
    return collected[nodes["x"]]


def watch_each_edge():
    lab.part("the diamond, edge by edge")
    nodes = diamond()
    print("u = 2x, p = u + 1, q = u², L = pq, at x = 1.5: u = 3, p = 4, q = 9, L = 36\n")
    guess = lab.predict("Which gradient does u collect from p and q together?")
    order = [node.label for node in reversed(topological_order(nodes["L"])) if node.label]
    print("  edge     local · grad     so far")
    at_x = walk(nodes, order)
    print()
    nodes["L"].backward()
    lab.result(f"u.grad is {nodes['u'].grad:g}, and x.grad is {nodes['x'].grad:g}", guess)
    print(f"This walk found {at_x:g}, backward {nodes['x'].grad:g}, ", end="")
    print(f"gradient_by_paths {gradient_by_paths(nodes['L'], nodes['x']):g}.")


def other_orders():
    lab.part("the same edges in other orders")
    guess = lab.predict("u passes on after p, but before q: what does x get?")
    early = walk(diamond(), ["L", "p", "u", "q"])
    lab.result(f"x has {early:g}: what q passed to u came too late", guess)
    guess = lab.predict("Each node passes on at each arrival, so u does it twice: what does x get?")
    twice = walk(diamond(), ["L", "p", "u", "q", "u"])
    lab.result(f"x has {twice:g}: what came from p was passed on twice", guess)
    guess = lab.predict("From x to L, the order of computation: what does x get?")
    forwards = walk(diamond(), ["x", "u", "p", "q", "L"])
    lab.result(f"x has {forwards:g}: every node passed on before it had anything", guess)
    guess = lab.predict("L, then q, then p, then u: q and p exchanged. What does x get?")
    exchanged = walk(diamond(), ["L", "q", "p", "u"])
    lab.result(f"x has {exchanged:g}: any order will do in which children come first", guess)


def doubled(levels):
    """x and the result of adding it to itself again and again."""
    x = result = Value(1.0)
    for _ in range(levels):
        result = result + result
    return x, result


def seconds(call, times=1):
    """How long a call takes; the best of several, where the machine may be doing other things."""
    best = float("inf")
    for _ in range(times):
        start = perf_counter()
        call()
        best = min(best, perf_counter() - start)
    return best


def paths_against_edges():
    lab.part("x = x + x, again and again: paths against edges")
    guess = lab.predict("At 12 levels, how many times faster is backward than gradient_by_paths?")
    print("  levels   edges       paths   by paths      backward")
    levels, slow, times_faster = 2, 0.0, {}
    while slow < PATIENCE and levels <= 24:
        x, result = doubled(levels)
        slow = seconds(lambda x=x, result=result: gradient_by_paths(result, x))
        fast = seconds(result.backward, times=5)
        print(f"  {levels:>6}   {2 * levels:>5}   {2**levels:>9,}   {slow:.6f} s    {fast:.6f} s")
        times_faster[levels], last = slow / fast, levels
        levels += 2
    x, result = doubled(60)
    fast60 = seconds(result.backward)
    years = slow * 2.0 ** (60 - last) / (365 * 24 * 3600)
    print(f"  {60:>6}   {120:>5}   about 10^18   -             {fast60:.6f} s\n")
    happened = [f"at {n} levels {times_faster[n]:,.0f} times" for n in (12, last)]
    lab.result(" and ".join(happened), guess)
    print("Two more levels are four times as many paths. At 60 levels, gradient_by_paths would")
    print(
        f"need about {years:,.0f} years; backward found x.grad = {x.grad:g} (2^60 = {2.0**60:g})."
    )
    long = [seconds(doubled(n)[1].backward, times=5) for n in (250, 500, 1000)]
    print("backward at 250, 500 and 1,000 levels: ", end="")
    print(", ".join(f"{1000 * time:.2f} ms" for time in long) + ".")


def main():
    watch_each_edge()
    other_orders()
    paths_against_edges()
    lab.end(
        "Add a third path to the diamond, L = p · q + u: which numbers change, and which do not?",
        "Call backward twice in watch_each_edge: which of u.grad and x.grad is doubled, and why?",
        "In doubled, write result + x for result + result: how many paths has that graph?",
    )


main()
