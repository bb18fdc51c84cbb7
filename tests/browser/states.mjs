// Goes through half of the pages, desk or site, in all their states and checks each: `browser.mjs` says what for.
//
// usage: node states.mjs BASE_URL API_KEY PASSWORD HALF
import { check, finish, forget } from "./browser.mjs";
import { company } from "./states/people.mjs";
import { tour } from "./states/tour.mjs";

const [base, key, password, half] = process.argv.slice(2);
await tour(company(base, key, password, check), half);
// The browser reports the answers that refuse something; that is what they are for.
forget(/status of 4(03|04|09|10|22|24|29)/);
await finish();
