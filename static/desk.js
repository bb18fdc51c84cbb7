// The desk: keys, and pages that take each other's place without loading anew. Everything here is done by links and forms
// of the page; without this script they work by themselves. What colleagues do is company.js.

const main = document.querySelector("main");

// What this script says, in the language of the page: texts with {name} and the like where it puts in what it knows.
const said = Object.fromEntries([...document.getElementById("words").content.querySelectorAll("[data-say]")].map((text) => [text.dataset.say, text.textContent]));
const words = (name, values = {}) => (said[name] ?? name).replace(/\{([a-z]+)\}/g, (all, key) => values[key] ?? all);
const nameOf = (action) => words(`key-${action}`);

// ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const actions = {
  next: { key: "j", run: () => move(1) },
  previous: { key: "k", run: () => move(-1) },
  approve: { key: "a" },
  reject: { key: "r", run: reject },
  undo: { key: "u" },
  select: { key: "x", run: () => document.activeElement.closest("li")?.querySelector("[type=checkbox]")?.click() },
  escalate: { key: "e" },
  ask: { key: "d" },
  snooze: { key: "z" },
  claim: { key: "c" },
  work: { key: "w" },
  queue: { key: "q" },
  hit: { key: "n", run: () => walk(1) },
  hitBack: { key: "N", run: () => walk(-1) },
  view: { key: "v", run: otherView },
  search: { key: "/" },
  help: { key: "?", run: showKeys },
};
const stored = (name, otherwise) => {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
};
const store = (name, value) => {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch { /* A browser that stores nothing forgets it. */ }
};
let keys = { off: false, own: {}, ...stored("gatepost-keys", {}) };
const keyOf = (action) => keys.own[action] ?? actions[action].key;
const control = (action) => [...document.querySelectorAll(`[data-key="${action}"]`)].find((element) => element.checkVisibility());
const isPossible = (action) => Boolean(actions[action].run) || Boolean(control(action));

function perform(action) {
  const { run } = actions[action];
  if (run) return run();
  const element = control(action);
  if (element?.matches("input, select, textarea")) element.focus();
  else {
    element?.click();
    if (element?.matches("summary")) element.parentElement.querySelector("select, textarea")?.focus();
  }
}

const isTyping = (element) => element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio])");
let awaitsReason = false;

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    return showPalette();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || keys.off || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (awaitsReason && /^[1-9]$/.test(event.key) && chooseReason(event.key)) return event.preventDefault();
  awaitsReason = false;
  const action = Object.keys(actions).find((name) => keyOf(name) === event.key);
  if (!action || !isPossible(action)) return;
  event.preventDefault();
  perform(action);
});

function reject() {
  const summary = control("reject");
  if (!summary?.matches("summary")) return document.getElementById("bulk-template")?.focus();
  const details = summary.parentElement;
  details.open = true;
  summary.focus();
  awaitsReason = true;
}

function chooseReason(number) {
  const form = document.querySelector(".decide details form");
  const select = form?.elements.template;
  if (![...(select?.options ?? [])].some((option) => option.value === number)) return false;
  awaitsReason = false;
  select.value = number;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  form.requestSubmit(form.querySelector("[name=decision]"));
  return true;
}

// Shows the keys on what they press.
function showHints() {
  for (const hint of document.querySelectorAll("kbd.hint")) hint.remove();
  for (const element of document.querySelectorAll(".for-keys")) element.hidden = keys.off;
  if (keys.off) return;
  for (const element of document.querySelectorAll("[data-key]")) {
    const key = keyOf(element.dataset.key);
    element.setAttribute("aria-keyshortcuts", key);
    if (!element.matches("a.button, button, summary")) continue;
    const hint = document.createElement("kbd");
    hint.className = "hint";
    hint.ariaHidden = "true";
    hint.textContent = key;
    element.append(hint);
  }
}

// ── moving ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const here = () => document.querySelector(".card-link[aria-current]");
const rows = () => [...document.querySelectorAll(".rows .name")];

