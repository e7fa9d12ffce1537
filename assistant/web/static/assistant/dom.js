// Elements from data: text always becomes a text node, never markup.

/** An element with attributes, listeners (`on…`) and children (strings become text nodes). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  send: "M4 12h14M12 5l7 7-7 7",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h10v11H9zM5 15V4h10",
  up: "M7 11v9H4v-9zM7 11l4-8c1.6 0 2.5 1 2.2 2.6L12.6 9H19a1.5 1.5 0 0 1 1.5 1.8l-1.3 7.7A1.8 1.8 0 0 1 17.4 20H7",
  down: "M17 13V4h3v9zM17 13l-4 8c-1.6 0-2.5-1-2.2-2.6L11.4 15H5a1.5 1.5 0 0 1-1.5-1.8L4.8 5.5A1.8 1.8 0 0 1 6.6 4H17",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6",
  shield: "M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6zM8.5 12l2.5 2.5 4.5-5",
  alert: "M12 4l9.5 16h-19zM12 10v4.5M12 17.2v.3",
  document: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  new: "M12 5v14M5 12h14",
  open: "M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9",
};

/** A line icon; decorative, so it has no name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A plain button. */
export function button(label, attributes = {}, ...children) {
  return h("button", { type: "button", ...attributes }, ...(children.length ? children : [label]));
}
