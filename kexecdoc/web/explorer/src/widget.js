// What the notebook's widgets are given: the explorer of a chapter, and the one that has every switch in its panel.

import { render } from "./explorer.js";
import { panel } from "./panel.js";
import { MACHINE } from "./registry.js";

/** @param {{ model: import("./types.js").Model, el: HTMLElement }} host */
const ofHost = ({ model, el }) => render({ model, el, ...(model.get("name") === MACHINE && { panel }) });

export default { render: ofHost };
