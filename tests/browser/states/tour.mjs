// All states, one after the other: what is made in one is needed in a later one.
import { problems } from "../browser.mjs";
import { authors, goers, strangers } from "./outside.mjs";
import { cases, decisions, links, queue } from "./desk.mjs";
import { checks, owner, rules } from "./owner.mjs";

export async function tour(all) {
  const made = {};
  // One part that does not go on does not hide what is wrong in the others.
  for (const part of [strangers, queue, authors, cases, decisions, links, rules, checks, owner, goers]) {
    try {
      Object.assign(made, await part(all, made));
    } catch (error) {
      problems.push(String(error?.stack ?? error));
    }
  }
}
