// Two moderators on two servers of one database: what happens on one is seen on the other, without loading anew.
//
// usage: node replicas.mjs BASE_URL OTHER_BASE_URL API_KEY PASSWORD
import assert from "node:assert/strict";
import { finish, login, problems } from "./browser.mjs";

const [here, there, key, password] = process.argv.slice(2);

try {
  const mora = await login(here, "mora@example.org", password);
  await mora.goto(new URL("/s/main/admin/queue", here).href);
  const posted = await fetch(new URL("/api/v1/posts", there), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ title: "Came in there", body: "It has a forbidden word.", author: { email: "anna@example.org" } }),
  });
  assert.equal(posted.status, 201);
  await mora.getByRole("button", { name: "1 new" }).click();
  await mora.getByRole("link", { name: "Came in there" }).click();
  await mora.getByRole("button", { name: "Approve", exact: true }).waitFor();

  const olga = await login(there, "olga@example.org", password);
  await olga.goto(new URL(new URL(mora.url()).pathname, there).href);
  await olga.getByText("Mora Moderator works on it").waitFor();
  await olga.getByRole("button", { name: "Approve", exact: true }).click();
  const settled = mora.locator(".settled");
  await settled.waitFor();
  assert.match(await settled.innerText(), /approved by Olga Owner/i);
} catch (error) {
  problems.push(String(error?.stack ?? error));
}
await finish();
