// A real Bluesky PDS with its own PLC directory on 127.0.0.1, and two accounts; run in the folder that holds node_modules.
//
//   node pds.mjs PDS_PORT PLC_PORT
//
// Prints one line of JSON when it is ready, and ends when its standard input closes, so that it never outlives the tests.

import { createRequire } from "node:module";
import net from "node:net";

const require = createRequire(`${process.cwd()}/`);
const { TestNetworkNoAppView } = require("@atproto/dev-env");

// The development network listens on every address by default; keep it to this machine.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  if (typeof first === "number") return listen.call(this, { port: first, host: "127.0.0.1" }, ...rest);
  return listen.call(this, first, ...rest);
};

async function account(network, name) {
  const agent = network.pds.getClient();
  const password = `main-password-of-${name}`;
  await agent.createAccount({ email: `${name}@example.org`, handle: `${name}.test`, password });
  const { data } = await agent.com.atproto.server.createAppPassword({ name: "postroom" });
  return { did: agent.session.did, handle: `${name}.test`, password, appPassword: data.password };
}

const [pdsPort, plcPort] = process.argv.slice(2).map(Number);
const network = await TestNetworkNoAppView.create({ pds: { port: pdsPort }, plc: { port: plcPort } });
const accounts = [await account(network, "northlight"), await account(network, "harbour")];
console.log(JSON.stringify({ pds: network.pds.url, plc: network.plc.url, accounts }));

process.stdin.on("end", async () => {
  await network.close();
  process.exit(0);
});
process.stdin.resume();
