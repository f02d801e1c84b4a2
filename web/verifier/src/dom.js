/** The element with an id of the page. */
export const byId = (id) => document.getElementById(id);

const create = (space) => (tag, attributes = {}, ...children) => {
  const element = document.createElementNS(`http://www.w3.org/${space}`, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** A new HTML element; children are elements or texts, and a text never becomes markup. */
export const el = create('1999/xhtml');

/** A new SVG element. */
export const svg = create('2000/svg');
