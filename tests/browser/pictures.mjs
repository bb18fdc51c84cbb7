// Takes the pictures in docs/pictures from `gatepost demo`: `just pictures`.
//
// usage: node pictures.mjs PROGRAM FOLDER
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [program, folder] = process.argv.slice(2);
const demo = spawn(program, ["demo", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
let base;
let password;
for await (const line of createInterface({ input: demo.stdout })) {
  password ??= /^\s+password\s+(\S+)/.exec(line)?.[1];
  base = /^listening on (\S+)/.exec(line)?.[1];
  if (base) break;
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

async function login(email, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  await page.goto(`${base}/login`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/login");
  return page;
}
const site = `${base}/s/main`;
const take = async (page, name, path) => {
  if (path !== undefined) await page.goto(`${site}/${path}`);
  await page.screenshot({ path: join(folder, `${name}.png`) });
};
const open = async (page) => {
  await page.goto(`${site}/admin/queue`);
  await page.locator(".rows .name").nth(1).click();
  await page.locator(".decide").waitFor();
};

try {
  const owner = await login("olga@example.org");
  await take(owner, "queue", "admin/queue");
  await open(owner);
  await take(owner, "case");
  for (const name of ["rules", "workflow", "stats", "audit", "people"]) await take(owner, name, `admin/${name}`);
  await owner.goto(`${site}/admin/rules`);
  await owner.locator(".rows .name").first().click();
  await owner.waitForURL(/\/rules\/\w{26}/);
  await take(owner, "rule");
  await owner.goto(`${site}/admin/queue`);
  for (const place of [0, 1, 2]) await owner.locator(".choose").nth(place).check();
  await take(owner, "queue-chosen");
  await take(owner, "parts", "admin/design");
  await take(owner, "blog", "");
  const night = await login("milo@example.org", { colorScheme: "dark" });
  await open(night);
  await take(night, "case-dark");
  const phone = await login("milo@example.org", { viewport: { width: 360, height: 740 } });
  await take(phone, "queue-narrow", "admin/queue");
  await open(phone);
  await take(phone, "case-narrow");
  const author = await login("ada@example.org");
  await author.goto(`${site}/mine`);
  await author.locator("main a[href*='/mine/']").first().click();
  await author.waitForURL(/\/mine\/\w{26}/);
  await take(author, "author");
} finally {
  await browser.close();
  demo.kill("SIGTERM");
}
