// A server that is killed while a decision can still be taken back: the page counts on, and the new server takes it back.
//
// usage: node crash.mjs BASE_URL PASSWORD
import assert from "node:assert/strict";
import { ask, finish, forget, login, problems } from "./browser.mjs";

const [base, password] = process.argv.slice(2);
const seconds = async (page) => Number((await page.locator(".undo .left").innerText()).match(/\d+/)[0]);

try {
  const mora = await login(base, "mora@example.org", password);
  await mora.goto(new URL("/s/main/admin/queue", base).href);
  await mora.keyboard.press("w");
  await mora.getByRole("heading", { name: "Decided before the crash" }).waitFor();
  await mora.keyboard.press("a");
  await mora.locator(".undo .what", { hasText: "Decided before the crash" }).waitFor();
  const before = await seconds(mora);
  await ask("restart");
  await mora.waitForFunction((before) => parseInt(document.querySelector(".undo .left").textContent.match(/\d+/)[0], 10) < before, before);

  // The new server counts on from where the old one was.
  const olga = await login(base, "olga@example.org", password);
  await mora.reload();
  const after = await seconds(mora);
  assert.ok(after < before, `${after} seconds are left of ${before}`);
  await mora.keyboard.press("u");
  await mora.getByRole("heading", { name: "Decided before the crash" }).waitFor();
  await mora.locator(".decide").waitFor();
  assert.equal(await mora.locator(".undo").count(), 0);
  await olga.goto(mora.url());
  await olga.locator(".decide").waitFor();
} catch (error) {
  problems.push(String(error?.stack ?? error));
}
forget(/net::ERR_/);
await finish();
