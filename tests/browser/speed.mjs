// How fast the desk is with a long queue, in a real browser on loopback: the figures of docs/benchmarks.md. Fills an instance
// of its own with posts that wait (`gatepost posts import`), and waits until the search has read them all.
//
// usage: node speed.mjs PROGRAM [POSTS [POSTGRES_URL]]
import { execFileSync, spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [program, posts = "100000", database] = process.argv.slice(2);
const PASSWORD = "gravel lantern tuesday oboe";
const WORDS = ("river stone garden window letter market winter summer bridge paper evening morning table silver engine signal village "
  + "station harbour mountain valley forest island weather number question answer history picture music theatre").split(" ");
const [TIMES, PRESSES] = [300, 40];
const folder = mkdtempSync(join(tmpdir(), "gatepost-speed-"));
const env = { ...process.env, GATEPOST_DATA_DIR: folder, GATEPOST_LISTEN: "127.0.0.1:0", ...(database && { GATEPOST_DATABASE_URL: database }) };
const run = (args, input) => execFileSync(program, args, { env, input, stdio: ["pipe", "ignore", "inherit"] });

/// The same numbers each time.
let seed = 1;
const random = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below;
const text = (words) => Array.from({ length: words }, () => WORDS[random(WORDS.length)]).join(" ");

let running;
async function serve() {
  const server = running = spawn(program, ["serve"], { env, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: server.stdout })) {
    const base = /^listening on (\S+)/.exec(line)?.[1];
    if (base) return { server, base };
  }
  throw new Error("it does not serve");
}
async function stop(server) {
  server.kill("SIGTERM");
  await once(server, "exit");
}
const at = (times, tenths) => times[Math.min(times.length - 1, Math.floor(times.length * tenths))].toFixed(1);
function print(what, times) {
  times.sort((one, other) => one - other);
  console.log(JSON.stringify({ what, times: times.length, p50_ms: at(times, 0.5), p95_ms: at(times, 0.95), p99_ms: at(times, 0.99) }));
}

async function login(browser, base, email) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${base}/login`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/login");
  return page;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
try {
  for (const [email, role] of [["mora@example.org", "moderator"], ...[0, 1, 2, 3].map((number) => [`author${number}@example.org`, "author"])])
    run(["user", "add", "--site", "main", "--email", email, "--role", role, "--password-stdin"], PASSWORD);
  const list = join(folder, "words.txt");
  writeFileSync(list, "forbidden\nunwanted\n");
  run(["rules", "import", "--site", "main", list, "--action", "hold", "--category", "house"]);
  // Nobody is written to: a hundred thousand mails would be measured as well.
  const first = await serve();
  for (const email of ["mora@example.org", ...[0, 1, 2, 3].map((number) => `author${number}@example.org`)]) {
    const page = await login(browser, first.base, email);
    await page.goto(`${first.base}/account`);
    const form = page.locator('form:has([name="notices"])');
    await form.locator('[name="notices"]').uncheck();
    await form.locator("button").click();
    await page.waitForLoadState();
    await page.context().close();
  }
  await stop(first.server);
  for (const number of [0, 1, 2, 3]) {
    const file = join(folder, `posts${number}.jsonl`);
    const out = createWriteStream(file);
    for (let made = 0; made < Number(posts) / 4; made += 1) {
      const body = `${text(150)} ${made % 7 ? "forbidden" : "unwanted"} ${text(140)}`;
      if (!out.write(`${JSON.stringify({ title: text(5), body, external_id: `${number}-${made}` })}\n`)) await once(out, "drain");
    }
    out.end();
    await once(out, "finish");
    run(["posts", "import", "--site", "main", file, "--author", `author${number}@example.org`]);
  }

  const { server, base } = await serve();
  const page = await login(browser, base, "mora@example.org");
  const queue = `${base}/s/main/admin/queue`;
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const ask = async (url) => {
    const began = performance.now();
    const answer = await fetch(url, { headers: { cookie, accept: "text/html" } });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} from ${url}`);
    return { body, ms: performance.now() - began };
  };
  while (/cannot be found yet/.test((await ask(`${queue}?q=river`)).body)) await new Promise((done) => setTimeout(done, 1_000));
  console.log(JSON.stringify({ what: "waiting", of: /[\d,]+ waiting/.exec((await ask(queue)).body)?.[0] }));

  const cases = [...(await ask(`${queue}?size=100`)).body.matchAll(/class="name" href="([^"]+)"/g)].map((found) => new URL(found[1], base).href);
  const measure = async (what, url) => {
    const times = [];
    for (let time = 0; time < TIMES; time += 1) times.push((await ask(url(time))).ms);
    print(what, times);
  };
  await measure("queue", () => queue);
  await measure("case", (time) => cases[time % cases.length]);
  await measure("search", (time) => `${queue}?q=${WORDS[time % 10]}+${WORDS[(time % 10) + 10]}`);

  // From the key to the frame in which the next case's heading stands.
  await page.goto(queue);
  await page.keyboard.press("w");
  await page.locator(".decide").waitFor();
  for (const key of ["j", "a"]) {
    const times = [];
    for (let press = 0; press < PRESSES; press += 1) {
      await page.evaluate((key) => {
        const before = location.href;
        window.painted = new Promise((done) => {
          addEventListener("keydown", (event) => {
            if (event.key !== key) return;
            const began = event.timeStamp;
            addEventListener("gatepost:shown", () => requestAnimationFrame(() => requestAnimationFrame((now) => done(location.href === before ? NaN : now - began))), { once: true });
          }, { once: true, capture: true });
        });
      }, key);
      await page.keyboard.press(key);
      times.push(await page.evaluate(() => window.painted));
      // People read; what is fetched ahead has arrived by then.
      await page.waitForTimeout(300);
    }
    print(`${key} to the next case painted`, times.filter((time) => !Number.isNaN(time)));
  }
  await stop(server);
} finally {
  await browser.close();
  running?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
