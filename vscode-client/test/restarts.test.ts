import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_CRASHES, Restarts, WINDOW_MS } from "../src/restarts";

test("each crash makes the next start later, until there is none", () => {
  const restarts = new Restarts(() => 0);
  const delays = Array.from({ length: MOST_CRASHES }, () => restarts.afterCrash());
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, undefined]);
});

test("old crashes are forgotten, and all of them when asked", () => {
  let now = 0;
  const restarts = new Restarts(() => now);
  restarts.afterCrash();
  restarts.afterCrash();
  now += WINDOW_MS;
  assert.equal(restarts.afterCrash(), 500);
  assert.equal(restarts.afterCrash(), 1000);
  restarts.forget();
  assert.equal(restarts.afterCrash(), 500);
});