function move(step) {
  const current = here()?.closest("li");
  if (current) {
    const next = step > 0 ? current.nextElementSibling : current.previousElementSibling;
    const link = next?.querySelector("a");
    return link ? go(link.href) : say(words(step > 0 ? "last" : "first"));
  }
  const all = rows();
  const at = all.indexOf(document.activeElement.closest("li")?.querySelector(".name"));
  const link = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

const marks = () => [...document.querySelectorAll("h1 mark, .view mark")].filter((mark) => mark.checkVisibility());

function walk(step) {
  const all = marks();
  if (!all.length) return say(words("no-hit"));
  const at = all.findIndex((mark) => mark.matches(".current"));
  const next = (at < 0 ? (step > 0 ? 0 : -1) : at + step + all.length) % all.length;
  const mark = all.at(next);
  point(mark, words("hit", { number: ((next + all.length) % all.length) + 1, count: all.length, text: mark.textContent }));
}

function point(mark, told) {
  document.querySelector("mark.current")?.classList.remove("current");
  mark.classList.add("current");
  mark.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  say(told);
}

function otherView() {
  const views = [...document.querySelectorAll("[name=view]")];
  if (views.length) views[(views.findIndex((view) => view.checked) + 1) % views.length].click();
}

addEventListener("click", (event) => {
  const link = event.target.closest?.(".hits a[href^='#hit-']");
  const mark = link && document.getElementById(link.hash.slice(1));
  if (!mark) return;
  event.preventDefault();
  if (mark.closest(".view")) document.getElementById("view-text").click();
  point(mark, words("one-hit", { text: mark.textContent }));
});

// ── one page in place of another ────────────────────────────────────────────────────────────────────────────────────

const FRESH_MS = 15_000;
const ahead = new Map();

// Images that are still on their way hold connections that the next page needs.
function letImagesGo() {
  for (const image of main.querySelectorAll(".images img")) if (!image.complete) image.removeAttribute("src");
}

function fetchPage(href) {
  const known = ahead.get(href);
  ahead.delete(href);
  if (known && performance.now() - known.at < FRESH_MS) return known.page;
  letImagesGo();
  return fetch(href, { headers: { accept: "text/html" } }).then(read);
}

async function read(response) {
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("text/html")) throw new Error(response.url);
  return { url: response.url, html: await response.text() };
}

function fetchAhead() {
  const next = here()?.closest("li").nextElementSibling?.querySelector("a")?.href;
  if (!next || ahead.has(next)) return;
  const page = fetch(next, { headers: { accept: "text/html", "x-ahead": "yes" } }).then(read);
  page.catch(() => ahead.delete(next));
  ahead.set(next, { at: performance.now(), page });
}

const isTyped = () => [...main.querySelectorAll("textarea, input[type=text], input:not([type])")].some((field) => field.form?.method === "post" && field.value !== field.defaultValue);

// Where the focus belongs on a page that took the place of another: at what was refused, else where the form says that
// brought it, else at the heading.
function focusOn(then) {
  const place = main.querySelector("[aria-invalid=true], [role=alert]") ?? main.querySelector(then || "h1") ?? main.querySelector("h1");
  if (place && place.tabIndex < 0 && !place.hasAttribute("tabindex")) place.tabIndex = -1;
  place?.focus({ preventScroll: place.matches("h1") });
}

async function go(href, push = true) {
  if (isTyped() && !confirm(words("leave"))) return;
  try {
    show(await fetchPage(href), push);
  } catch {
    location.assign(href);
  }
}

const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const isDesk = (page) => page.querySelector("main") && page.querySelector("script[src*='/desk-']");

function show({ url, html }, push, then) {
  const page = parse(html);
  const content = page.querySelector("main");
  if (!isDesk(page)) return location.assign(url);
  dispatchEvent(new Event("gatepost:leave"));
  if (push && url !== location.href) history.pushState(null, "", url);
  const scroll = document.querySelector(".pane-list")?.scrollTop ?? 0;
  document.title = page.title;
  document.body.className = page.body.className;
  document.querySelector(".flash")?.remove();
  const flash = page.querySelector(".flash");
  if (flash) main.before(flash);
  takeAway(flash);
  // The number of cases in it, which may be none.
  const toQueue = ".nav a[href$='/admin/queue']";
  document.querySelector(toQueue)?.replaceChildren(...page.querySelector(toQueue)?.childNodes ?? []);
  main.replaceChildren(...content.childNodes);
  ahead.clear();
  const list = document.querySelector(".pane-list");
  if (list) {
    list.scrollTop = scroll;
    here()?.scrollIntoView({ block: "nearest" });
  }
  arrive();
  dispatchEvent(new Event("gatepost:shown"));
  focusOn(then);
  if (!document.activeElement.matches("h1")) return;
  document.querySelector(".case-post")?.scrollTo(0, 0);
  if (!document.querySelector(".pane-list")?.checkVisibility()) scrollTo(0, 0);
}

// The outcome of the last action was read by then.
function takeAway(flash) {
  if (flash) setTimeout(() => flash.remove(), 6_000);
}

addEventListener("popstate", () => go(location.href, false));

addEventListener("click", (event) => {
  const link = event.target.closest?.(".card-link, .crumb a, .pane-list .bar a, .rows .name, .earlier a[href*='/queue/']");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!main.contains(form) || form.dataset.sent || form.dataset.plain) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  if (form.method === "get") return go(`${form.action}?${body}`);
  const { key, then: place } = { ...form.dataset, ...event.submitter?.dataset };
  const then = place ? `#${place}` : key === "claim" && `[data-key="${key}"]`;
  form.dataset.sent = "yes";
  letImagesGo();
  try {
    const answer = await fetch(event.submitter?.getAttribute("formaction") ?? form.action, { method: "POST", body, headers: { accept: "text/html" } });
    const page = await read(answer);
    // Refused, as by a session that has ended: sent once more by the browser itself, it comes to the page that gives back
    // what was typed.
    if (!answer.redirected && answer.status >= 400 && answer.status < 500 && !isDesk(parse(page.html))) {
      delete form.dataset.sent;
      form.dataset.plain = "yes";
      return form.requestSubmit(event.submitter);
    }
    if (answer.status >= 500) throw new Error(answer.status);
    show(page, true, then);
  } catch {
    say(words("no-answer"));
    alertAbove(form);
    dispatchEvent(new Event("gatepost:unsent"));
  } finally {
    delete form.dataset.sent;
  }
});

