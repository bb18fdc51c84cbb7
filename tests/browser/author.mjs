// The author's side in a real browser: what is typed survives a closed tab and a session that has ended, the preview follows
// the text, and a rejected post is corrected, rejected again, appealed, and published by somebody else.
//
// usage: node author.mjs BASE_URL PASSWORD
import assert from "node:assert/strict";
import { check, finish, forget, person, problems } from "./browser.mjs";

const [base, password] = process.argv.slice(2);
const site = new URL("/s/main/", base).href;
const go = (page, path) => page.goto(new URL(path, site).href);
const enter = async (page, email) => {
  await page.goto(new URL("/login", base).href);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.waitForURL((url) => url.pathname !== "/login");
};
const login = async (email) => {
  const page = await person(base);
  await enter(page, email);
  return page;
};

try {
  const anna = await login("anna@example.org");
  await go(anna, "write");
  await anna.getByLabel("Title").fill("A long thought");
  await anna.getByLabel("Text").fill("It has **four** words.");
  await anna.locator("#live strong", { hasText: "four" }).waitFor();
  await anna.getByText("4 words", { exact: true }).waitFor();
  await anna.getByText("Draft saved", { exact: true }).waitFor();
  await anna.waitForURL(/\?draft=[0-9a-v]{26}$/);
  await check(anna);

  // The tab is closed; the draft stands in the list, in every browser of hers.
  const context = anna.context();
  await anna.close();
  const again = await context.newPage();
  await go(again, "mine");
  await again.getByRole("link", { name: "A long thought", exact: true }).click();
  assert.equal(await again.getByLabel("Text").inputValue(), "It has **four** words.");
  await check(again);

  // The session ends while she types: this browser keeps what the server did not get.
  await context.clearCookies();
  await again.getByLabel("Text").fill("It has **many** more words now.");
  await again.getByText("kept in this browser").waitFor();
  const draft = again.url();
  again.once("dialog", (dialog) => dialog.accept());
  await again.close({ runBeforeUnload: false });
  const back = await context.newPage();
  await enter(back, "anna@example.org");
  await back.goto(draft);
  assert.equal(await back.getByLabel("Text").inputValue(), "It has **four** words.");
  await back.getByRole("button", { name: "Put it back" }).click();
  assert.equal(await back.getByLabel("Text").inputValue(), "It has **many** more words now.");
  await back.getByText("Draft saved", { exact: true }).waitFor();
  // The browser reports the save that was refused; it was refused on purpose.
  forget(/status of 403/);

  // A large text that is pasted is counted, shown and kept. What is larger than a post may be is refused, and not lost.
  const field = back.getByLabel("Text");
  const paste = (text) => field.evaluate((field, text) => {
    field.focus();
    field.select();
    document.execCommand("insertText", false, text);
  }, text);
  const putBack = async () => {
    await back.goto(draft);
    const restore = back.getByRole("button", { name: "Put it back" });
    if (await restore.isVisible()) await restore.click();
  };
  const large = "This sentence has seven words and more. ".repeat(4_000);
  await paste(large);
  await back.getByText("28,000 words", { exact: true }).waitFor();
  await back.locator("#live p", { hasText: "This sentence has seven words" }).waitFor();
  await back.getByText("Draft saved", { exact: true }).waitFor();
  for (const times of [2, 12]) {
    await paste(large.repeat(times));
    await back.getByRole("button", { name: "Submit", exact: true }).click();
    await back.getByText(/too large|at most 200,000 bytes/i).first().waitFor();
    await putBack();
    assert.equal((await field.inputValue()).length, large.length * times);
  }

  // No answer comes to a submission: this browser has the words.
  await paste("Words that never arrived.");
  await context.setOffline(true);
  await back.getByRole("button", { name: "Submit", exact: true }).click();
  await back.waitForURL(/^chrome-error:/);
  await context.setOffline(false);
  await putBack();
  assert.equal(await field.inputValue(), "Words that never arrived.");
  forget(/status of (403|413|422)|net::ERR_/);

  // Rejected, corrected, rejected again, appealed, published.
  const [mora, olga] = [await login("mora@example.org"), await login("olga@example.org")];
  const decide = async (moderator, button, reason) => {
    await go(moderator, "admin/queue");
    await moderator.getByRole("link", { name: "A long thought" }).first().click();
    await moderator.locator("mark", { hasText: "forbidden" }).first().waitFor();
    if (reason) {
      await moderator.getByText("Reject…").click();
      await moderator.getByLabel("Reason, as the author reads it").fill(reason);
    }
    await moderator.getByRole("button", { name: button, exact: true }).click();
    await moderator.getByText(reason ? "the author is told why" : "the post is published").first().waitFor();
  };
  await back.getByLabel("Text").fill("A forbidden word in it.");
  await back.getByRole("button", { name: "Submit", exact: true }).click();
  await back.waitForURL(/\/mine\/[^/]+$/);
  const mine = back.url();
  await back.getByText("Place in the queue").waitFor();
  await check(back);
  await decide(mora, "Reject and tell the author", "Say it differently.");

  await back.goto(mine);
  await back.getByText("Say it differently.").first().waitFor();
  await check(back);
  await back.getByText("Correct and resubmit", { exact: true }).click();
  await back.getByLabel("Text", { exact: true }).fill("Another forbidden word in it.");
  await back.getByRole("button", { name: "Submit the correction" }).click();
  await back.getByText("Corrected and submitted again").waitFor();
  await decide(mora, "Reject and tell the author", "It is still there.");

  await back.goto(mine);
  await back.getByText("Appeal against the decision", { exact: true }).click();
  await back.getByLabel("Why was the decision wrong?").fill("It is a quotation.");
  await check(back);
  await back.getByRole("button", { name: "Send the appeal" }).click();
  await back.getByText("Your appeal waits for a moderator.").waitFor();
  await check(back);
  await decide(olga, "Approve");
  await back.goto(mine);
  await back.getByText("Appeal granted, published").waitFor();
  await check(back);

  const reader = await person(base);
  await reader.goto(site);
  await reader.getByRole("link", { name: "A long thought", exact: true }).waitFor();
} catch (error) {
  problems.push(String(error?.stack ?? error));
}
await finish();
