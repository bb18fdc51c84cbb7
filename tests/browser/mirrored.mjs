// The pages of readers, authors, moderators and owners written from right to left, in the mirrored language that only builders of Gatepost can
// choose: each is as wide as its window, at 1280 and at 360 pixels, and nothing is wrong with it for a screen reader.
// On the pages of the desk nothing that is said is English: every word but data is marked by the mirrored language.
// With a directory as third argument, pictures of the pages are left there.
//
// usage: node mirrored.mjs BASE_URL PASSWORD [DIRECTORY [LANGUAGE]]
import assert from "node:assert/strict";
import { check, finish, person, problems } from "./browser.mjs";

const [base, password, pictures, language = "ar-XB"] = process.argv.slice(2);
const direction = language === "ar-XB" ? "rtl" : "ltr";
const headers = { extraHTTPHeaders: { "accept-language": language } };
const submit = (page, path) => Promise.all([page.waitForNavigation(), page.locator(`form[action$="${path}"] button:not([formaction]):not([type=button])`).first().click()]);

async function look(page, path, name) {
  if (path) await page.goto(new URL(path, base).href);
  const html = page.locator("html");
  assert.equal(await html.getAttribute("lang"), language, page.url());
  assert.equal((await html.getAttribute("dir")) ?? "ltr", direction, page.url());
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), direction);
  // Wider than the window means to the left of it, where a page from right to left would scroll to.
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate(() => {
      const outside = [...document.querySelectorAll("main *, header *, footer *")].filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 1 && (left < -1 || right > innerWidth + 1) && !element.closest(".unseen, .skip, [popover], pre");
      });
      return { scrolls: document.documentElement.scrollWidth > innerWidth, first: outside[0]?.outerHTML.slice(0, 120) };
    });
    if (beyond.scrolls || beyond.first) problems.push(`${page.url()} is wider than ${width} pixels: ${beyond.first}`);
    if (pictures)
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await check(page);
}

// What the pages show as it is: names, titles, addresses, codes.
const DATA = [/[\w.+-]+@[\w.-]+/g, /https?:\/\/\S+/g, /\/[\w\/.{}-]+/g, /\b[a-z]+[._:][\w.:-]+/g, /\b[A-Z]\w*[A-Z]\w*\b/g, /\b[0-9a-z]{16,}\b/g,
  /Gatepost|Mirrored English|English|Türkçe|Markdown/g, /Olga Owner|Mora Moderator|Anna Author|Aaron Author|Olga|Mora|Anna|Aaron|Owner|Moderator|Author/g,
  /Still held back|Held back|A quiet afternoon|A (second )?forbidden word in it\.?|forbidden|spam/gi];

// What stands on the page, or would be read out, without the marks of the mirrored language.
async function unmarked(page, root = "main, header.head") {
  const texts = await page.evaluate((root) => {
    const said = [];
    const skipped = "code, pre, kbd, script, style, textarea, .mono, [lang], .excerpt, .source, .prose, .facts dd";
    for (const top of document.querySelectorAll(root)) {
      for (const details of top.querySelectorAll("details")) details.open = true;
      const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!element.closest(skipped)) said.push(walker.currentNode.data);
      }
      for (const element of top.querySelectorAll("[aria-label], [placeholder], [title], [data-name]"))
        if (!element.closest(skipped)) for (const name of ["aria-label", "placeholder", "title", "data-name"]) said.push(element.getAttribute(name) ?? "");
    }
    return said;
  }, root);
  for (const text of texts) {
    let left = text.replace(/\u2068[^\u2069]*\u2069/g, " ").replace(/\u202e[^\u202c]*\u202c/g, " ");
    for (const data of DATA) left = left.replace(data, " ");
    if (/\p{L}{3,}/u.test(left)) problems.push(`${new URL(page.url()).pathname} says “${text.trim().slice(0, 100)}”, left: “${left.trim().slice(0, 60)}”`);
  }
}

