// A real Chromium that watches itself: every page is checked for accessibility, width, focus, motion, requests to other
// hosts and violations of the Content-Security-Policy. Knows nothing of what the pages are for.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// What was found wrong, in words; empty is good.
export const problems = [];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

/// A person with cookies of their own.
export async function person(base, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== new URL(base).origin) problems.push(`request to ${url}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 500) problems.push(`${response.status()} from ${response.url()}`);
  });
  context.on("console", (message) => {
    if (message.type() === "error" || /Content.Security.Policy/i.test(message.text()))
      problems.push(`console on ${message.page()?.url()}: ${message.text()}`);
  });
  context.on("weberror", (error) => problems.push(`script on ${error.page()?.url()}: ${error.error()}`));
  return context.newPage();
}

/// Somebody of an English site, logged in.
export async function login(base, email, password, options) {
  const page = await person(base, options);
  await page.goto(new URL("/login", base).href);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/login");
  return page;
}

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/// Asks the test that started this script for what a browser cannot do.
export async function ask(question) {
  console.log(`? ${question}`);
  return (await answers.next()).value;
}

/// Checks the page as it stands, in the state that `name` tells: accessible in light and dark, as wide as its window where
/// that is small or the page is magnified, at rest for who wants no motion, and its focus seen where colours are forced.
export async function check(page, name = "") {
  const where = `${new URL(page.url()).pathname.replace(/[0-9a-v]{26}/g, "ID")} ${name}`.trim();
  // A sign of life for whoever waits for this script.
  console.log(`checking ${where}`);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await report(page, where, { runOnly: rules });
  await page.emulateMedia({ colorScheme: "dark" });
  await report(page, `${where} (dark)`, { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } });
  await page.emulateMedia({ colorScheme: "light", forcedColors: "active" });
  for (const problem of await page.evaluate(unseen)) problems.push(`${where}: ${problem}`);
  await page.emulateMedia({ forcedColors: "none" });
  // 1280 pixels magnified to 200 % and to 400 %, as WCAG 1.4.10 asks.
  for (const [width, height] of [[640, 450], [320, 256]]) {
    await page.setViewportSize({ width, height });
    const wide = await page.evaluate(widest);
    if (wide) problems.push(`${where} scrolls sideways at ${width} pixels: ${wide}`);
    const covered = await page.evaluate(stuck);
    if (covered) problems.push(`${where} at ${width} pixels: ${covered}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function report(page, where, options) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate((options) => axe.run(document, { ...options, resultTypes: ["violations"] }), options);
  for (const { id, help, nodes } of violations)
    problems.push(`axe on ${where}: ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

/// In the page: the innermost element that makes it wider than its window; nothing where it fits.
function widest() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return "";
  const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
  return `${scrollWidth}: ${wide.at(-1)?.outerHTML.slice(0, 160)}`;
}

/// In the page: what stays in sight while it scrolls, where that is more than half of the window; nothing where it leaves room.
/// A form that somebody has opened to write in may take it.
function stuck() {
  const stays = (element) => ["sticky", "fixed"].includes(getComputedStyle(element).position);
  const all = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility() && stays(element) && !element.closest("dialog, [popover], .decide:has(details[open])"));
  const outermost = all.filter((element) => !all.some((other) => other !== element && other.contains(element)));
  const inSight = ({ top, bottom, width }) => (width < innerWidth / 2 ? 0 : Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0)));
  const height = outermost.map((element) => inSight(element.getBoundingClientRect())).reduce((one, other) => one + other, 0);
  return height > innerHeight / 2 ? `${Math.round(height)} of ${innerHeight} pixels are always covered` : "";
}

/// In the page: what moves although motion is reduced, and what does not show that it has the focus.
function unseen() {
  const found = [];
  const moving = document.getAnimations();
  if (moving.length) found.push(`moves: ${moving[0].effect?.target?.outerHTML.slice(0, 120)}`);
  const before = document.activeElement;
  const isOutlined = (element, pseudo) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element, pseudo);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  for (const element of (document.querySelector("dialog[open]") ?? document).querySelectorAll("a[href], button, input, select, textarea, summary")) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.disabled) continue;
    const { transitionDuration, animationName } = getComputedStyle(element);
    if (animationName !== "none" || transitionDuration.split(", ").some((time) => parseFloat(time))) found.push(`would move: ${element.outerHTML.slice(0, 120)}`);
    element.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement !== element) continue;
    const label = element.closest("label");
    if (!isOutlined(element) && !isOutlined(element, "::after") && !(label && isOutlined(label))) found.push(`hides its focus: ${element.outerHTML.slice(0, 120)}`);
  }
  // What was hit can be read.
  const luminance = (color) => color.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  for (const mark of document.querySelectorAll("mark:not(.masked, .found)")) {
    if (!mark.checkVisibility() || mark.closest(".masks")) continue;
    const { color, backgroundColor } = getComputedStyle(mark);
    const [light, dark] = [luminance(color), luminance(backgroundColor)].sort((one, other) => other - one);
    if ((light + 0.05) / (dark + 0.05) < 4.5) found.push(`cannot be read: ${mark.parentElement.outerHTML.slice(0, 120)}`);
  }
  // What is chosen, where one is, and what was hit are told apart from what stands beside them.
  const look = (element) => ["outlineStyle", "backgroundColor", "borderBottomStyle"].map((name) => getComputedStyle(element)[name]).join();
  for (const [chosen, other] of [[".card-link[aria-current]", ".card-link:not([aria-current])"], [".rows > li:has(.choose:checked)", ".rows > li:not(:has(.choose:checked))"],
    [".tabs a[aria-current]", ".tabs a:not([aria-current])"], ["mark", "main"], [".tag", "main"]]) {
    const [one, another] = [document.querySelector(chosen), document.querySelector(other)];
    if (one?.checkVisibility() && another && look(one) === look(another)) found.push(`${chosen} looks as what stands beside it`);
  }
  if (before === document.body) document.activeElement.blur();
  else before.focus({ preventScroll: true });
  return found;
}

/// Problems that are none here.
export function forget(expected) {
  for (let place = problems.length - 1; place >= 0; place -= 1) if (expected.test(problems[place])) problems.splice(place, 1);
}

/// Prints the problems, one a line, and ends.
export async function finish() {
  await browser.close();
  for (const problem of new Set(problems)) console.log(`wrong: ${problem}`);
  process.exit(problems.length ? 1 : 0);
}
