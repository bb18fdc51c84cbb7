// The states of the moderators' pages: the queue, a case, many cases at once, and the page behind the link in a mail.
import { createServer } from "node:http";
import { ask, problems } from "../browser.mjs";
import { button, fill, later, press, send, unfold } from "./people.mjs";

const QUEUE = "admin/queue";
const APPROVE = '[value="APPROVED"]';
const REJECT = '[value="REJECTED"]:not([formaction])';
const fold = (page, key) => page.locator(`summary[data-key="${key}"]`).click();

export async function queue({ look, enter, submit, go, see }) {
  const [mora, olga] = [await enter("mora@example.org"), await enter("olga@example.org")];
  await go(olga, "admin/settings");
  await fill(olga, "/settings", { undo_seconds: "120", digest_minutes: "1" });
  await press(olga, button(olga, "/settings"));
  await later(2_000);
  await see(mora, QUEUE, "queue, empty");
  await see(mora, `${QUEUE}?aside=true`, "queue, nothing put aside");
  await see(mora, `${QUEUE}?mine=true`, "queue, nothing handed over");
  await see(mora, `${QUEUE}?q=nothing`, "queue, nothing found");
  const { path } = await submit("The first of them");
  await see(mora, QUEUE, "queue, one");
  await go(mora, path);
  await press(mora, button(mora, "/decision", APPROVE));
  await mora.locator(".undo").waitFor();
  await look(mora, "queue, empty but for what can be taken back");
  await send(mora, "/undo");
  await go(mora, QUEUE);
  await submit("Came in while somebody looked");
  await mora.locator("button.fresh").waitFor();
  await look(mora, "queue, new cases announced");
  await submit(`Long: ${"unbroken".repeat(20)}`, `A forbidden ${"word".repeat(200)}`);
  await submit("<b>Markup</b> & “quotes”");
  await submit("Many hits", "forbidden ".repeat(40));
  await press(mora, mora.locator("button.fresh"));
  await look(mora, "queue, full");
  await mora.locator(".choose").nth(0).check();
  await mora.locator(".choose").nth(1).check();
  await look(mora, "queue, two chosen");
  await see(mora, `${QUEUE}?author=anna`, "queue, filtered");
  await mora.locator(".keep-view").first().evaluate((details) => { details.open = true; });
  await look(mora, "queue, a view to be kept");
  await send(mora, "/queue/views", { name: "What Anna wrote" });
  await look(mora, "queue, a view kept");
  await go(mora, QUEUE);
  await mora.locator(".masks").evaluate((details) => { details.open = true; });
  await look(mora, "queue, what is masked");
  for (const key of ["?", "Control+k"]) {
    await mora.keyboard.press(key);
    await mora.locator("dialog").waitFor();
    await look(mora, `queue, ${key === "?" ? "sheet of keys" : "palette"}`);
    await mora.keyboard.press("Escape");
  }
  await mora.locator('[popovertarget="account"]').click();
  await look(mora, "queue, menu of the account");
  for (const page of [mora, olga]) await page.context().close();
}

// A red square.
const SQUARE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

export async function images({ look, enter, submit, go }) {
  const mora = await enter("mora@example.org");
  let asked = 0;
  const service = createServer((request, response) => {
    asked += 1;
    response.writeHead(request.url.startsWith("/gone") ? 404 : 200).end(SQUARE);
  });
  await new Promise((listening) => service.listen(0, "127.0.0.1", listening));
  const at = `http://127.0.0.1:${service.address().port}`;
  const { path } = await submit("A case with images", `A forbidden word.\n\n- A list\n\n![A red square](${at}/square)\n\n![](${at}/gone)`);
  const image = (number) => mora.locator(`.images img[src$="/images/${number}"]`);
  const isBlurred = (number) => image(number).evaluate((image) => getComputedStyle(image).filter !== "none");
  const expect = async (name, is, wanted) => {
    if ((await is) !== wanted) problems.push(`images: ${name} is ${!wanted}`);
  };
  await go(mora, path);
  await mora.waitForLoadState("networkidle");
  await expect("fetched while the text with hits is shown", asked > 0, false);
  await mora.locator("#view-reader").check({ force: true });
  await mora.waitForFunction(() => [...document.querySelectorAll(".images img")].every((image) => image.complete && image.naturalWidth));
  await mora.mouse.move(0, 0);
  await expect("a list of the post shown as another thing", mora.locator(".reader .prose li").evaluate((item) => getComputedStyle(item).display !== "list-item"), false);
  await look(mora, "case, images blurred");
  await expect("blurred at first", isBlurred(1), true);
  await image(1).hover();
  await expect("blurred when pointed at", isBlurred(1), false);
  await mora.mouse.move(0, 0);
  await expect("blurred again", isBlurred(1), true);
  await mora.locator("#view-reader").focus();
  await mora.keyboard.press("Tab");
  await expect("in the focus after the choice of the view", mora.locator(".images summary").first().evaluate((summary) => summary === document.activeElement), true);
  await expect("blurred in the focus", isBlurred(1), false);
  await expect("blurred beside the focus", isBlurred(2), true);
  await mora.keyboard.press("Enter");
  await mora.keyboard.press("Tab");
  await expect("blurred once it was opened", isBlurred(1), false);
  await expect("named by its words", mora.locator(".images").getByRole("img", { name: "A red square" }).count().then((count) => count === 1), true);
  for (const choice of ["links", "shown"]) {
    await go(mora, QUEUE);
    await mora.locator(".masks").evaluate((details) => { details.open = true; });
    await mora.locator(`.masks [value="${choice}"]`).check();
    await press(mora, button(mora, "/queue/masks"));
    asked = 0;
    await go(mora, path);
    await mora.locator("#view-reader").check({ force: true });
    await mora.waitForLoadState("networkidle");
    await expect(`fetched where the choice is ${choice}`, asked > 0, choice === "shown");
    await look(mora, `case, images as ${choice}`);
  }
  await expect("blurred where it is to be shown", isBlurred(1), false);
  service.close();
  await mora.context().close();
}

