"""What source code says, whatever its layout and whatever version of Python reads it."""

import ast

import pytest

from initstudy.core.errors import InputError
from initstudy.core.syntax import Module, c_text, python_text

C = r"""
/* Adds. */
#include <a.h>
#define ONE 1 /* one */
int add(int a)
{
    return a + ONE;
}
char *s = "a  \"/* b */";
"""


def text(source):
    return python_text(ast.parse(source))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 'a'", 'x = (\n    "a"  # why\n)'),
        ("x = u'a' 'b'", 'x = "ab"'),
        ("x = [1, 2]", "'''Doc.'''\nx = [\n    1,\n    2,\n]\n'''Of x.'''\n"),
        ("def f(): pass", "def f():\n    '''Nothing.'''\n"),
        ("class f:\n    a = 1", "class f:\n    '''f.'''\n    a = 1\n    '''a.'''\n\n    # b\n"),
        ("def f():\n    import a, b", "def f():\n    import b\n    import a"),
        ("def f():\n    from a import b", "def f():\n    from .c import b"),
    ],
)
def test_layout_docstrings_and_places_are_not_in_the_text(one, other):
    assert text(one) == text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 + f()", "2 + f()"),
        ("1 + f()", "1.0 + f()"),
        ("1 + f()", "True + f()"),
        ("f('a')", "f(b'a')"),
        ("f('a')", "f(a)"),
        ("f(None)", "f(0)"),
        ("f()", "f([])"),
        ("f([])", "f(())"),
        ("f(-x)", "f(+x)"),
        ("lambda: f''", "lambda: None"),
        ("f'{x}'", "f'{x!r}'"),
        ("f'{x:.2f}'", "f'{x:.3f}'"),
        ("f'{x:{y}}'", "f'{x:y}'"),
        ("f'a{x}b'", "f'ab{x}'"),
        ("def f(x=1): g()", "def f(x=2): g()"),
        ("def f(x, y): g()", "def f(y, x): g()"),
        ("def f(x, y): g()", "def f(x, *, y): g()"),
        ("def f(*, x, y=1): g()", "def f(*, x=1, y): g()"),
        ("def f(x): return", "def f(x): return ''"),
        ("def f(x): y = x", "def f(x):\n    global y\n    y = x"),
        ("def f(): g()", "async def f(): g()"),
        ("{**x, 1: y}", "{1: y, **x}"),
        ("if x: y()\nz()", "if x: y()\nelse: z()"),
        ("match x:\n    case None: y()", "match x:\n    case False: y()"),
        ("def f():\n    import a", "def f():\n    import b"),
    ],
)
def test_all_else_is_in_the_text(one, other):
    assert text(one) != text(other)


def test_text_is_that_of_other_python_versions():
    source = """
def f(x, *y):
    'Doc.'
    return f"a{{{x!r:>{y[0]}}}}b" f"", -1e-5, "\u00e9", None
"""
    assert text(source) == (
        "Module(body=[FunctionDef(name='f', args=arguments(args=[arg(arg='x')], "
        "vararg=arg(arg='y')), body=[Return(value=Tuple(elts=[JoinedStr(str 'a{', "
        "FormattedValue(value=Name(id='x'), conversion=114, format_spec=JoinedStr(str '>', "
        "FormattedValue(value=Subscript(value=Name(id='y'), slice=int 0), conversion=-1))), "
        "str '}b'), UnaryOp(op=USub(), operand=float 1e-05), str '\\xe9', NoneType None]))])])"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/* Adds. */", "// Adds up.\n// Well."),
        ("/* one */", "// one"),
        (" /* one */", ""),
        ("{\n    return a + ONE;\n}", "{ return a+ONE; }"),
        ("ONE 1 ", "ONE \\\n   1"),
        ("\n#define", "\n\n  #define"),
    ],
)
def test_layout_and_comments_are_not_in_the_text_of_c(old, new):
    assert c_text(C.replace(old, new)).rstrip() == c_text(C).rstrip()
    assert old in C


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a + ONE", "a - ONE"),
        ("a + ONE", "a + +ONE"),
        ("a + ONE", "a ++ONE"),
        ("int add", "intadd"),
        ("a  ", "a "),
        ("/* b */", "/* c */"),
        ("/* one */\n", "/* one */ "),
        ("ONE 1", "ONE(1)"),
        ("ONE 1", "ONE (1)"),
    ],
)
def test_all_else_is_in_the_text_of_c(old, new):
    texts = {c_text(C), c_text(C.replace(old, new)), c_text(C.replace("ONE 1", "ONE  (1)"))}
    assert len(texts) == (2 if new == "ONE (1)" else 3)
    assert old in C


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"x = 1\ndef f(:\n", ", line 2,"),
        (b"x = 1\ny = '\xff'\n", ", line 2,"),
        (b"x = 1\n\0", ""),
    ],
)
def test_an_invalid_file_is_named_with_its_line(tmp_path, content, line):
    path = tmp_path / "broken.py"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"broken\.py{line} is not valid Python: .") as error:
        Module(path)
    assert "\n" not in str(error.value)
