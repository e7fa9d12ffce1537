"""SVG elements, escaped: the few lines a drawing needs. Colours come from classes, so that light and dark follow."""

from __future__ import annotations

import html

from markupsafe import Markup


def element(name: str, *children: str | Markup, **attributes: str | float) -> Markup:
    """One element; `class_` becomes class, `text_anchor` text-anchor; numbers are written with one decimal."""
    written = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items())
    inside = "".join(child if isinstance(child, Markup) else html.escape(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704 - all that varies is escaped above


def picture(width: int, height: int, title: str, *children: Markup, class_: str = "chart") -> Markup:
    """A drawing that is read out as its title; its numbers stand in a table elsewhere on the page."""
    return element(
        "svg",
        element("title", title),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        class_=class_,
    )


def text(words: str, x: float, y: float, class_: str = "tick", anchor: str = "start") -> Markup:
    """Words at a point; anchor is start, middle or end."""
    return element("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str = "rule") -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def path(points: list[tuple[float, float]], class_: str, *, closed: bool = False) -> Markup:
    """A line through points, or the area they enclose."""
    steps = " ".join(f"{'M' if i == 0 else 'L'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(points))
    return element("path", d=f"{steps}{' Z' if closed else ''}", class_=class_)


def mark(shape: int, x: float, y: float, class_: str, words: str = "") -> Markup:
    """A point of a series: circle, square or triangle, so that colour is not all that tells them apart."""
    said = (element("title", words),) if words else ()
    if shape == 0:
        return element("circle", *said, cx=x, cy=y, r=4, class_=class_)
    if shape == 1:
        return element("rect", *said, x=x - 3.6, y=y - 3.6, width=7.2, height=7.2, class_=class_)
    left, right, foot = x - 4.6, x + 4.6, y + 3.6
    drawn = f"M{x:.1f} {y - 4.6:.1f} L{right:.1f} {foot:.1f} L{left:.1f} {foot:.1f} Z"
    return element("path", *said, d=drawn, class_=class_)


def _name(key: str) -> str:
    return key if key == "viewBox" else key.rstrip("_").replace("_", "-")


def _value(value: str | float) -> str:
    return html.escape(value) if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
