"""Wrong solutions of 5.4's emit_c that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.4 c_number", "infinity as Python writes it", says="which C does not know")
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"a number of a program is a float, not {type(x).__name__}: {x!r}")
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return repr(x)
    return float.__repr__(x)


@mistake("5.4 c_number", "NaN as Python writes it", says="which C does not know")
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"a number of a program is a float, not {type(x).__name__}: {x!r}")
    if math.isnan(x):
        return repr(x)
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return float.__repr__(x)


@mistake("5.4 c_number", "minus infinity loses its sign", says="which C does not know")
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"a number of a program is a float, not {type(x).__name__}: {x!r}")
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY"
    return float.__repr__(x)


@mistake("5.4 c_number", "six digits", says="in C, and should be")
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"a number of a program is a float, not {type(x).__name__}: {x!r}")
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return f"{x:e}"


@mistake("5.4 c_number", "the sign of zero is lost", says="in C, and should be")
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"a number of a program is a float, not {type(x).__name__}: {x!r}")
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return float.__repr__(x) if x else "0.0"


@mistake("5.4 c_number", "a whole number is an int", says="an int of C")
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"a number of a program is a float, not {type(x).__name__}: {x!r}")
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return f"{x:.17g}"


@mistake(
    "5.4 c_number", "numpy's floats as numpy shows them", says="np.float64(0.5) was written as"
)
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"a number of a program is a float, not {type(x).__name__}: {x!r}")
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return repr(x)


@mistake("5.4 c_number", "anything is written", says="should raise TypeError")
def c_number(x):
    if not isinstance(x, float):
        return str(x)
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return float.__repr__(x)


@mistake("5.4 to_c", "one function for all", says="a function of")
def to_c(program):
    found = statements(program, C, c_number)
    names = [f"v{i}" for i in range(program.n_inputs)] + [name for name, _ in found]
    lines = ["#include <math.h>", "", *(f"static double {name};" for name in names)]
    starts = range(0, len(found), 10**9)
    for start in starts:
        lines += ["", f"static void part{start}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in found[start : start + 10**9]]
        lines.append("}")
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{start}();" for start in starts]
    lines += [f"    results[{i}] = v{place};" for i, place in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "one function, its numbers local", says="a function of")
def to_c(program):
    lines = ["#include <math.h>", "void run(const double *numbers, double *results) {"]
    lines += [f"    double v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    double {n} = {text};" for n, text in statements(program, C, c_number)]
    lines += [f"    results[{i}] = v{place};" for i, place in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "parts are called in reverse", says="a chain over functions")
def to_c(program):
    found = statements(program, C, c_number)
    names = [f"v{i}" for i in range(program.n_inputs)] + [name for name, _ in found]
    lines = ["#include <math.h>", "", *(f"static double {name};" for name in names)]
    starts = range(0, len(found), PART)
    for start in starts:
        lines += ["", f"static void part{start}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in found[start : start + PART]]
        lines.append("}")
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{start}();" for start in reversed(starts)]
    lines += [f"    results[{i}] = v{place};" for i, place in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake(
    "5.4 to_c", "the last statements are lost", says="all operations at 0.5: number 0 is 0.0 in C"
)
def to_c(program):
    found = statements(program, C, c_number)
    names = [f"v{i}" for i in range(program.n_inputs)] + [name for name, _ in found]
    lines = ["#include <math.h>", "", *(f"static double {name};" for name in names)]
    starts = range(0, len(found) - len(found) % PART, PART)
    for start in starts:
        lines += ["", f"static void part{start}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in found[start : start + PART]]
        lines.append("}")
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{start}();" for start in starts]
    lines += [f"    results[{i}] = v{place};" for i, place in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "numbers of 32 bits", says="in C, and should be")
def to_c(program):
    found = statements(program, C, c_number)
    names = [f"v{i}" for i in range(program.n_inputs)] + [name for name, _ in found]
    lines = ["#include <math.h>", "", *(f"static float {name};" for name in names)]
    starts = range(0, len(found), PART)
    for start in starts:
        lines += ["", f"static void part{start}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in found[start : start + PART]]
        lines.append("}")
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{start}();" for start in starts]
    lines += [f"    results[{i}] = v{place};" for i, place in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "numbers as Python writes them", says="cc refuses the source")
def to_c(program):
    found = statements(program, C, lambda x: repr(float(x)))
    names = [f"v{i}" for i in range(program.n_inputs)] + [name for name, _ in found]
    lines = ["#include <math.h>", "", *(f"static double {name};" for name in names)]
    starts = range(0, len(found), PART)
    for start in starts:
        lines += ["", f"static void part{start}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in found[start : start + PART]]
        lines.append("}")
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{start}();" for start in starts]
    lines += [f"    results[{i}] = v{place};" for i, place in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake(
    "5.4 to_c",
    "results in the order of places",
    says="(x + y) · 3 and x + y at 1 and 2 is not right",
)
def to_c(program):
    found = statements(program, C, c_number)
    names = [f"v{i}" for i in range(program.n_inputs)] + [name for name, _ in found]
    lines = ["#include <math.h>", "", *(f"static double {name};" for name in names)]
    starts = range(0, len(found), PART)
    for start in starts:
        lines += ["", f"static void part{start}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in found[start : start + PART]]
        lines.append("}")
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{start}();" for start in starts]
    lines += [f"    results[{i}] = v{place};" for i, place in enumerate(sorted(program.outputs))]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "text is written as it is", says="was written into the source as it is")
def to_c(program):
    found = statements(program, C, lambda x: c_number(x) if isinstance(x, float) else str(x))
    names = [f"v{i}" for i in range(program.n_inputs)] + [name for name, _ in found]
    lines = ["#include <math.h>", "", *(f"static double {name};" for name in names)]
    starts = range(0, len(found), PART)
    for start in starts:
        lines += ["", f"static void part{start}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in found[start : start + PART]]
        lines.append("}")
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{start}();" for start in starts]
    lines += [f"    results[{i}] = v{place};" for i, place in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "names are local to a part", says="cc refuses the source")
def to_c(program):
    found = statements(program, C, c_number)
    names = [f"v{i}" for i in range(program.n_inputs)] + [name for name, _ in found]
    lines = [
        "#include <math.h>",
        "",
        *(f"static double {name};" for name in names[: program.n_inputs]),
    ]
    starts = range(0, len(found), PART)
    for start in starts:
        lines += ["", f"static void part{start}(void) {{"]
        lines += [f"    double {name} = {text};" for name, text in found[start : start + PART]]
        lines.append("}")
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{start}();" for start in starts]
    lines += [f"    results[{i}] = v{place};" for i, place in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "floats for doubles", says="a double is wanted")
def to_c(program):
    lines = statements(program, C, c_number)
    names = [f"v{i}" for i in range(program.n_inputs)] + [name for name, _ in lines]
    text = ["#include <math.h>"]
    text += [f"static float {name};" for name in names]
    parts = [lines[i : i + PART] for i in range(0, len(lines), PART)]
    for n, part in enumerate(parts):
        text.append(f"static void part{n}(void) {{")
        text += [f"    {name} = {expression};" for name, expression in part]
        text.append("}")
    text.append("void run(const double *numbers, double *results) {")
    text += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    text += [f"    part{n}();" for n in range(len(parts))]
    text += [f"    results[{i}] = v{place};" for i, place in enumerate(program.outputs)]
    return "\n".join([*text, "}", ""])


@mistake("5.4 c_number", "a float's suffix", says="a double is wanted")
def c_number(x):
    if not isinstance(x, float):
        raise TypeError(f"a float is wanted, not {x!r}")
    x = float(x)
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return repr(x) + "f"


@mistake("5.4 to_c", "one statement more to a function", says="and none should have more than 100")
def to_c(program):
    work = statements(program, C, c_number)
    lines = ["#include <math.h>", ""]
    lines += [f"static double v{i};" for i in range(program.n_inputs)]
    lines += [f"static double {name};" for name, _ in work]
    parts = [work[i : i + PART + 1] for i in range(0, len(work), PART + 1)]
    for k, part in enumerate(parts):
        lines += ["", f"static void part{k}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in part]
        lines += ["}"]
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{k}();" for k in range(len(parts))]
    lines += [f"    results[{k}] = v{p};" for k, p in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "as many functions as PART", says="where there are 10100")
def to_c(program):
    work = statements(program, C, c_number)
    lines = ["#include <math.h>", ""]
    lines += [f"static double v{i};" for i in range(program.n_inputs)]
    lines += [f"static double {name};" for name, _ in work]
    parts = [
        work[i : i + len(work) // PART + 1] for i in range(0, len(work), len(work) // PART + 1)
    ]
    for k, part in enumerate(parts):
        lines += ["", f"static void part{k}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in part]
        lines += ["}"]
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{k}();" for k in range(len(parts))]
    lines += [f"    results[{k}] = v{p};" for k, p in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "functions in the order of their names", says="a chain over functions")
def to_c(program):
    work = statements(program, C, c_number)
    lines = ["#include <math.h>", ""]
    lines += [f"static double v{i};" for i in range(program.n_inputs)]
    lines += [f"static double {name};" for name, _ in work]
    parts = [work[i : i + PART] for i in range(0, len(work), PART)]
    for k, part in enumerate(parts):
        lines += ["", f"static void part{k}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in part]
        lines += ["}"]
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{k}();" for k in sorted(range(len(parts)), key=str)]
    lines += [f"    results[{k}] = v{p};" for k, p in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake(
    "5.4 to_c", "a product for a power of 3", says="all operations at 0.3", prelude="import re"
)
def to_c(program):
    work = [
        (n, re.sub(r"pow\((v\d+), 3\.0\)", r"(\1 * \1 * \1)", t))
        for n, t in statements(program, C, c_number)
    ]
    lines = ["#include <math.h>", ""]
    lines += [f"static double v{i};" for i in range(program.n_inputs)]
    lines += [f"static double {name};" for name, _ in work]
    parts = [work[i : i + PART] for i in range(0, len(work), PART)]
    for k, part in enumerate(parts):
        lines += ["", f"static void part{k}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in part]
        lines += ["}"]
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{k}();" for k in range(len(parts))]
    lines += [f"    results[{k}] = v{p};" for k, p in enumerate(program.outputs)]
    return "\n".join([*lines, "}", ""])


@mistake("5.4 to_c", "results are copied first", says="results are copied last")
def to_c(program):
    work = statements(program, C, c_number)
    lines = ["#include <math.h>", ""]
    lines += [f"static double v{i};" for i in range(program.n_inputs)]
    lines += [f"static double {name};" for name, _ in work]
    parts = [work[i : i + PART] for i in range(0, len(work), PART)]
    for k, part in enumerate(parts):
        lines += ["", f"static void part{k}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in part]
        lines += ["}"]
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    results[{k}] = v{p};" for k, p in enumerate(program.outputs)]
    lines += [f"    part{k}();" for k in range(len(parts))]
    return "\n".join([*lines, "}", ""])


@mistake(
    "5.4 c_number",
    "the text of a number is let through",
    says="the number '2.0' should raise TypeError",
)
def c_number(x):
    if isinstance(x, str) and x.replace(".", "").isdigit():
        return x
    if not isinstance(x, float):
        raise TypeError(f"a constant of a program is a float, not {x!r}")
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return float.__repr__(x)


@mistake("5.4 to_c", "no run without statements", says="and nothing computed")
def to_c(program):
    work = statements(program, C, c_number)
    lines = ["#include <math.h>", ""]
    lines += [f"static double v{i};" for i in range(program.n_inputs)]
    lines += [f"static double {name};" for name, _ in work]
    parts = [work[i : i + PART] for i in range(0, len(work), PART)]
    for k, part in enumerate(parts):
        lines += ["", f"static void part{k}(void) {{"]
        lines += [f"    {name} = {text};" for name, text in part]
        lines += ["}"]
    lines += ["", "void run(const double *numbers, double *results) {"]
    lines += [f"    v{i} = numbers[{i}];" for i in range(program.n_inputs)]
    lines += [f"    part{k}();" for k in range(len(parts))]
    lines += [f"    results[{k}] = v{p};" for k, p in enumerate(program.outputs)]
    if not work:
        return "#include <math.h>\nvoid run(const double *numbers, double *results) {}"
    return "\n".join([*lines, "}", ""])
