// The states of the pages of readers, of authors, and of whoever wants to come in.
import { ask } from "../browser.mjs";
import { button, fill, later, press, send, unfold } from "./people.mjs";

export async function strangers({ look, somebody, go, see }) {
  const reader = await somebody();
  await see(reader, "/s/main/", "blog, empty");
  await see(reader, "/login", "log in");
  await send(reader, "/login", { email: "mora@example.org", password: "wrong wrong wrong" });
  await look(reader, "log in, refused");
  for (let tries = 0; tries < 12 && (await reader.evaluate(() => performance.getEntriesByType("navigation")[0].responseStatus)) !== 429; tries += 1)
    await send(reader, "/login", { email: "newt@example.org", password: "wrong wrong wrong" });
  await look(reader, "log in, too many tries");
  await see(reader, "/forgot", "forgotten");
  await send(reader, "/forgot", { email: "anna@example.org" });
  await look(reader, "forgotten, mailed");
  await later();
  await see(reader, await ask("link anna@example.org /reset/"), "new password");
  await send(reader, "", { password: "short" });
  await look(reader, "new password, refused");
  await see(reader, "signup", "sign up");
  await send(reader, "/signup", { name: " ", email: "newt@example.org", password: "password password" });
  await look(reader, "sign up, refused");
  for (const path of ["/setup?token=spent", "/invite/spent", "/confirm/spent", "/reset/spent", "/notices/off/spent", "posts/nothing"]) await see(reader, path);
  await reader.context().close();
}

export async function authors({ look, somebody, enter, submit, go, see }) {
  const [anna, reader] = [await enter("anna@example.org"), await somebody()];
  await see(anna, "mine", "own posts, none");
  await see(anna, "admin/queue", "not for authors");
  await see(anna, "/account", "account");
  await send(anna, "/account/password", { current_password: "wrong wrong wrong", password: "another gravel lantern" });
  await look(anna, "account, new password refused");
  await see(anna, "write", "write");
  await send(anna, "/posts", { title: " ", body: " " });
  await look(anna, "write, refused");
  await fill(anna, "/posts", { title: "A quiet afternoon", body: "Nothing **happened**.\n\n> Not a thing.\n\n- one\n- two\n\n```\ncode\n```" });
  await press(anna, button(anna, "/posts", '[formaction$="/preview"]'));
  await look(anna, "write, previewed");
  await press(anna, button(anna, "/posts", ".main"));
  await look(anna, "own post, published");
  const slug = await anna.locator('main a[href*="/posts/"]').first().getAttribute("href");
  await go(anna, "write");
  await fill(anna, "/posts", { title: "Not yet", body: "Half a thought" });
  await press(anna, button(anna, "/posts", '[formaction$="/draft"]'));
  await look(anna, "draft, kept");
  await go(anna, "write");
  await send(anna, "/posts", { title: "Held back", body: "A forbidden word in it." }, ".main");
  await look(anna, "own post, held");
  await send(anna, "/withdraw");
  await look(anna, "own post, withdrawn");
  await see(anna, "mine", "own posts");
  await see(reader, "/s/main/", "blog");
  await see(reader, slug, "post");
  for (const page of [anna, reader]) await page.context().close();
  return { slug };
}

/// What is left of somebody who goes, and how somebody comes who was invited.
export async function goers({ look, somebody, enter, see }, { slug, invited }) {
  const [anna, reader] = [await enter("anna@example.org"), await somebody()];
  await see(anna, "/account", "account, to be deleted");
  await unfold(anna, "/account/delete");
  await send(anna, "/account/delete", { delete_password: "wrong wrong wrong" });
  await look(anna, "account, deletion refused");
  await send(anna, "/account/delete", { delete_password: "gravel lantern tuesday oboe" });
  await look(anna, "account, deleted");
  await later();
  await see(reader, slug, "tombstone");
  await see(reader, invited, "invitation");
  for (const page of [anna, reader]) await page.context().close();
}
