// The states of the owners' pages: rules and their versions, external checks, the workflow, people, mails, settings, figures.
import { createServer } from "node:http";
import { button, fill, later, press, send, unfold } from "./people.mjs";

export async function rules({ look, enter, go, see }) {
  const olga = await enter("olga@example.org");
  await see(olga, "admin/rules", "rules");
  await see(olga, "admin/rules?q=nothing", "rules, nothing found");
  await see(olga, "admin/rules/new?pattern=free", "rules, a new one");
  await send(olga, "/admin/rules", { pattern: "(", kind: "regex" });
  await look(olga, "rules, a new one refused");
  await fill(olga, "/admin/rules", { pattern: "quiet", kind: "word", category: "noise" });
  await press(olga, button(olga, "/admin/rules", '[name="rehearse"]'));
  await look(olga, "rules, a new one rehearsed");
  await press(olga, button(olga, "/admin/rules", ".main"));
  await look(olga, "rules, a new one saved");
  await go(olga, "admin/rules");
  await send(olga, "/rules/test#test", { title: "A title", body: "A f-o-r-b-i-d-d-e-n word, and a quiet one." });
  await look(olga, "rules, tried out");
  await go(olga, "admin/rules");
  await unfold(olga, "/rules/import");
  const list = '[id="import-text"]';
  await olga.locator(list).fill("loud\nlouder\nquiet");
  await press(olga, button(olga, "/rules/import", '[name="dry_run"]'));
  await look(olga, "rules, import rehearsed");
  await press(olga, button(olga, "/rules/import", ".main"));
  await look(olga, "rules, imported");
  await unfold(olga, "/rules/import");
  await olga.locator(list).fill("pattern,kind\n(,regex");
  await olga.locator('[id="import-format"]').selectOption("csv");
  await press(olga, button(olga, "/rules/import", ".main"));
  await look(olga, "rules, import refused");
  await see(olga, "admin/rules/versions", "versions");
  const versions = await olga.locator(".rows .name").evaluateAll((links) => links.map((link) => link.href));
  await see(olga, versions[0], "version, in force");
  await see(olga, versions[1], "version, earlier");
  await press(olga, button(olga, "/restore", '[name="rehearse"]'));
  await look(olga, "version, restoring rehearsed");
  await see(olga, "admin/rules/suggestions", "suggestions");
  await go(olga, "admin/rules?q=quiet");
  await olga.locator(".rows .name").first().click();
  await olga.waitForURL(/\/rules\/[0-9a-v]{26}/);
  await look(olga, "rule");
  const rule = new URL(olga.url()).pathname;
  await fill(olga, rule, { pattern: "" });
  await press(olga, button(olga, rule, ".main"));
  await look(olga, "rule, change refused");
  const mora = await enter("mora@example.org");
  await see(mora, "admin/rules", "rules, of a moderator");
  for (const page of [olga, mora]) await page.context().close();
}

export async function checks({ look, enter, submit, go, see }) {
  const olga = await enter("olga@example.org");
  const service = createServer((request, response) => {
    request.resume().on("end", () => response.setHeader("content-type", "application/json").end(answer));
  });
  await new Promise((listening) => service.listen(0, "127.0.0.1", listening));
  let answer = '{"hits": [{"category": "drugs", "severity": 3, "score": 0.93, "note": "Sells medicine", "quote": "pills"}]}';
  await see(olga, "admin/checks", "checks, none");
  await send(olga, "/admin/checks", { name: "images", url: "http://192.0.2.1/", timeout_ms: "never" });
  await look(olga, "checks, refused");
  await send(olga, "/admin/checks", { name: "images", url: `http://127.0.0.1:${service.address().port}/check`, timeout_ms: "3000", enabled: true });
  await look(olga, "check, its secret");
  await send(olga, "/try", { title: "Buy", body: "Cheap pills." });
  await look(olga, "check, tried out");
  const { path } = await submit("What the check found", "Cheap pills here.");
  await see(olga, path, "case, hit of a check");
  answer = "no JSON";
  await go(olga, "admin/checks/images");
  await send(olga, "/try", { title: "Buy", body: "Cheap pills." });
  await look(olga, "check, bad answer");
  const failed = await submit("What the check failed on", "More pills.");
  for (let tries = 0; tries < 4; tries += 1) await later(61_000);
  await see(olga, "admin/checks", "checks, one that failed");
  await see(olga, "admin/checks/images", "check, failed");
  if (failed.path) await see(olga, failed.path, "case, check failed");
  await go(olga, "admin/checks/images");
  await send(olga, "/remove");
  await look(olga, "checks, removed");
  service.close();
  await olga.context().close();
}

export async function owner({ look, enter, go, see }) {
  const olga = await enter("olga@example.org");
  await see(olga, "admin/workflow", "workflow");
  await send(olga, "/workflow", { definition: '{"StartAt": "Nowhere", "States": {}}' });
  await look(olga, "workflow, refused");
  await see(olga, "admin/executions", "executions");
  await olga.locator(".rows .name").first().click();
  await olga.waitForURL(/\/executions\/[0-9a-v]{26}/);
  await look(olga, "execution");
  await see(olga, "admin/people", "people");
  await send(olga, "/invitations", { email: "nobody" });
  await look(olga, "people, invitation refused");
  await send(olga, "/invitations", { email: "ines@example.org" });
  await look(olga, "people, invited");
  const invited = await olga.locator("#invited-url").innerText();
  await see(olga, "admin/outbox", "outbox");
  await olga.locator(".rows .name").first().click();
  await olga.waitForURL(/\/outbox\/[0-9a-v]{26}/);
  await look(olga, "mail");
  await see(olga, "admin/settings", "settings");
  await send(olga, "/settings", { target_hours: "0", name: " " });
  await look(olga, "settings, refused");
  await see(olga, "admin/look", "look");
  await send(olga, "/look", { accent: "#ffff00" });
  await look(olga, "look, too pale");
  await see(olga, "admin/keys", "keys");
  await send(olga, "/keys", { name: "Without rights" });
  await look(olga, "keys, refused");
  await send(olga, "/keys", { name: "For the blog", scope_submit: true });
  await look(olga, "keys, shown once");
  for (const path of ["stats", "transparency", "audit", "design"]) await see(olga, `admin/${path}`, path);
  await see(olga, "admin/audit?text=nothing", "audit, nothing found");
  await olga.context().close();
  return { invited };
}
