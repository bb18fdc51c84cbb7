// Everything that people do with a post, in a browser that runs no script: drafts, previews, the queue with its filters and
// views, claims, undo, putting aside, handing over, many at once, the mail's link, correcting and the appeal.
//
// usage: node plain.mjs BASE_URL API_KEY PASSWORD
import assert from "node:assert/strict";
import { ask, finish, forget, person, problems } from "./browser.mjs";
import { button, fill, later } from "./states/people.mjs";

const [base, key, password] = process.argv.slice(2);
const site = new URL("/s/main/", base).href;
const APPROVE = '[value="APPROVED"]';
const REJECT = '[value="REJECTED"]:not([formaction])';
const go = (page, path) => page.goto(new URL(path, path.startsWith("/") ? base : site).href);
const heading = (page) => page.locator("h1").innerText();
const titles = (page) => page.locator(".rows .name").allInnerTexts();
/// What somebody reads of the page.
const says = async (page, text) => assert.ok((await page.locator("body").innerText()).includes(text), `${page.url()} does not say “${text}”: ${await page.locator("main").innerText()}`);
const press = async (page, button) => {
  const loaded = page.waitForEvent("load");
  await button.click();
  await loaded;
};
const follow = (page, name) => press(page, page.locator("main").getByRole("link", { name }).first());
/// Fills and sends a form; what is folded is opened first.
async function send(page, action, fields = {}, more) {
  const fold = page.locator(`details:not([open]):has(form[action$="${action}"]) > summary`).filter({ visible: true });
  if (await fold.count()) await fold.first().click();
  await fill(page, action, fields);
  await press(page, button(page, action, more));
}
async function reject(page, fields) {
  await page.locator('summary[data-key="reject"]').click();
  await fill(page, "/decision", fields);
  await press(page, button(page, "/decision", REJECT));
}
async function enter(email) {
  const page = await person(base, { javaScriptEnabled: false });
  await go(page, "/login");
  await fill(page, "/login", { email, password });
  await press(page, button(page, "/login"));
  return page;
}
async function submit(title) {
  const options = { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" } };
  const answer = await fetch(new URL("/api/v1/posts", base), { ...options, body: JSON.stringify({ title, body: "It has a forbidden word.", author: { email: "anna@example.org" } }) });
  assert.equal(answer.status, 201);
  await later(1_000);
}
const open = async (page, title) => {
  await go(page, "admin/queue");
  await follow(page, title);
};

try {
  const [anna, mora, olga] = [await enter("anna@example.org"), await enter("mora@example.org"), await enter("olga@example.org")];
  await go(olga, "admin/settings");
  await send(olga, "/settings", { undo_seconds: "60", digest_minutes: "1", template_text_1: "Not {title} by {author}: {what}." });
  await later(2_000);

  // A draft is kept, found again, looked at and submitted.
  await go(anna, "write");
  await fill(anna, "/posts", { title: "A quiet post", body: "Half a thought" });
  await press(anna, button(anna, "/posts", '[formaction$="/draft"]'));
  await go(anna, "mine");
  await follow(anna, "A quiet post");
  assert.equal(await anna.locator("#body").inputValue(), "Half a thought");
  await fill(anna, "/posts", { body: "A **whole** thought with a forbidden word." });
  await press(anna, button(anna, "/posts", '[formaction$="/preview"]'));
  assert.equal(await anna.locator("#preview strong").last().innerText(), "whole");
  await press(anna, button(anna, "/posts", ".main"));
  await says(anna, "Place in the queue");
  const mine = anna.url();
  await later(1_000);

  // The queue is searched; the search is kept for the team; somebody else uses it.
  await submit("Another one");
  await go(mora, "admin/queue");
  await mora.locator("#q").fill("quiet");
  await press(mora, mora.locator(".filters button"));
  assert.deepEqual(await titles(mora), ["A quiet post"]);
  await send(mora, "/queue/views", { name: "Quiet ones" });
  await go(olga, "admin/queue");
  await follow(olga, "Quiet ones");
  assert.deepEqual(await titles(olga), ["A quiet post"]);

  // It is claimed, and the other one sees that.
  await open(mora, "A quiet post");
  await press(mora, button(mora, "/claim"));
  await open(olga, "A quiet post");
  await says(olga, "Mora Moderator works on it");

  // A reason with a variable that nobody filled does not go out; the mail is looked at before it does.
  await reject(mora, { template: "1" });
  await says(mora, "Fill in what stands for {what} first.");
  await fill(mora, "/decision", { reason: "Not {title} by {author}: too loud." });
  await press(mora, button(mora, "/decision", "[formaction]"));
  await says(mora, "Not A quiet post by Anna Author: too loud.");
  await press(mora, button(mora, "/decision", REJECT));
  await press(mora, button(mora, "/undo"));
  assert.equal(await heading(mora), "A quiet post");
  await go(anna, mine);
  await says(anna, "Place in the queue");

  // Snoozed and brought back; handed over; sent back to the author, who changes it.
  await send(mora, "/snooze", { hours: "4" });
  await go(mora, "admin/queue?aside=true");
  await follow(mora, "A quiet post");
  await press(mora, button(mora, "/bring-back"));
  await open(mora, "A quiet post");
  await send(mora, "/hand-over", { words: "You know her." });
  await go(olga, "admin/queue?mine=true");
  await follow(olga, "A quiet post");
  await send(olga, "/notes", { text: "She means well." });
  await says(olga, "She means well.");
  await send(olga, "/ask", { note: "Leave out the word." });
  await later(61_000);
  await go(anna, mine);
  await says(anna, "Leave out the word.");
  await send(anna, "/revise", { body: "A **whole** thought with a forbidden thing." }, ".main");
  await later(1_000);

  // Rejected with a passage that the author sees; corrected; rejected again; appealed; somebody else publishes.
  await open(mora, "A quiet post");
  await mora.locator("#view-diff").check({ force: true });
  assert.match(await mora.locator(".view.diff ins").allInnerTexts().then((texts) => texts.join(" ")), /thing/);
  await mora.locator('summary[data-key="reject"]').click();
  await mora.locator(".passages input").filter({ visible: true }).first().check();
  await fill(mora, "/decision", { reason: "It is still there." });
  await press(mora, button(mora, "/decision", REJECT));
  await later(61_000);
  await go(anna, mine);
  await says(anna, "It is still there.");
  assert.equal(await anna.locator("article mark").innerText(), "forbidden");
  await send(anna, "/revise", { body: "Yet another forbidden thing." }, ".main");
  await later(1_000);
  await open(mora, "A quiet post");
  await reject(mora, { reason: "Once more, no." });
  await later(61_000);
  await go(anna, mine);
  await send(anna, "/appeal", { statement: "It is a quotation." });
  await later(1_000);
  await open(olga, "A quiet post");
  await says(olga, "It is a quotation.");
  await press(olga, button(olga, "/decision", APPROVE));
  await later(61_000);
  const reader = await person(base, { javaScriptEnabled: false });
  await go(reader, "");
  await follow(reader, "A quiet post");
  assert.equal(await heading(reader), "A quiet post");

  // Many at once, with the mail looked at first, and all taken back.
  await submit("Yet another");
  await go(mora, "admin/queue");
  for (const box of await mora.locator(".choose").all()) await box.check();
  assert.equal(await mora.locator(".choose:checked").count(), 2);
  await fill(mora, "/decisions", { template: "2" });
  await press(mora, button(mora, "/decisions", REJECT));
  await says(mora, "2 posts rejected.");
  await press(mora, mora.locator(".undo form.all").getByRole("button", { name: "Undo all 2" }));
  assert.deepEqual((await titles(mora)).sort(), ["Another one", "Yet another"]);

  // By the link in the mail.
  await later(61_000);
  await go(mora, await ask("link mora@example.org /decide/"));
  const decided = await heading(mora);
  await press(mora, button(mora, "", APPROVE));
  await later(61_000);
  await go(reader, "");
  await press(reader, reader.locator("main a").first());
  assert.equal(await heading(reader), decided.replace(/^.*“|”.*$/g, ""));

  // The choice of dark is there from the first byte.
  await anna.locator('[popovertarget="account"]').click();
  await press(anna, anna.locator('[action="/theme"] [value="dark"]'));
  assert.equal(await anna.locator("html").getAttribute("data-theme"), "dark");
} catch (error) {
  problems.push(String(error?.stack ?? error));
}
forget(/status of 4(09|22)/);
await finish();