export async function cases({ look, enter, submit, go, see }) {
  const [mora, olga, anna] = [await enter("mora@example.org"), await enter("olga@example.org"), await enter("anna@example.org")];
  const { path, post } = await submit("A case of its own", "One forbidden word.\n\nAnd a **second** paragraph, forbidden too.");
  await see(mora, path, "case, waiting");
  await mora.locator(".claim form[action$='/release']").waitFor();
  await look(mora, "case, mine");
  await see(olga, path, "case, with somebody else");
  await see(olga, QUEUE, "queue, with somebody");
  await mora.locator("#view-reader").check({ force: true });
  await look(mora, "case, as readers see it");
  await mora.locator("#view-text").check({ force: true });
  await mora.keyboard.press("n");
  await look(mora, "case, at a hit");
  await mora.keyboard.press("?");
  await mora.locator("dialog").waitFor();
  await look(mora, "case, sheet of keys");
  await mora.keyboard.press("Escape");

  await fold(mora, "reject");
  await look(mora, "case, to be rejected");
  await press(mora, button(mora, "/decision", REJECT));
  await look(mora, "case, rejection without a reason refused");
  await fill(mora, "/decision", { reason: "Say {what} instead." });
  await press(mora, button(mora, "/decision", REJECT));
  await look(mora, "case, rejection with a variable unfilled refused");
  await fill(mora, "/decision", { reason: "Not {title}, not here." });
  await press(mora, button(mora, "/decision", "[formaction]"));
  await look(mora, "case, mail previewed");
  await go(mora, path);
  for (const key of ["ask", "snooze", "escalate"]) {
    await fold(mora, key);
    await look(mora, `case, the form to ${key}`);
  }
  await unfold(mora, "/notes");
  await look(mora, "case, a note to be written");
  await send(mora, "/notes", { text: "She asked before.\nSee her first post." });
  await look(mora, "case, with a note");

  await send(mora, "/hand-over", { words: "You know her." });
  await look(mora, "queue, handed over");
  await see(olga, path, "case, handed to me");
  await send(olga, "/snooze", { hours: "1" });
  await see(olga, path, "case, snoozed");
  await see(olga, `${QUEUE}?aside=true`, "queue, snoozed");
  await go(olga, path);
  await send(olga, "/bring-back");
  await look(olga, "case, brought back");
  await send(olga, "/ask", { note: "Leave out the word." });
  await see(olga, path, "case, back with the author");
  await later(130_000);
  await see(anna, post, "own post, to be changed");
  await send(anna, "/revise", { body: "One word.\n\nAnd a **third** paragraph, forbidden still." });
  await later();
  await go(olga, path);
  const newer = olga.locator(".notice a");
  if (await newer.count()) await newer.first().click();
  await look(olga, "case, revised");
  await see(anna, post, "own post, corrected");
  for (const page of [mora, olga, anna]) await page.context().close();
}

