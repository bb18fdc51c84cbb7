// Where the focus is after each step of a moderator, with the script of the desk and by plain forms, and the order in which
// the Tab key goes through the queue and a case.
//
// usage: node focus.mjs BASE_URL PASSWORD
import assert from "node:assert/strict";
import { finish, forget, login, person, problems } from "./browser.mjs";

const [base, password] = process.argv.slice(2);
const queue = new URL("/s/main/admin/queue", base).href;
/// What has the focus, as a screen reader is told: `button "Approve"`.
const focus = async (page) => {
  const place = page.locator(":focus");
  if (await place.evaluate((element) => element.matches("summary"))) return `summary "${(await place.getAttribute("aria-label")) ?? (await place.innerText()).replace(/\s+\w$/, "")}"`;
  return (await place.ariaSnapshot()).split("\n")[0].replace(/^- |:.*$|( \[(level|active|cursor).*)$/g, "");
};
/// The first line of what has the focus becomes this.
async function expect(page, what) {
  // A sign of life for whoever waits for this script.
  console.log(`waiting for ${what}`);
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await page.locator(":focus").count()) && (await focus(page)) === what) return;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  assert.equal(await focus(page), what);
}
const press = async (page, key, what) => {
  await page.keyboard.press(key);
  await expect(page, what);
};
/// What the Tab key comes to within `main`, once; the list of hits is one of them.
async function order(page) {
  await page.locator("main").focus();
  const stops = [];
  for (;;) {
    await page.keyboard.press("Tab");
    if (!(await page.locator("main :focus").count())) return stops;
    const stop = (await page.locator(".hits :focus").count()) ? "the hits" : await focus(page);
    if (stop !== stops.at(-1)) stops.push(stop);
  }
}

