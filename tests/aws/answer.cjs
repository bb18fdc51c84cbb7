// Calls the article's callback handler, unmodified, as Lambda would. The SDK's endpoint, region and credentials come
// from the environment; version 2 of it has no variable for the endpoint, so that one is set here.
//
// usage: node answer.cjs HANDLER TOKEN DECISION      prints what the handler answers
const path = require("node:path");
const AWS = require("aws-sdk");

AWS.config.update({ endpoint: process.env.AWS_ENDPOINT_URL });

const [handler, taskToken, decision] = process.argv.slice(2);
require(path.resolve(handler))
  .handler({ body: JSON.stringify({ taskToken, decision }) })
  .then((answer) => console.log(JSON.stringify(answer)));
