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
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
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
  const published = async (page, title) => {
    await page.goto(site);
    return (await page.getByRole("link", { name: title, exact: true }).count()) === 1;
  };

  const reader = await person(base, { javaScriptEnabled });
  await write("A clean post", "Nothing is wrong with this, and it is **plain**.");
  assert.equal(await published(reader, "A clean post"), true, "a clean post is public at once");
  await examine(reader);
  await reader.getByRole("link", { name: "A clean post", exact: true }).click();
  await examine(reader);

  await write("A doubtful post", "This text has a forbidden word, and some **weight**.");
  assert.equal(await published(reader, "A doubtful post"), false, "a flagged post is not public");
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
  await owner.waitForLoadState();
  assert.equal(await published(reader, "A doubtful post"), true, "an approved post is public");

  await decide("A bad post");
  await owner.getByText("Reject…").click();
  await owner.getByLabel("Reason, as the author reads it").fill("It says what nobody may say.");
  await examine(owner);
  await press(owner, "Reject and tell the author");
  await owner.waitForLoadState();
  assert.equal(await published(reader, "A bad post"), false, "a rejected post is not public");
  await author.goto(new URL("mine", site).href);
  await examine(author);
  await author.getByRole("link", { name: "A bad post", exact: true }).click();
  await author.getByText("It says what nobody may say.").first().waitFor();
  await examine(author);

  // Every page that can be reached by links, each kind of page once.
  for (const start of javaScriptEnabled ? [owner, author, reader] : []) await walk(start);
} catch (error) {
  problems.push(String(error?.stack ?? error));
}
await finish();

/// Follows the links of a person's pages. Pages that differ only in an id or a filter are the same kind.
async function walk(page) {
  const waiting = [site, new URL("/account", base).href, new URL("admin/", site).href];
  const kinds = new Set();
  while (waiting.length) {
    const url = new URL(waiting.pop());
    const kind = url.pathname.replace(/[0-9a-v]{26}/g, "ID").replace(/\/posts\/[^/]+/, "/posts/SLUG");
    if (url.origin !== new URL(base).origin || kinds.has(kind) || /\.(atom|json|css|js|svg)$/.test(kind)) continue;
    kinds.add(kind);
    const answer = await page.goto(url.href);
    if (url.pathname.includes("/admin/") && answer.status() === 404) continue;
    if (answer.status() >= 400) {
      problems.push(`a link leads to ${url.pathname}, which answers ${answer.status()}`);
      continue;
    }
    if (!answer.headers()["content-type"]?.startsWith("text/html")) continue;
    await check(page);
    waiting.push(...(await page.locator("a[href]").evaluateAll((links) => links.map((link) => link.href.split("#")[0]))));
  }
}
