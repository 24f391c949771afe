// How wide elements are, as the browser reports it: to ask would make it lay out the page in the middle of a change.

export class Layout {
  /** @type {Map<Element, number>} */
  #widths = new Map();
  #sizes;

  /**
   * @param {HTMLElement} root
   * @param {() => void} changed
   */
  constructor(root, changed) {
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target, contentRect } of entries) this.#widths.set(target, contentRect.width);
      changed();
    });
    this.#sizes.observe(root);
  }

  /**
   * The width of an element, which is watched from now on.
   * @param {Element} el
   */
  width(el) {
    const known = this.#widths.get(el);
    if (known) return known;
    this.#widths.set(el, el.clientWidth);
    this.#sizes.observe(el);
    return el.clientWidth;
  }

  close() {
    this.#sizes.disconnect();
  }
}
