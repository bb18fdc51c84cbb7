// All states in two halves, the desk and the rest: what is made in one is needed in a later one of its half.
import { problems } from "../browser.mjs";
import { authors, goers, strangers } from "./outside.mjs";
import { cases, decisions, images, links, queue } from "./desk.mjs";
import { checks, owner, rules } from "./owner.mjs";

const halves = {
  desk: [queue, cases, images, decisions, links],
  site: [strangers, authors, rules, checks, owner, goers],
};

export async function tour(all, half) {
  const made = {};
  // One part that does not go on does not hide what is wrong in the others.
  for (const part of halves[half]) {
    try {
      Object.assign(made, await part(all, made));
    } catch (error) {
      problems.push(String(error?.stack ?? error));
    }
  }
}
