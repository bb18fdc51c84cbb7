// From an empty instance to published posts, the way people do it: the owner opens the printed link and writes a rule, an
// author signs up and writes, the moderator decides, readers read. Every page that comes up is checked, and at the end
// every page that the owner can reach by links.
//
// usage: node journey.mjs BASE_URL SETUP_URL [--no-javascript]
import assert from "node:assert/strict";
import { check, finish, person, problems } from "./browser.mjs";

const [base, setup, mode] = process.argv.slice(2);
const javaScriptEnabled = mode !== "--no-javascript";
const password = "gravel lantern tuesday oboe";
const site = new URL("/s/main/", base).href;
const press = async (page, name) => {
  const posted = page.waitForResponse((response) => response.request().method() === "POST" && !/\/(claim|release)$/.test(response.url()));
  await page.getByRole("button", { name, exact: true }).click();
  await posted;
  await page.waitForLoadState();
};
const examine = (page) => (javaScriptEnabled ? check(page) : Promise.resolve());

try {
  const owner = await person(base, { javaScriptEnabled });
  await owner.goto(setup);
  await examine(owner);
  await owner.getByLabel("Name of the site").fill("The Gate");
  await owner.getByLabel("Name", { exact: true }).fill("Olga Owner");
  await owner.getByLabel("E-mail").fill("olga@example.org");
  await owner.getByLabel("Password").fill(password);
  await press(owner, "Become the owner");
  await owner.waitForURL((url) => !url.pathname.startsWith("/setup"));

  await owner.goto(new URL("admin/rules", site).href);
  await examine(owner);
  await owner.getByText("Add a rule", { exact: true }).click();
  await owner.getByLabel("Text to find").fill("forbidden");
  await owner.locator('form:has([name="pattern"]) [name="category"]').fill("house");
  await examine(owner);
  await owner.locator('form:has([name="pattern"]) button.main').click();
  await owner.getByText("forbidden", { exact: true }).first().waitFor();
  await examine(owner);

  // Decisions take effect at once, so that what follows from them can be looked at.
  await owner.goto(new URL("admin/settings", site).href);
  await owner.getByLabel("Hold decisions for, seconds").fill("0");
  await press(owner, "Save the settings");

  const author = await person(base, { javaScriptEnabled });
  await author.goto(new URL("signup", site).href);
  await examine(author);
  await author.getByLabel("Name").fill("Anna Author");
  await author.getByLabel("E-mail").fill("anna@example.org");
  await author.getByLabel("Password").fill(password);
  await press(author, "Sign up");
  await author.waitForURL((url) => !url.pathname.endsWith("/signup"));

  const write = async (title, body) => {
    await author.goto(new URL("write", site).href);
    await author.getByLabel("Title").fill(title);
    await author.getByLabel("Text").fill(body);
    await press(author, "Preview");
    await author.locator("#preview").getByText(body.split("**")[0].trim()).waitFor();
    await examine(author);
    await press(author, "Submit");
    await author.waitForURL(/\/mine\/[^/]+$/);
    await examine(author);
  };
  // Each time somebody new: a browser may show a public page again for a minute without asking.
  let reader;
  const published = async (title) => {
    reader = await person(base, { javaScriptEnabled });
    await reader.goto(site);
    return (await reader.getByRole("link", { name: title, exact: true }).count()) === 1;
  };

  await write("A clean post", "Nothing is wrong with this, and it is **plain**.");
  assert.equal(await published("A clean post"), true, "a clean post is public at once");
  await examine(reader);
  await reader.getByRole("link", { name: "A clean post", exact: true }).click();
  await examine(reader);

  await write("A doubtful post", "This text has a forbidden word, and some **weight**.");
  assert.equal(await published("A doubtful post"), false, "a flagged post is not public");
  await write("A bad post", "Another forbidden text, **far** worse.");

  const decide = async (title) => {
    await owner.goto(new URL("admin/queue", site).href);
    await examine(owner);
    await owner.getByRole("link", { name: title, exact: true }).click();
    await owner.locator("mark", { hasText: "forbidden" }).first().waitFor();
    await examine(owner);
  };
  await decide("A doubtful post");
  await press(owner, "Approve");
  assert.equal(await published("A doubtful post"), true, "an approved post is public");

  await decide("A bad post");
  await owner.getByText("Reject…").click();
  await owner.getByLabel("Reason, as the author reads it").fill("It says what nobody may say.");
  await examine(owner);
  await press(owner, "Reject and tell the author");
  assert.equal(await published("A bad post"), false, "a rejected post is not public");
  await author.goto(new URL("mine", site).href);
  await examine(author);
  await author.getByRole("link", { name: "A bad post", exact: true }).click();
  await author.getByText("It says what nobody may say.").first().waitFor();
  await examine(author);

  // Every page that can be reached by links, each kind of page once.
  if (javaScriptEnabled) {
    await walk(owner, "admin/", "write", "/account");
    await walk(author, "write", "/account");
    await walk(reader, ".", "signup", "/login");
  }
} catch (error) {
  problems.push(String(error?.stack ?? error));
}
await finish();

/// Follows the links of a person's pages. Pages that differ only in an id or a filter are the same kind.
async function walk(page, ...starts) {
  const waiting = starts.map((start) => ({ href: new URL(start, site).href, from: "here" }));
  const kinds = new Set();
  while (waiting.length) {
    const { href, from } = waiting.pop();
    const url = new URL(href);
    const kind = url.pathname.replace(/[0-9a-v]{26}/g, "ID").replace(/\/posts\/[^/]+/, "/posts/SLUG");
    if (url.origin !== new URL(base).origin || kinds.has(kind) || /\.(atom|json|csv|txt|css|js|svg)$/.test(kind)) continue;
    kinds.add(kind);
    const answer = await page.goto(href);
    if (answer.status() >= 400) {
      problems.push(`a link on ${from} leads to ${url.pathname}, which answers ${answer.status()}`);
      continue;
    }
    if (!answer.headers()["content-type"]?.startsWith("text/html")) continue;
    await check(page);
    // A mail's links are for whom it was written to.
    if (kind.endsWith("/outbox/ID")) continue;
    const links = await page.locator("a[href]:not([download])").evaluateAll((links) => links.map((link) => link.href.split("#")[0]));
    waiting.push(...links.map((href) => ({ href, from: url.pathname })));
  }
}
