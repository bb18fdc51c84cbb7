// Calls one command with version 3 of the AWS SDK for JavaScript. Its endpoint, region and credentials come from the
// environment.
//
// usage: node answer-v3.mjs COMMAND ARGUMENTS      prints {"result": …}, or {"error": name, "status": code}
import * as sdk from "@aws-sdk/client-sfn";

const [command, input] = process.argv.slice(2);
const client = new sdk.SFNClient({ maxAttempts: 1 });
try {
  const { $metadata, ...result } = await client.send(new sdk[command](JSON.parse(input)));
  console.log(JSON.stringify({ result }));
} catch (error) {
  console.log(JSON.stringify({ error: error.name, status: error.$metadata?.httpStatusCode }));
}