export async function decisions({ look, enter, submit, go, see }) {
  const [mora, olga, anna] = [await enter("mora@example.org"), await enter("olga@example.org"), await enter("anna@example.org")];
  await go(olga, "admin/rules/outcomes");
  const last = await olga.locator('[name^="category_"]').count();
  await fill(olga, "/outcomes", { [`category_${last}`]: "two", [`action_${last}`]: "hold", [`queue_${last}`]: "two", [`two_${last}`]: true });
  await press(olga, button(olga, "/outcomes", ".main"));
  await go(olga, "admin/rules/new?pattern=twofold");
  await send(olga, "/rules", { pattern: "twofold", category: "two" });
  await later(2_000);

  const watched = await submit("Decided elsewhere");
  await go(olga, watched.path);
  await go(mora, watched.path);
  await press(mora, button(mora, "/decision", APPROVE));
  await mora.locator(".undo").waitFor();
  await look(mora, "case, undo bar");
  await olga.locator(".settled").waitFor();
  await look(olga, "case, decided by somebody else meanwhile");
  await see(olga, watched.path, "case, decided by somebody else");
  await see(mora, watched.path, "case, decided by me");
  await see(mora, QUEUE, "queue, undo bar");
  await send(mora, "/undo");
  await look(mora, "taken back");

  await go(mora, watched.path);
  await fold(mora, "reject");
  await fill(mora, "/decision", { reason: "Much too loud." });
  await press(mora, button(mora, "/decision", REJECT));
  await later(130_000);
  await see(mora, watched.path, "case, rejected");
  for (const state of ["rejected", "approved", "answered"]) await see(mora, `${QUEUE}?state=${state}`, `queue, ${state}`);
  await see(anna, watched.post, "own post, rejected");
  await unfold(anna, "/appeal");
  await send(anna, "/appeal", { statement: " " });
  await look(anna, "own post, appeal refused");
  await send(anna, "/appeal", { statement: "It is a quotation.\nRead it again." });
  await later();
  await look(anna, "own post, appealed");
  await go(olga, `${QUEUE}?q=`);
  await olga.locator(".rows .name", { hasText: "Decided elsewhere" }).first().click();
  await olga.locator(".case-head").waitFor();
  await look(olga, "case, an appeal");
  await go(mora, QUEUE);
  const appeal = mora.locator(".rows .name", { hasText: "Decided elsewhere" });
  if (await appeal.count()) {
    await appeal.first().click();
    await mora.locator(".case-head").waitFor();
    await look(mora, "case, an appeal against me");
  }

  const corrected = await submit("To be corrected", "A forbidden word.\n\nAnd another paragraph.");
  await go(mora, corrected.path);
  await fold(mora, "reject");
  await fill(mora, "/decision", { reason: "Leave out the word." });
  await press(mora, button(mora, "/decision", REJECT));
  await later(130_000);
  await go(anna, corrected.post);
  await send(anna, "/revise", { body: "A forbidden thing.\n\nAnd yet another paragraph." });
  await later();
  await go(mora, QUEUE);
  await mora.locator(".rows .name", { hasText: "To be corrected" }).click();
  await mora.locator("#view-diff").check({ force: true });
  await look(mora, "case, what was changed");
  await mora.locator("#view-text").check({ force: true });

  const two = await submit("For two people", "It is twofold.");
  await go(mora, two.path);
  await press(mora, button(mora, "/decision", APPROVE));
  await see(mora, two.path, "case, the first of two");
  await see(olga, two.path, "case, waiting for the second of two");

  // Many at once: one of them was decided meanwhile.
  const late = await submit("Too late for many");
  await submit("In time for many");
  await go(olga, QUEUE);
  for (const title of ["Too late for many", "In time for many"]) await olga.locator(".rows > li", { hasText: title }).locator(".choose").check();
  await go(mora, late.path);
  await press(mora, button(mora, "/decision", APPROVE));
  await olga.locator(".gone").waitFor();
  await olga.locator(".gone .choose").evaluate((choice) => { choice.disabled = false; choice.checked = true; });
  await fill(olga, "/decisions", { template: "1" });
  await press(olga, button(olga, "/decisions", REJECT));
  await look(olga, "many, what became of each");
  await go(olga, QUEUE);
  await olga.locator(".choose").first().check();
  await press(olga, button(olga, "/decisions", REJECT));
  await look(olga, "many, refused without a reason");
  for (const page of [mora, olga, anna]) await page.context().close();
}

export async function links({ look, somebody, enter, submit, go, see }) {
  const [mora, olga, anna] = [await enter("mora@example.org"), await enter("olga@example.org"), await enter("anna@example.org")];
  const mailed = async (title) => {
    const made = await submit(title);
    await later(61_000);
    return { ...made, link: await ask("link mora@example.org /decide/") };
  };
  const first = await mailed("By the link");
  await see(await somebody(), first.link, "link, not logged in");
  await see(olga, first.link, "link, of somebody else");
  await see(mora, first.link, "link, open");
  await mora.locator('summary[data-key="reject"]').click();
  await press(mora, button(mora, "", REJECT));
  await look(mora, "link, rejection without a reason refused");
  await press(mora, button(mora, "", APPROVE));
  await look(mora, "link, decided, undo bar");
  await later(130_000);
  await see(mora, first.link, "link, already decided");
  const second = await mailed("Changed after the mail");
  await go(anna, second.post);
  await send(anna, "/revise", { body: "Still forbidden, in other words." });
  await see(mora, second.link, "link, post changed");
  const third = await mailed("Left lying");
  await later(3 * 24 * 3_600_000);
  // Sessions have ended, too.
  const again = await enter("mora@example.org");
  await see(again, third.link, "link, too old");
  await see(again, QUEUE, "queue, late");
  for (const page of [mora, olga, anna, again]) await page.context().close();
}
