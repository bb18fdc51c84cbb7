// Lifts the pages a little; everything works without it.

// Times as distances ("12 min ago"), with the full time on hover. Only where the page asks for it.
const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short", numeric: "auto" });
const steps = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];

function showDistances() {
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const distance = Date.parse(time.dateTime) - Date.now();
    if (Number.isNaN(distance)) continue;
    time.title ||= time.textContent;
    const [unit, length] = steps.find(([, length]) => Math.abs(distance) >= length) ?? ["minute", 60_000];
    time.textContent = format.format(Math.trunc(distance / length), unit);
  }
}
showDistances();
setInterval(showDistances, 30_000);

// Typed text is not lost by leaving the page unasked.
const typed = (form) => [...form.elements].some((field) => field.matches("textarea, input.big") && field.value !== field.defaultValue);
let leaving = false;
addEventListener("submit", () => { leaving = true; });
addEventListener("beforeunload", (event) => {
  if (!leaving && [...document.forms].some(typed)) event.preventDefault();
});
addEventListener("pageshow", () => { leaving = false; });

// Copy buttons appear beside what can be copied.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const word = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = word; }, 2_000);
  });
}

// A chosen reason template fills the empty reason, so that it can be changed before it is sent.
addEventListener("change", ({ target }) => {
  if (!target.matches("select[data-fills]")) return;
  const reason = document.getElementById(target.dataset.fills);
  if (reason.value.trim() !== (target.dataset.filled ?? "")) return;
  reason.value = target.dataset.filled = (target.selectedOptions[0].dataset.text ?? "").trim();
});

// A chosen file is read into the text field beside it, where it can be looked at before it is sent.
for (const input of document.querySelectorAll("input[data-into]")) {
  input.hidden = false;
  input.addEventListener("change", async () => {
    if (input.files[0]) document.getElementById(input.dataset.into).value = await input.files[0].text();
  });
}

// A button that was pressed once does not send twice.
addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  else event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// The seconds in which a decision can be taken back run down; then it can be no more. A page that is shown in place of
// this one says so.
let shownAt = performance.now();
let counting;
function countDown() {
  clearTimeout(counting);
  let isRunning = false;
  for (const left of document.querySelectorAll("[data-left-ms]")) {
    const seconds = Math.ceil((Number(left.dataset.leftMs) - (performance.now() - shownAt)) / 1_000);
    if (seconds > 0) {
      left.textContent = left.dataset.words.replace("#", seconds);
      isRunning = true;
    } else left.closest("li").remove();
  }
  for (const bar of document.querySelectorAll(".undo")) bar.hidden = !bar.querySelector("li");
  if (isRunning) counting = setTimeout(countDown, 250);
}
countDown();
addEventListener("gatepost:shown", () => {
  shownAt = performance.now();
  countDown();
  showDistances();
});
