"""Units of UCUM turned to those of their dimension, so that 5.4 mmol/L and 5400 umol/L are one value.

Source: The Unified Code for Units of Measure, version 2.2 (ucum.org/ucum), its grammar and the tables
of its units that medicine uses. In two places we stay behind it, where to convert would be unsafe: amount
of substance and equivalents are dimensions of their own (HbA1c of 7 % is not 70 mmol/mol, 1 mmol of
calcium is 2 meq), and a number with an annotation (`{score}`) is not compared with another. Units that
are logarithms, and those not listed, are not converted. A bracketed unit not listed (`[IU]`) is
arbitrary: it is converted between its own multiples alone.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from typing import Final, NamedTuple

LONGEST: Final = 64  # codes come from clients: a longer one is not read
TOKEN: Final = re.compile(r"\{[^{}]*\}|[./()]|(?:\[[^\[\]{}]*\]|[^./(){}\[\]])+")
POWER: Final = re.compile(r"(?P<symbol>.*?[^0-9+-])(?P<exponent>[+-]?[0-9]{1,2})?", re.DOTALL)
WHOLE: Final = re.compile(r"[0-9]{1,9}")
_ARBITRARY: Final = re.compile(r"(?P<prefix>[a-zA-Z]{0,2})(?P<unit>\[[^\[\]]+\])")
_DIGITS: Final = ".12g"  # a value has fewer digits, a converted one is not exact beyond


class Canonical(NamedTuple):
    """The unit of the dimension, and how a value becomes one in it: two numbers, exact as one is not."""

    unit: str
    times: float = 1.0
    over: float = 1.0
    offset: float = 0.0

    def of(self, value: float) -> float:
        """The value in the canonical unit, to twelve digits."""
        return float(format(value * self.times / self.over + self.offset, _DIGITS))


class _Term(NamedTuple):
    """A product of powers: how many of which base units; `ratio` names those that cancelled out."""

    factor: Fraction
    powers: tuple[tuple[str, int], ...] = ()
    ratio: frozenset[str] = frozenset()
    annotated: bool = False

    def times(self, other: "_Term", sign: int) -> "_Term":
        mine, theirs = dict(self.powers), dict(other.powers)
        sums = {name: mine.get(name, 0) + sign * theirs.get(name, 0) for name in {**mine, **theirs}}
        return _Term(
            self.factor * other.factor**sign,
            tuple((name, power) for name, power in sorted(sums.items()) if power),
            self.ratio | other.ratio | {name for name, power in sums.items() if not power},
            self.annotated or other.annotated,
        )

    def by(self, factor: Fraction) -> "_Term":
        """So many of it."""
        return self._replace(factor=self.factor * factor)

    def to(self, exponent: int) -> "_Term":
        powers = tuple((name, power * exponent) for name, power in self.powers)
        return self._replace(factor=self.factor**exponent, powers=powers if exponent else ())


_ONE: Final = _Term(Fraction(1))


class _Unreadable(ValueError):
    """A code is no unit that is known here."""


@lru_cache(maxsize=2_048)
def canonical(code: str) -> Canonical | None:
    """What a UCUM code is turned to; None for one that is not converted."""
    if len(code) > LONGEST:
        return None
    if code in _OFFSETS:
        return _OFFSETS[code]
    try:
        term = _read(f"1{code}" if code.startswith("/") else code)
        factor = float(term.factor.numerator), float(term.factor.denominator)
    except (_Unreadable, ZeroDivisionError, OverflowError):
        return None
    return None if not term.powers and term.annotated else Canonical(_name(term), *factor)


def _read(code: str) -> _Term:
    tokens = TOKEN.findall(code)
    if "".join(tokens) != code:
        raise _Unreadable
    return _whole(iter(tokens))


def _name(term: _Term) -> str:
    if term.powers:
        return ".".join(name if power == 1 else f"{name}{power}" for name, power in term.powers)
    return "/".join(2 * (".".join(sorted(term.ratio)),)) if term.ratio else "1"


def _whole(marks: Iterator[str], *, inner: bool = False) -> _Term:
    """Components with `.` and `/` between them, up to the end or to the closing bracket."""
    term, sign, expected = _ONE, 1, True
    for mark in marks:
        if mark == ")" and inner and not expected:
            return term
        if mark in {"/", "."} and not expected:
            sign, expected = -1 if mark == "/" else 1, True
        elif mark.startswith("{"):
            term, expected = term._replace(annotated=True), False
        elif expected and mark not in {")", ".", "/"}:
            found = _whole(marks, inner=True) if mark == "(" else _component(mark)
            term, expected = term.times(found, sign), False
        else:
            raise _Unreadable
    if expected or inner:
        raise _Unreadable
    return term


def _component(token: str) -> _Term:
    if WHOLE.fullmatch(token):
        return _Term(Fraction(token))
    match = POWER.fullmatch(token)
    if match is None:
        raise _Unreadable
    return _simple(match["symbol"]).to(int(match["exponent"] or 1))


def _simple(symbol: str) -> _Term:
    """A unit by itself or with a prefix."""
    if symbol in _DERIVED or symbol in _BASE:
        return _unit(symbol)
    for length in (1, 2):
        prefix, rest = symbol[:length], symbol[length:]
        if prefix in PREFIXES and rest in _METRIC:
            return _unit(rest).by(PREFIXES[prefix])
    match = _ARBITRARY.fullmatch(symbol)
    if match is None or (match["prefix"] and match["prefix"] not in PREFIXES):
        raise _Unreadable
    return _Term(PREFIXES.get(match["prefix"], Fraction(1)), ((match["unit"].upper(), 1),))


@cache
def _unit(name: str) -> _Term:
    """A unit of the tables."""
    if name in _BASE:
        return _Term(Fraction(1), ((name, 1),))
    number, of = _DERIVED[name]
    return _read(of).by(Fraction(number))


_POWERS_OF_TEN: Final = (
    "Y24 Z21 E18 P15 T12 G9 M6 k3 h2 da1 d-1 c-2 m-3 u-6 n-9 p-12 f-15 a-18 z-21 y-24"
)
PREFIXES: Final[Mapping[str, Fraction]] = {
    name: Fraction(10) ** int(power)
    for name, power in re.findall(r"([A-Za-z]+)(-?[0-9]+)", _POWERS_OF_TEN)
} | {name: Fraction(1024) ** power for power, name in enumerate(("Ki", "Mi", "Gi", "Ti"), 1)}
_BASE: Final = ("m", "s", "g", "rad", "K", "C", "cd", "mol", "eq", "osm", "bit")
# A unit by those before it: UCUM's tables of derived and customary units.
_DERIVED: Final[Mapping[str, tuple[str, str]]] = {
    "10*": ("10", "1"),
    "10^": ("10", "1"),
    "%": ("1", "10*-2"),
    "[ppth]": ("1", "10*-3"),
    "[ppm]": ("1", "10*-6"),
    "[ppb]": ("1", "10*-9"),
    "[pptr]": ("1", "10*-12"),
    "sr": ("1", "rad2"),
    "Hz": ("1", "s-1"),
    "N": ("1", "kg.m/s2"),
    "Pa": ("1", "N/m2"),
    "J": ("1", "N.m"),
    "W": ("1", "J/s"),
    "A": ("1", "C/s"),
    "V": ("1", "J/C"),
    "F": ("1", "C/V"),
    "Ohm": ("1", "V/A"),
    "S": ("1", "Ohm-1"),
    "Wb": ("1", "V.s"),
    "T": ("1", "Wb/m2"),
    "H": ("1", "Wb/A"),
    "lm": ("1", "cd.sr"),
    "lx": ("1", "lm/m2"),
    "Bq": ("1", "s-1"),
    "Gy": ("1", "J/kg"),
    "Sv": ("1", "J/kg"),
    "Ci": ("37", "GBq"),
    "kat": ("1", "mol/s"),
    "min": ("60", "s"),
    "h": ("60", "min"),
    "d": ("24", "h"),
    "wk": ("7", "d"),
    "a_j": ("365.25", "d"),
    "a": ("1", "a_j"),
    "mo_j": ("30.4375", "d"),
    "mo": ("1", "mo_j"),
    "l": ("1", "dm3"),
    "L": ("1", "l"),
    "t": ("1000", "kg"),
    "u": ("1.66053906660e-24", "g"),
    "bar": ("100000", "Pa"),
    "atm": ("101325", "Pa"),
    "m[Hg]": ("133.3220", "kPa"),
    "m[H2O]": ("9.80665", "kPa"),
    "U": ("1", "umol/min"),
    "M": ("1", "mol/l"),
    "cal": ("4.184", "J"),
    "cal_th": ("4.184", "J"),
    "[Cal]": ("4184", "J"),
    "dyn": ("1", "g.cm/s2"),
    "erg": ("1", "dyn.cm"),
    "P": ("1", "dyn.s/cm2"),
    "deg": ("0.0174532925199432957692369076849", "rad"),
    "[in_i]": ("2.54", "cm"),
    "[ft_i]": ("12", "[in_i]"),
    "[yd_i]": ("3", "[ft_i]"),
    "[mi_i]": ("5280", "[ft_i]"),
    "[gr]": ("64.79891", "mg"),
    "[lb_av]": ("7000", "[gr]"),
    "[oz_av]": ("437.5", "[gr]"),
    "[foz_us]": ("29.5735295625", "ml"),
    "[pt_us]": ("473.176473", "ml"),
    "[drp]": ("0.05", "ml"),
    "[diop]": ("1", "m-1"),
    "By": ("8", "bit"),
}
_WITHOUT_PREFIX: Final = frozenset({"%", "10*", "10^", "min", "h", "d", "wk", "mo", "mo_j", "deg"})
_METRIC: Final = frozenset(
    name
    for name in (*_BASE, *_DERIVED)
    if name not in _WITHOUT_PREFIX and (not name.startswith("[") or name == "[Cal]")
)
_OFFSETS: Final[Mapping[str, Canonical]] = {
    "Cel": Canonical("K", offset=273.15),
    "[degF]": Canonical("K", 5.0, 9.0, offset=459.67 * 5 / 9),
}
