import assert from "node:assert/strict";
import test from "node:test";

import { broughtByKernel } from "../src/start.js";

const BY_KERNEL = { 3.4: { "clear-bus-master": "no", "lpi-policy": "naive" } };

test("the defaults that a kernel brings along are told, unless they are changed", () => {
  assert.equal(broughtByKernel({ kernel: "7.3" }, {}, BY_KERNEL), "");
  assert.equal(
    broughtByKernel({ kernel: "3.4" }, { kernel: "3.4" }, BY_KERNEL),
    "Linux 3.4 brings clear-bus-master=no and lpi-policy=naive.",
  );
  assert.equal(
    broughtByKernel({ kernel: "3.4" }, { kernel: "3.4", "lpi-policy": "reuse" }, BY_KERNEL),
    "Linux 3.4 brings clear-bus-master=no.",
  );
});
