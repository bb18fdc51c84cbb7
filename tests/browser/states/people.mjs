// The people who go through all states of the pages, in any language: they find what they press by the names of fields and
// by where forms are sent, not by words. The test that started the script moves the clock and reads the mails.
import { ask, person } from "../browser.mjs";

/// Moves the clock and lets the workers work.
export const later = (milliseconds = 0) => ask(`later ${milliseconds}`);

/// All that was typed and posted: data, in whatever language.
export const typed = new Set();

/// What the states are made with. `look(page, name)` is called in each of them.
export function company(base, key, password, look, language) {
  const site = new URL("/s/main/", base).href;
  const options = language ? { extraHTTPHeaders: { "accept-language": language } } : {};
  const somebody = (more) => person(base, { ...options, ...more });
  const sessions = new Map();

  /// Somebody in a browser of their own; who was logged in once still is.
  async function enter(email) {
    const page = await somebody({ storageState: sessions.get(email) });
    await page.goto(new URL("/login", base).href);
    if (await page.locator('form[action="/login"]').count()) await send(page, "/login", { email, password });
    sessions.set(email, await page.context().storageState());
    return page;
  }

  /// Posts by the API, as Anna; answers the post's id and its case.
  async function submit(title, body = "It has a forbidden word.") {
    typed.add(title).add(body);
    const call = async (path, options) => (await fetch(new URL(`/api/v1${path}`, base), { ...options, headers: { authorization: `Bearer ${key}`, "content-type": "application/json" } })).json();
    const post = await call("/posts", { method: "POST", body: JSON.stringify({ title, body, author: { email: "anna@example.org" } }) });
    await later();
    const { items } = await call(`/queue?status=waiting&post_id=${post.id}`);
    return { post: `mine/${post.id}`, path: items[0] && `admin/queue/${items[0].id}` };
  }

  const go = (page, path) => page.goto(new URL(path, path.startsWith("/") ? base : site).href);
  /// Goes there and looks.
  const see = async (page, path, name) => {
    await go(page, path);
    await look(page, name ?? path);
  };
  return { base, look, somebody, enter, submit, go, see };
}

const form = (action) => `form[method="post"]${action && `[action$="${action}"]`}`;

/// Fills the form whose action ends so, by the names of its fields.
export async function fill(page, action, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`main ${form(action)} [name="${name}"]`).filter({ visible: true }).first();
    if (await field.evaluate((field) => field.matches("select"))) await field.selectOption(value);
    else if (typeof value === "boolean") await field.setChecked(value);
    else {
      typed.add(value);
      await field.fill(value);
    }
  }
}

/// The first visible button, or that of some kind, of the form whose action ends so, or of the first form.
export const button = (page, action, more = ":not([formaction], [type=button])") =>
  page.locator(`main ${form(action)} button${more}`).filter({ visible: true }).first();

/// Opens what is folded around the form.
export const unfold = (page, action) =>
  page.locator(`main details:has(${form(action)})`).evaluateAll((all) => all.forEach((details) => { details.open = true; }));

/// Presses a button and waits until another page stands there, in place of this one or loaded anew.
export async function press(page, button) {
  // The server's own words about what is missing are wanted, not the browser's.
  await button.evaluate((button) => {
    document.querySelector("main").firstElementChild.dataset.before = "";
    if (button.form) button.form.noValidate = true;
  });
  await button.click();
  await page.waitForFunction(() => document.readyState === "complete" && document.querySelector("main > *") && !document.querySelector("main > [data-before]"));
}

/// Fills and sends the form whose action ends so.
export async function send(page, action, fields = {}, more) {
  await unfold(page, action);
  await fill(page, action, fields);
  await press(page, button(page, action, more));
}