async function enter(page, email) {
  await page.goto(new URL("/login", base).href);
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(password);
  await submit(page, "/login");
}

try {
  // The site's own language first, for its public pages.
  const owner = await person(base);
  await enter(owner, "olga@example.org");
  await owner.goto(new URL("/s/main/admin/settings", base).href);
  await owner.locator("#language").selectOption(language);
  await submit(owner, "/admin/settings");

  const reader = await person(base, headers);
  await look(reader, "/s/main/", "empty");
  await look(reader, "/login", "login");
  await look(reader, "/forgot", "forgot");
  await look(reader, "/s/main/signup", "signup");
  await reader.locator("#name").fill(" ");
  await reader.locator("#email").fill("newt@example.org");
  await reader.locator("#password").fill("password password");
  await submit(reader, "/signup");
  await look(reader, null, "signup-refused");
  for (const path of ["/setup?token=spent", "/invite/spent", "/confirm/spent", "/reset/spent"]) {
    await reader.goto(new URL(path, base).href);
    await look(reader, null, path.split(/[/?]/)[1]);
  }
  await reader.goto(new URL("/s/main/posts/nothing", base).href);
  await look(reader, null, "error");
  // The browser reports the pages that are gone or refused; that is what they are for.
  const expected = /status of (404|410|422)/;
  for (let place = problems.length - 1; place >= 0; place--) if (expected.test(problems[place])) problems.splice(place, 1);

  const author = await person(base, headers);
  await enter(author, "anna@example.org");
  await look(author, "/s/main/mine", "mine-empty");
  await look(author, "/account", "account");
  await look(author, "/s/main/write", "write");
  const post = async (title, body) => {
    await author.goto(new URL("/s/main/write", base).href);
    await author.locator("#title").fill(title);
    await author.locator("#body").fill(body);
    await submit(author, "/posts");
  };
  await post("A quiet afternoon", "Nothing **happened**.\n\n> Not a thing.\n\n- one\n- two");
  await look(author, null, "post-published");
  const slug = await author.locator('a[href*="/posts/"]').first().getAttribute("href");
  await post("Held back", "A forbidden word in it.");
  await look(author, null, "post-held");
  await author.locator('form[action$="/withdraw"] button').click();
  await author.waitForURL(/\/mine\/[^/]+$/);
  await look(author, null, "post-withdrawn");
  await look(author, "/s/main/mine", "mine");
  await look(reader, "/s/main/", "index");
  await look(reader, slug, "post");

  await post("Still held back", "A second forbidden word in it.");
  const desk = await person(base, headers);
  await enter(desk, "olga@example.org");
  const desks = ["queue", "queue?aside=true", "queue?q=nothing", "rules", "rules/new?pattern=free", "rules/versions", "rules/versions/1",
    "rules/suggestions", "workflow", "executions", "people", "outbox", "settings", "look", "keys", "stats", "transparency", "audit"];
  for (const path of desks) {
    await look(desk, `/s/main/admin/${path}`, path.replace(/\W+/g, "-"));
    await unmarked(desk);
  }
  const first = async (list, link, name) => {
    await desk.goto(new URL(`/s/main/admin/${list}`, base).href);
    await desk.goto(new URL(await desk.locator(link).first().getAttribute("href"), base).href);
    await look(desk, null, name);
    await unmarked(desk);
  };
  await first("rules", ".rows .name", "rule");
  await first("executions", ".rows .name", "execution");
  await first("outbox", ".rows .name", "mail");
  await first("queue", ".rows .name", "case");
  for (const keys of ["?", "Control+k"]) {
    await desk.keyboard.press(keys);
    await desk.locator("dialog").waitFor();
    await unmarked(desk, "dialog");
    await desk.keyboard.press("Escape");
  }
} catch (error) {
  problems.push(String(error?.stack ?? error));
}
await finish();
