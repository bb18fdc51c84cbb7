// What colleagues do, on the pages of the desk: who works on the case that is open, what was decided elsewhere, what has
// come in. It claims what is opened, and tells in place; nothing moves under the pointer. Without it there are buttons.

const main = document.querySelector("main");
const said = Object.fromEntries([...document.getElementById("words").content.querySelectorAll("[data-say]")].map((text) => [text.dataset.say, text.textContent]));
const words = (name, values = {}) => (said[name] ?? name).replace(/\{([a-z]+)\}/g, (all, key) => values[key] ?? all);
const say = (detail) => dispatchEvent(new CustomEvent("gatepost:say", { detail }));
const loadAnew = () => dispatchEvent(new CustomEvent("gatepost:go", { detail: location.href }));
const myName = () => document.querySelector("#account .strong")?.textContent;

// ── claims ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const DWELL_MS = 700;
const RENEW_MS = 60_000;
const ACTIVE_MS = 150_000;
let held = null;
let dwelling;
let activeAt = performance.now();
const isActive = () => document.visibilityState === "visible" && performance.now() - activeAt < ACTIVE_MS;
for (const kind of ["keydown", "pointerdown", "pointermove", "wheel"]) {
  addEventListener(kind, () => {
    const comesBack = !isActive();
    activeAt = performance.now();
    if (comesBack) dwell();
  }, { passive: true });
}

const openCase = () => document.querySelector(".panes")?.dataset.case;
const token = () => document.querySelector("[name=csrf_token]")?.value ?? "";
const quietly = () => new URLSearchParams({ csrf_token: token(), quiet: "yes" });

async function claim(path) {
  const answer = await fetch(`${path}/claim`, { method: "POST", body: quietly() }).catch(() => null);
  if (path !== openCase()) return;
  if (answer?.status === 204) {
    held = path;
    showClaim(path, myName());
  } else if (answer?.status === 200) showClaim(path, await answer.text());
}

// Who works on the open case, in place: somebody else, oneself, or nobody.
function showClaim(path, name) {
  const mark = document.querySelector(".claim");
  if (!mark) return;
  const isMine = name === myName();
  const isTheirs = Boolean(name) && !isMine;
  const was = mark.querySelector("span").textContent;
  if (isTheirs) held = null;
  if (isMine && /\/release$/.test(mark.querySelector("form").action)) return;
  mark.querySelector("span").textContent = isTheirs ? words("works-on", { name }) : words(isMine ? "yours" : "nobody");
  mark.classList.toggle("theirs", isTheirs);
  const form = mark.querySelector("form");
  form.action = `${path}/${isMine ? "release" : "claim"}`;
  form.querySelector("[name=take_over]")?.remove();
  if (isTheirs) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "take_over", value: "yes" }));
  const button = form.querySelector("button");
  button.classList.toggle("plain", !isTheirs);
  button.firstChild.textContent = words(isTheirs ? "take-over" : isMine ? "give-back" : "claim");
  if (!isMine && mark.querySelector("span").textContent !== was) say(mark.querySelector("span").textContent);
}

function leave() {
  clearTimeout(dwelling);
  if (held) navigator.sendBeacon(`${held}/release`, quietly());
  held = null;
}

function dwell() {
  const path = openCase();
  clearTimeout(dwelling);
  if (path && document.querySelector(".decide") && !document.querySelector(".claim.theirs"))
    dwelling = setTimeout(() => claim(path), DWELL_MS);
}

setInterval(() => {
  if (held && isActive()) claim(held);
}, RENEW_MS);
addEventListener("pagehide", leave);
addEventListener("gatepost:leave", leave);
addEventListener("gatepost:shown", dwell);
// What the form does to the claim is the server's; if it was not reached, the claim stands.
let before = null;
document.addEventListener("submit", ({ target }) => {
  if (!main.contains(target) || target.method !== "post") return;
  before = held;
  held = null;
});
addEventListener("gatepost:unsent", () => { held = before === openCase() ? before : null; });
dwell();

