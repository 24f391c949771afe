// The whole machine in a notebook, whose kernel runs what is asked: the explorer with every switch in its panel.

import { render } from "./explorer.js";
import { panel } from "./panel.js";

export default { render: ({ model, el }) => render({ model, el, panel }) };
