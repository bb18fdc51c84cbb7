// Half of the pages, desk or site, in all their states, written from right to left, in the mirrored language that only builders of Gatepost can
// choose: each is as wide as its window. On the pages of the desk nothing that is said is English: every word but data is
// marked by the mirrored language.
// With a directory, pictures of the states are left there.
//
// usage: node mirrored.mjs BASE_URL API_KEY PASSWORD HALF [DIRECTORY [LANGUAGE]]
import { finish, forget, login, problems } from "./browser.mjs";
import { button, company, fill, later, press, typed } from "./states/people.mjs";
import { tour } from "./states/tour.mjs";

const [base, key, password, half, pictures, language = "ar-XB"] = process.argv.slice(2);
const direction = language === "ar-XB" ? "rtl" : "ltr";

async function look(page, name) {
  const where = `${new URL(page.url()).pathname.replace(/[0-9a-v]{26}/g, "ID")} ${name}`;
  console.log(`checking ${where}`);
  const is = await page.evaluate(() => ({ language: document.documentElement.lang, direction: getComputedStyle(document.body).direction }));
  if (is.language !== language || is.direction !== direction) problems.push(`${where} is in ${is.language}, ${is.direction}`);
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate(outside);
    if (beyond) problems.push(`${where} is wider than ${width} pixels: ${beyond}`);
    if (pictures)
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: `${pictures}/${name.replace(/\W+/g, "-")}-${width}-${colorScheme}.png`, fullPage: true });
      }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  if (language === "ar-XB" && /\/(admin|decide)\//.test(where)) await unmarked(page, where);
}

/// In the page: what is wider than the window, where it is not to be scrolled by itself. Of a page from right to left that
/// is to the left of it.
function outside() {
  const beyond = [...document.querySelectorAll("main *, header *, footer *")].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    // What an excerpt cuts off is not seen; the excerpt itself is looked at.
    const isCut = element.parentElement.closest(".excerpt");
    return width > 1 && (left < -1 || right > innerWidth + 1) && !isCut && !element.closest(".unseen, .skip, [popover], pre");
  });
  const scrolls = document.documentElement.scrollWidth > innerWidth;
  return beyond[0]?.outerHTML.slice(0, 160) ?? (scrolls ? "it scrolls" : "");
}

// What the pages show as it is: names, addresses, codes. What was typed is known.
const DATA = [/[\w.+-]+@[\w.-]+/g, /https?:\/\/\S+/g, /\/[\w\/.{}-]+/g, /\b[a-z]+[._:][\w.:-]+/g, /\b[A-Z]\w*[A-Z]\w*\b/g, /\b[0-9a-z]{16,}\b/g,
  /Gatepost|Mirrored English|English|Türkçe|Markdown/g, /Olga Owner|Mora Moderator|Anna Author|Olga|Mora|Anna|Owner|Moderator|Author/g,
  /forbidden|spam|images|drugs|Sells medicine/gi];

/// What stands on the page, or would be read out, without the marks of the mirrored language.
async function unmarked(page, where) {
  const texts = await page.evaluate(() => {
    const said = [];
    const skipped = "code, pre, kbd, script, style, textarea, .mono, [lang], .excerpt, .source, .prose, .facts dd";
    for (const top of document.querySelectorAll("main, header.head, dialog")) {
      const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!element.closest(skipped)) said.push(walker.currentNode.data);
      }
      for (const element of top.querySelectorAll("[aria-label], [placeholder], [title], [data-name], [data-words]"))
        if (!element.closest(skipped)) for (const name of ["aria-label", "placeholder", "title", "data-name", "data-words"]) said.push(element.getAttribute(name) ?? "");
    }
    return said;
  });
  const words = [...typed].flatMap((text) => [text, ...text.split("\n")]).filter((text) => text.trim()).sort((one, other) => other.length - one.length);
  for (const text of texts) {
    let left = text.replace(/\u2068[^\u2069]*\u2069/g, " ").replace(/\u202e[^\u202c]*\u202c/g, " ");
    for (const word of words) left = left.replaceAll(word, " ");
    for (const data of DATA) left = left.replace(data, " ");
    if (/\p{L}{3,}/u.test(left)) problems.push(`${where} says “${text.trim().slice(0, 100)}”, left: “${left.trim().slice(0, 60)}”`);
  }
}

// The site's own language first, for its public pages.
const olga = await login(base, "olga@example.org", password);
await olga.goto(new URL("/s/main/admin/settings", base).href);
await fill(olga, "/settings", { language });
await press(olga, button(olga, "/settings"));
await later(2_000);
await tour(company(base, key, password, look, language), half);
// The browser reports the answers that refuse something; that is what they are for.
forget(/status of 4(00|03|04|09|10|22|24|29)/);
await finish();