function alertAbove(form) {
  const notice = document.createElement("p");
  notice.className = "notice no";
  notice.role = "alert";
  notice.textContent = words("no-answer");
  form.querySelector(":scope > .notice")?.remove();
  form.prepend(notice);
}

function arrive() {
  showHints();
  const chosen = document.getElementById(stored("gatepost-view", "view-text"));
  if (chosen) chosen.checked = true;
  fetchAhead();
}

addEventListener("change", ({ target }) => {
  if (target.name === "view") store("gatepost-view", target.id);
});

// What the other scripts of the page want of this one.
addEventListener("gatepost:go", ({ detail }) => go(detail, false));
addEventListener("gatepost:say", ({ detail }) => say(detail));

// ── dialogs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

// A log, so that what is told in the same moment does not take the place of each other.
const live = document.createElement("div");
live.className = "unseen";
live.role = "log";
document.body.append(live);
function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  live.append(line);
  setTimeout(() => line.remove(), 10_000);
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function open(dialog) {
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function showKeys() {
  const list = element("div", { className: "keys" });
  for (const action of Object.keys(actions)) {
    const field = element("input", { id: `key-${action}`, value: keyOf(action), maxLength: 1, autocomplete: "off" });
    field.addEventListener("input", () => {
      if (field.value) keys.own[action] = field.value;
      else delete keys.own[action];
      keep();
    });
    list.append(element("label", { htmlFor: field.id }, nameOf(action)), field);
  }
  const off = element("input", { type: "checkbox", checked: !keys.off });
  off.addEventListener("change", () => {
    keys.off = !off.checked;
    keep();
  });
  const reset = element("button", { className: "button", type: "button" }, words("keys-reset"));
  reset.addEventListener("click", () => {
    keys = { off: keys.off, own: {} };
    keep();
    for (const action of Object.keys(actions)) document.getElementById(`key-${action}`).value = keyOf(action);
  });
  const close = element("button", { className: "button main" }, words("close"));
  const dialog = element("dialog", {}, element("h2", { id: "keys-title" }, words("keys")),
    element("p", { className: "muted" }, words("keys-hint")), list,
    element("label", { className: "check" }, off, element("span", {}, words("keys-on"))),
    element("form", { method: "dialog", className: "row" }, close, reset));
  dialog.setAttribute("aria-labelledby", "keys-title");
  open(dialog);
}

function keep() {
  store("gatepost-keys", keys);
  showHints();
}

function showPalette() {
  const field = element("input", { type: "search", autocomplete: "off", placeholder: words("palette-find") });
  field.setAttribute("aria-label", words("palette-find"));
  const list = element("ul");
  const dialog = element("dialog", { className: "palette" }, field, list);
  dialog.setAttribute("aria-label", words("palette"));
  const entries = [
    ...Object.keys(actions).filter(isPossible).map((action) => ({ name: nameOf(action), key: keyOf(action), run: () => perform(action) })),
    ...[...document.querySelectorAll(".nav a")].map((link) => ({ name: link.firstChild.textContent.trim(), key: "", run: () => link.click() })),
  ];
  const fill = () => {
    const typed = field.value.toLocaleLowerCase(document.documentElement.lang).split(/\s+/);
    list.replaceChildren(...entries.filter(({ name }) => typed.every((word) => name.toLocaleLowerCase(document.documentElement.lang).includes(word))).map(({ name, key, run }) => {
      const button = element("button", { type: "button" }, element("span", {}, name), ...(key && !keys.off ? [element("kbd", {}, key)] : []));
      button.addEventListener("click", () => {
        dialog.close();
        run();
      });
      return element("li", {}, button);
    }));
  };
  field.addEventListener("input", fill);
  dialog.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Enter" && at < 0) buttons[0]?.click();
    else if (event.key === "ArrowDown") (buttons[at + 1] ?? buttons[0])?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? buttons[at - 1] : field).focus();
    else return;
    event.preventDefault();
  });
  fill();
  open(dialog);
}

addEventListener("change", ({ target }) => {
  if (!target.matches(".choose")) return;
  const chosen = document.querySelectorAll(".choose:checked").length;
  document.getElementById("chosen").textContent = words("chosen", { count: chosen });
});

arrive();
takeAway(document.querySelector(".desk .flash"));
