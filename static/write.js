// Lifts the form of a post: keeps what is typed on the server and, where that fails, in this browser; shows the preview
// as it will be published; counts words. The form works without it.

const form = document.querySelector("form[data-draft-path]");
if (form) {
  const { title, body, draft } = form.elements;
  const state = form.querySelector("[data-state]");
  const counter = form.querySelector("[data-words]");
  const preview = document.getElementById("live");
  const key = () => `gatepost:${form.dataset.draftPath}${location.search}`;
  const text = () => JSON.stringify({ title: title.value, body: body.value });
  let kept = text();
  const plurals = new Intl.PluralRules(document.documentElement.lang);

  // What this browser has and the server has not: the page was closed, or the session ended, before it was kept.
  const local = JSON.parse(localStorage.getItem(key()) ?? "null");
  const restore = form.querySelector("[data-restore]");
  if (local && restore && (local.title !== title.value || local.body !== body.value)) {
    restore.hidden = false;
    restore.querySelector("button").addEventListener("click", () => {
      title.value = local.title;
      body.value = local.body;
      restore.hidden = true;
      changed();
      body.focus();
    });
  }

  const fields = () => new URLSearchParams(new FormData(form));
  const leave = new AbortController();

  async function keep() {
    const now = text();
    if (now === kept || leave.signal.aborted) return;
    localStorage.setItem(key(), now);
    try {
      const answer = await fetch(form.dataset.draftPath, { method: "POST", body: fields(), headers: { accept: "application/json" }, redirect: "error", signal: leave.signal });
      if (!answer.ok) throw new Error(answer.status);
      kept = now;
      localStorage.removeItem(key());
      // Who loads the page anew goes on with the draft.
      if (location.pathname.endsWith("/write")) history.replaceState(null, "", `?draft=${draft.value}`);
      if (text() !== now) localStorage.setItem(key(), text());
      // The page may be left without being asked.
      title.defaultValue = title.value;
      body.defaultValue = body.value;
      state.textContent = form.dataset.saved;
    } catch {
      if (leave.signal.aborted) return;
      state.textContent = form.dataset.kept;
    }
  }

  let shown = "";
  async function show() {
    if (!preview || !body.value.trim() || text() === shown) return;
    shown = text();
    try {
      const answer = await fetch(form.dataset.previewPath, { method: "POST", body: fields(), redirect: "error", signal: leave.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById("preview");
      if (part) preview.replaceChildren(document.adoptNode(part));
    } catch { /* the next change tries again */ }
  }

  const count = () => {
    const words = body.value.trim() ? body.value.trim().split(/\s+/).length : 0;
    counter.textContent = (counter.dataset[plurals.select(words)] ?? counter.dataset.other).replace("#", words.toLocaleString(plurals.resolvedOptions().locale));
  };

  let saving, showing;
  function changed() {
    count();
    localStorage.setItem(key(), text());
    clearTimeout(saving);
    clearTimeout(showing);
    saving = setTimeout(keep, 1_500);
    showing = setTimeout(show, 600);
  }
  form.addEventListener("input", changed);
  addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(); });

  // Once it is submitted the server has it. If that fails, the page that says so has the words, and so has this browser.
  form.addEventListener("submit", () => {
    clearTimeout(saving);
    clearTimeout(showing);
    leave.abort();
    if (text() !== kept) sessionStorage.setItem("gatepost:sent", key());
  });
  count();
  // A correction begins with the text that stands on the page anyway.
  if (location.pathname.includes("/write")) show();
}

// The page after a submission: what was sent is not needed here any more.
const sent = sessionStorage.getItem("gatepost:sent");
if (sent && document.querySelector("[data-arrived]")) {
  localStorage.removeItem(sent);
  sessionStorage.removeItem("gatepost:sent");
}
