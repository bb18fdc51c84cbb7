// The desk in a real Chromium: a moderator clears the queue by keyboard alone, a second one sees it happen, decisions are
// taken back, many are decided at once. Every state that comes up is checked.
//
// usage: node desk.mjs BASE_URL CASES PASSWORD
import assert from "node:assert/strict";
import { check, finish, login, problems } from "./browser.mjs";

const [base, cases, password] = process.argv.slice(2);
const queue = new URL("/s/main/admin/queue", base).href;
const title = (page) => page.locator("h1").innerText();
const waiting = async (page) => Number((await page.locator(".nav .count").count()) ? (await page.locator(".nav .count").innerText()).match(/\d+/)[0] : 0);

/// Presses keys and waits until the page shows something else.
async function press(page, ...keys) {
  const before = await title(page);
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForFunction((before) => document.querySelector("h1")?.innerText !== before, before);
}

try {
  const mora = await login(base, "mora@example.org", password);
  const olga = await login(base, "olga@example.org", password);
  await mora.goto(queue);
  assert.equal(await waiting(mora), Number(cases));
  await check(mora);

  // The sheet of keys and the palette.
  await mora.keyboard.press("?");
  await mora.getByRole("dialog", { name: "Keys" }).waitFor();
  await check(mora);
  await mora.keyboard.press("Escape");
  await mora.keyboard.press("Control+k");
  await mora.getByRole("dialog", { name: "Actions" }).waitFor();
  await mora.keyboard.type("work on");
  await mora.keyboard.press("Enter");
  await mora.locator(".decide").waitFor();
  assert.match(mora.url(), /queue\/[0-9a-v]{26}$/);
  await check(mora);

  // Another one looks at the same case, and knows whose it is.
  await olga.goto(mora.url());
  await olga.getByText("Mora Moderator works on it").waitFor();
  await check(olga);

  // She takes it over, and the other one is told in place; once she leaves, it is free, and falls to who is still there.
  await olga.getByRole("button", { name: "Take it over" }).click();
  await olga.getByRole("button", { name: "Give it back" }).waitFor();
  const claim = mora.locator(".claim");
  await claim.getByText("Olga Owner works on this case.").waitFor();
  await claim.getByRole("button", { name: "Take it over" }).waitFor();
  await check(mora, "taken over");
  await mora.mouse.move(5, 5);
  await olga.getByRole("link", { name: "Stats", exact: true }).click();
  await claim.getByText("yours while you are here").waitFor();
  await claim.getByRole("button", { name: "Give it back" }).waitFor();
  await olga.goto(mora.url());
  await olga.getByText("Mora Moderator works on it").waitFor();

  // There and back, over the hits and through the views.
  const first = await title(mora);
  await press(mora, "j");
  await press(mora, "k");
  assert.equal(await title(mora), first);
  assert.equal(await mora.evaluate(() => document.activeElement.tagName), "H1", "the focus is on what is new");
  await mora.keyboard.press("n");
  assert.equal(await mora.locator("mark.current").count(), 1);
  await mora.locator('[role="log"] p', { hasText: "Hit 1 of 1: forbidden" }).waitFor({ state: "attached" });
  await mora.keyboard.press("N");
  assert.equal(await mora.locator("mark.current").count(), 1);
  await mora.keyboard.press("v");
  assert.equal(await mora.locator(".view.reader").isVisible(), true);
  await check(mora);
  await mora.keyboard.press("v");

  // A decision and its way back.
  await press(mora, "a");
  await mora.locator(".undo .what", { hasText: first }).waitFor();
  const [heading, told] = await mora.evaluate(() => ["h1", ".flash"].map((place) => document.querySelector(place).getBoundingClientRect().toJSON()));
  assert.ok(told.top >= heading.bottom || told.bottom <= heading.top, "what is told covers the title of the next case");
  await check(mora);
  await olga.locator(".settled", { hasText: /approved by Mora Moderator/i }).waitFor();
  await check(olga);
  await press(mora, "u");
  assert.equal(await title(mora), first);
  assert.equal(await waiting(mora), Number(cases));
  await olga.locator(".settled").waitFor({ state: "detached" });

  // A letter typed into a reason is a letter; keys can be switched off.
  await mora.keyboard.press("r");
  await mora.getByLabel("Reason, as the author reads it").fill("");
  await mora.getByLabel("Reason, as the author reads it").pressSequentially("a j u");
  assert.equal(await title(mora), first);
  await check(mora);
  await mora.getByLabel("Reason, as the author reads it").fill("");
  await mora.locator("h1").focus();

  // Keys are what one makes them, on the buttons too, and can be switched off but for Ctrl-K.
  const hint = mora.locator('.decide [data-key="approve"] kbd');
  assert.equal(await hint.innerText(), "a");
  await mora.keyboard.press("?");
  await mora.getByLabel("Next case").fill("l");
  await mora.getByLabel("Approve", { exact: true }).fill("y");
  await mora.getByRole("button", { name: "Close" }).click();
  assert.equal(await hint.innerText(), "y");
  assert.equal(await mora.locator('.decide [data-key="approve"]').getAttribute("aria-keyshortcuts"), "y");
  await press(mora, "l");
  await press(mora, "k");
  await mora.keyboard.press("?");
  await mora.getByLabel("Keys without Ctrl are on").uncheck();
  await mora.keyboard.press("Escape");
  assert.equal(await mora.locator("kbd.hint").count(), 0);
  for (const key of ["l", "y", "j", "a", "?"]) await mora.keyboard.press(key);
  assert.equal(await mora.getByRole("dialog").count(), 0);
  assert.equal(await title(mora), first);
  await mora.keyboard.press("Control+k");
  await mora.keyboard.type("all keys");
  await mora.keyboard.press("Enter");
  await mora.getByLabel("Keys without Ctrl are on").check();
  await mora.getByRole("button", { name: "Back to the usual keys" }).click();
  await mora.keyboard.press("Escape");
  assert.equal(await hint.innerText(), "a");

  // Everything by keyboard alone: every third is rejected with the second reason.
  for (let left = Number(cases); left > 0; left -= 1) {
    assert.equal(await waiting(mora), left);
    if (left % 3) await press(mora, "a");
    else {
      const sent = mora.waitForRequest((request) => request.url().includes("/decision"));
      await press(mora, "r", "2");
      assert.equal(new URLSearchParams((await sent).postData()).get("template"), "2");
    }
  }
  await mora.getByText("Nothing here").waitFor();
  assert.equal(await waiting(mora), 0);
  await check(mora);

  // All that is still held comes back, and many are decided at once, by keyboard.
  await mora.getByRole("button", { name: /^Undo all/ }).click();
  await mora.locator(".rows li").first().waitFor();
  const back = await waiting(mora);
  assert.ok(back > 1, `${back} cases came back`);
  await mora.keyboard.press("j");
  await mora.keyboard.press("x");
  await mora.keyboard.press("j");
  await mora.keyboard.press("x");
  await mora.getByText("2 chosen").waitFor();
  await check(mora);
  await mora.getByLabel("Reason", { exact: true }).selectOption({ index: 1 });
  await mora.getByRole("button", { name: "Reject", exact: true }).click();
  await mora.getByText("2 posts rejected.").waitFor();
  assert.equal(await waiting(mora), back - 2);
  await mora.getByRole("button", { name: "Undo all 2", exact: true }).click();
  await mora.locator(".undo").waitFor({ state: "detached" });
  assert.equal(await waiting(mora), back);

  // Light or dark is remembered and there from the first byte.
  await mora.getByRole("button", { name: "Mora Moderator" }).click();
  await mora.getByRole("button", { name: "Dark" }).click();
  await mora.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await mora.reload();
  assert.equal(await mora.evaluate(() => document.documentElement.dataset.theme), "dark");
} catch (error) {
  problems.push(String(error?.stack ?? error));
}
await finish();
