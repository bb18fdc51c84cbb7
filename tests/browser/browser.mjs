// A real Chromium that watches itself: every page is checked for accessibility, width, requests to other hosts and
// violations of the Content-Security-Policy. Knows nothing of what the pages are for.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
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

/// Checks the page as it stands: at 1280 pixels in light and dark, and at 360 pixels.
export async function check(page) {
  const where = new URL(page.url()).pathname;
  // A sign of life for whoever waits for this script.
  console.log(`checking ${where}`);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(axe);
    const { violations } = await page.evaluate((tags) => axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), rules);
    for (const { id, help, nodes } of violations)
      problems.push(`axe on ${where} (${colorScheme}): ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 360, height: 740 });
  const { width, widest } = await page.evaluate(() => {
    const width = document.documentElement.scrollWidth;
    const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
    return { width, widest: wide.map((element) => element.outerHTML.slice(0, 120)).at(-1) };
  });
  if (width > 360) problems.push(`${where} scrolls sideways at 360 pixels (${width}): ${widest}`);
  await page.setViewportSize({ width: 1280, height: 900 });
}

/// Prints the problems, one a line, and ends.
export async function finish() {
  await browser.close();
  for (const problem of new Set(problems)) console.log(`wrong: ${problem}`);
  process.exit(problems.length ? 1 : 0);
}