try {
  const mora = await login(base, "mora@example.org", password);
  await mora.goto(queue);
  const chosen = ["Post 0", "Post 1", "Post 2", "Post 3"].flatMap((title) => [`checkbox "Choose “${title}”"`, `link "${title}"`]);
  assert.deepEqual(await order(mora), ['link "stats"', 'button "Work the queue"', 'link "Waiting 4"', 'link "For you"', 'link "Put aside"', 'link "Approved"',
    'link "Rejected"', 'link "Answered"', 'link "Void"', 'link "Failed"', 'searchbox "Words"', 'combobox "Category"', 'combobox "Rule"', 'textbox "Author"',
    'button "Filter"', ...chosen, 'summary "What I do not want to see at once"']);
  await press(mora, "/", 'searchbox "Words"');
  await mora.keyboard.type("Post");
  await press(mora, "Enter", 'heading "Queue"');
  await mora.goto(queue);
  await press(mora, "j", 'link "Post 0"');
  await press(mora, "j", 'link "Post 1"');
  await press(mora, "x", 'link "Post 1"');
  await press(mora, "k", 'link "Post 0"');
  await press(mora, "Enter", 'heading "Post 0"');
  await mora.getByRole("button", { name: "Give it back" }).waitFor();
  const stops = (await order(mora)).map((stop) => stop.replace(/(Post \d).*"/, '$1"'));
  assert.deepEqual(stops, ['link "Queue"', 'button "Next free"', 'link "Post 0"', 'link "Post 1"', 'link "Post 2"', 'link "Post 3"', 'link "Anna Author"',
    'button "Give it back"', 'radio "Text with hits" [checked]', 'button "Approve"', 'summary "Reject…"', 'summary "Send back…"', 'summary "Snooze…"',
    'summary "Hand over…"', "the hits", 'summary "Write one"', 'link "Post 1"', 'link "Post 2"', 'link "Post 3"', 'link "The whole execution"']);
  await mora.locator("h1").focus();

  await press(mora, "?", 'textbox "Next case"');
  await press(mora, "Escape", 'heading "Post 0"');
  await press(mora, "Control+k", 'searchbox "Find an action or a page"');
  await press(mora, "Escape", 'heading "Post 0"');
  await press(mora, "c", 'heading "Queue"');
  await press(mora, "w", 'heading "Post 0"');
  for (const [key, what] of [["e", 'combobox "To"'], ["z", 'combobox "Show it again in"'], ["d", 'textbox "What to change, as the author reads it"']]) {
    await press(mora, key, what);
    await mora.locator("h1").focus();
  }
  await press(mora, "r", 'summary "Reject…"');
  await mora.getByRole("button", { name: "Reject and tell the author" }).focus();
  await press(mora, "Enter", 'textbox "Reason, as the author reads it" [invalid]');
  await mora.locator("h1").focus();
  await press(mora, "j", 'heading "Post 1"');
  await mora.getByText("Write one").click();
  await mora.locator("#note-text").fill("Seen before.");
  await mora.getByRole("button", { name: "Keep" }).focus();
  await press(mora, "Enter", 'region "Notes about the author"');
  await press(mora, "a", 'heading "Post 2"');
  await press(mora, "u", 'heading "Post 1"');
  await mora.keyboard.press("r");
  await press(mora, "2", 'heading "Post 2"');
  await press(mora, "q", 'heading "Queue"');
  await press(mora, "j", 'link "Post 0"');
  await mora.keyboard.press("x");
  await press(mora, "a", 'heading "Queue"');
  await press(mora, "w", 'heading "Post 2"');

  // The mail that is looked at first, and cases that are put aside, brought back and handed over.
  await mora.keyboard.press("r");
  await mora.getByLabel("Reason, as the author reads it").fill("Not here.");
  await mora.getByRole("button", { name: "Preview the mail" }).focus();
  await mora.keyboard.press("Enter");
  await mora.locator("#mail-preview:focus", { hasText: "Not published: “Post 2”" }).waitFor();
  assert.equal(await mora.getByLabel("Reason, as the author reads it").inputValue(), "Not here.");
  await mora.getByLabel("Reason, as the author reads it").fill("");
  await mora.locator("h1").focus();
  await press(mora, "z", 'combobox "Show it again in"');
  await mora.getByRole("button", { name: "Snooze it" }).focus();
  await press(mora, "Enter", 'heading "Queue"');
  await mora.goto(`${queue}?aside=true`);
  await press(mora, "j", 'link "Post 2"');
  await press(mora, "Enter", 'heading "Post 2"');
  await mora.keyboard.press("z");
  await mora.locator(".flash").waitFor();
  await expect(mora, 'heading "Post 2"');
  await press(mora, "e", 'combobox "To"');
  await mora.getByRole("button", { name: "Hand it over" }).focus();
  await press(mora, "Enter", 'heading "Post 2"');
  await press(mora, "d", 'textbox "What to change, as the author reads it"');
  await mora.keyboard.type("Leave it out.");
  await mora.getByRole("button", { name: "Ask for this change" }).focus();
  await press(mora, "Enter", 'heading "Post 2"');

  // Somebody else works on one: it is taken over, and can be given back.
  const plain = await login(base, "olga@example.org", password, { javaScriptEnabled: false });
  await plain.goto(queue);
  await plain.getByRole("link", { name: "Post 3" }).click();
  await plain.getByRole("button", { name: "Claim" }).click();
  await mora.goto(plain.url());
  await press(mora, "c", 'button "Give it back"');
  await press(mora, "c", 'heading "Queue"');

  // It is decided elsewhere while the focus is on one of its buttons: that leads to why it cannot be pressed.
  await mora.goto(plain.url());
  await mora.getByRole("button", { name: "Approve", exact: true }).focus();
  await plain.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(mora, "alert");
  await plain.getByRole("button", { name: "Undo" }).first().click();
  await plain.getByRole("heading", { name: "Post 3", level: 1 }).waitFor();

  // The session has ended while a reason was typed: the page that says so gives it back.
  await mora.goto(plain.url());
  await mora.keyboard.press("r");
  await mora.getByLabel("Reason, as the author reads it").fill("It took me a while to put this kindly.");
  await mora.context().clearCookies();
  await mora.getByRole("button", { name: "Reject and tell the author" }).click();
  await mora.waitForFunction(() => !document.querySelector(".decide"));
  const typed = await mora.locator("main").locator("textarea, input, pre").evaluateAll((all) => all.map((one) => one.value ?? one.textContent));
  assert.ok(typed.includes("It took me a while to put this kindly."), typed.join());

  // By plain forms: what was refused has the focus, and what was written is where the page is.
  await plain.getByText("Reject…").click();
  await plain.getByRole("button", { name: "Reject and tell the author" }).click();
  await expect(plain, 'textbox "Reason, as the author reads it" [invalid]');
  await plain.getByText("Write one").click();
  await plain.locator("#note-text").fill("Not seen before.");
  await plain.getByRole("button", { name: "Keep" }).click();
  await plain.waitForURL(/#notes$/);
  await plain.getByRole("button", { name: "Approve", exact: true }).click();
  await plain.getByRole("button", { name: "Undo" }).first().click();
  await plain.getByRole("heading", { name: "Post 3", level: 1 }).waitFor();
  const stranger = await person(base, { javaScriptEnabled: false });
  await stranger.goto(new URL("/login", base).href);
  await stranger.getByLabel("E-mail").fill("mora@example.org");
  await stranger.getByLabel("Password").fill("wrong wrong wrong");
  await stranger.keyboard.press("Enter");
  await stranger.getByRole("alert").waitFor();
  await expect(stranger, "alert");
} catch (error) {
  problems.push(String(error?.stack ?? error));
}
forget(/status of 4(01|03|22)/);
await finish();