// ── what happens ────────────────────────────────────────────────────────────────────────────────────────────────────

let source;
let news = 0;
// Up to where everything is known: as of this page, then as of what was last heard.
let { heard } = document.getElementById("words").dataset;

function listen() {
  const queue = document.querySelector(".nav a[href$='/admin/queue']")?.href;
  source?.close();
  source = undefined;
  if (!queue || document.visibilityState !== "visible") return;
  source = new EventSource(`${queue}/live?after=${heard}`);
  source.onmessage = ({ data, lastEventId }) => {
    heard = lastEventId || heard;
    hear(JSON.parse(data));
  };
}

function hear({ what, count, status, by, case: id }) {
  const row = id && document.querySelector(`[data-id="${id}"]`);
  const isOpen = Boolean(id) && location.pathname.endsWith(`/${id}`);
  if (what === "new") announce(count);
  else if (what === "claimed") claimed(row, isOpen, by);
  else if (what === "gone" && by !== myName()) {
    const what = words(by ? `${status} by` : status, { name: by });
    mark(row, what);
    if (isOpen) settled(what);
  } else if (what === "back") {
    unmark(row);
    if (isOpen && document.querySelector(".settled")) loadAnew();
  }
}

function claimed(row, isOpen, by) {
  const label = row?.querySelector(".with");
  if (label) label.textContent = by ? words(by === myName() ? "with-you" : "with", { name: by }) : "";
  if (!isOpen) return;
  showClaim(openCase(), by);
  // What was told late, from before one took it over, may have said otherwise.
  if (by === myName()) held = openCase();
  // Given back by a colleague, or run out.
  if (!by && isActive()) dwell();
}

// A case of the list that waits no more says so, and cannot be chosen.
function mark(row, what) {
  const due = row?.querySelector(".due");
  if (due) {
    due.dataset.before ??= JSON.stringify([due.textContent, due.className]);
    due.textContent = what;
    due.className = "due";
  }
  (row?.querySelector(".card-link") ?? row)?.classList.add("gone");
  const choice = row?.querySelector(".choose");
  if (choice) {
    choice.checked = false;
    choice.disabled = true;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// It waits again.
function unmark(row) {
  const due = row?.querySelector(".due[data-before]");
  if (due) {
    [due.textContent, due.className] = JSON.parse(due.dataset.before);
    delete due.dataset.before;
  }
  row?.classList.remove("gone");
  row?.querySelector(".gone")?.classList.remove("gone");
  const choice = row?.querySelector(".choose");
  if (choice) choice.disabled = false;
}

// The open case was decided by somebody else: it says so in place, and nothing moves.
function settled(what) {
  if (document.querySelector(".settled")) return;
  const notice = Object.assign(document.createElement("div"), { className: "notice off settled", role: "alert" });
  const text = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = words("settled", { what });
  text.append(strong, ` ${words("settled-text")}`);
  notice.append(text);
  document.querySelector(".decide")?.before(notice);
  // Who was about to press one of the buttons is taken to why it cannot be pressed; who writes goes on writing.
  const pressed = document.activeElement?.closest(".decide button");
  for (const button of document.querySelectorAll(".decide button")) button.disabled = true;
  if (!pressed) return;
  notice.tabIndex = -1;
  notice.focus();
}

// New cases are announced and come in when they are asked for, so that nothing jumps under the pointer.
function announce(count) {
  news += count;
  let button = document.querySelector(".fresh");
  if (!button) {
    button = Object.assign(document.createElement("button"), { type: "button", className: "button small fresh" });
    button.addEventListener("click", loadAnew);
    const place = document.querySelector(".cards, .bulk, .empty");
    if (!place || new URLSearchParams(location.search).has("after")) return;
    place.before(button);
  }
  button.textContent = news ? words("new", { count: news }) : words("changed");
  say(button.textContent);
}

addEventListener("gatepost:shown", () => { news = 0; });
document.addEventListener("visibilitychange", listen);
listen();
